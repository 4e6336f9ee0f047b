"""Addresses of snapshots in the Asset Service."""

from django.urls import URLPattern, path

from partner.api.snapshot_views import SnapshotRecords

urlpatterns: list[URLPattern] = [
    path("snapshots/<str:kind>/<key:site_id>", SnapshotRecords.as_view({"get": "retrieve", "put": "put"})),
]
