"""Addresses of the Partner API."""

from django.urls import URLPattern, path, re_path

from partner.addresses import ADDRESSES
from partner.api.dashboard import dashboard
from partner.api.views import SchemaEndpoints, SnapshotEndpoints, no_such_address

urlpatterns: list[URLPattern] = [
    *(
        path(name, SnapshotEndpoints.as_view({"get": name.replace("-", "_")}, address=address))
        for name, address in ADDRESSES.items()
    ),
    path("schemas/<str:kind>", SchemaEndpoints.as_view({"get": "retrieve"})),
    path("dashboard", dashboard),
    re_path(r"^[\s\S]*$", no_such_address),
]
