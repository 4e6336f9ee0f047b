"""Addresses of the asset endpoints."""

from django.urls import URLPattern, path

from assets.api.dispatch_views import DispatchEndpoints
from assets.api.spec_views import SpecEndpoints
from assets.api.state_snapshot_views import StateSnapshotEndpoints
from assets.api.status_views import StatusEndpoints
from assets.api.views import AssetEndpoints
from assets.lifecycle import TRANSITIONS

urlpatterns: list[URLPattern] = [
    path("assets", AssetEndpoints.as_view({"get": "list_assets", "post": "create"})),
    path(
        "assets/<key:asset_id>",
        AssetEndpoints.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("assets/<key:asset_id>/status", AssetEndpoints.as_view({"get": "status"})),
    path("assets/<key:asset_id>/history", AssetEndpoints.as_view({"get": "history"})),
    *(
        path(f"assets/<key:asset_id>/actions/{action}", AssetEndpoints.as_view({"post": "move"}), {"action": action})
        for action in TRANSITIONS
    ),
    path("status", StatusEndpoints.as_view({"get": "list_statuses"})),
    path("dispatches", DispatchEndpoints.as_view({"get": "list_dispatches"})),
    path("specs", SpecEndpoints.as_view({"get": "list_specs", "patch": "put_spec"})),
    path("state-snapshots", StateSnapshotEndpoints.as_view({"get": "list_snapshots", "post": "post_snapshots"})),
]
