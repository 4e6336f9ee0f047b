"""Addresses of the Partner API."""

from django.urls import URLPattern, path, re_path

from partner.api.views import KPI_ROLLUP_ADDRESS, SchemaEndpoints, SnapshotEndpoints, no_such_address

urlpatterns: list[URLPattern] = [
    path("kpi-rollup", SnapshotEndpoints.as_view({"get": "kpi_rollup"}, address=KPI_ROLLUP_ADDRESS)),
    path("snapshot", SnapshotEndpoints.as_view({"get": "snapshot"})),
    path("schemas/<str:kind>", SchemaEndpoints.as_view({"get": "retrieve"})),
    re_path(r"^[\s\S]*$", no_such_address),
]
