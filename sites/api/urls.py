"""Addresses of the endpoints of sites, inverters and telemetry."""

from django.urls import URLPattern, path

from sites.api.limit_views import InverterLimitEndpoints, SiteLimitEndpoints
from sites.api.telemetry_views import InverterTelemetryEndpoints, SiteTelemetryEndpoints
from sites.api.views import InverterEndpoints, SiteEndpoints

urlpatterns: list[URLPattern] = [
    path("sites", SiteEndpoints.as_view({"get": "list_sites", "post": "create"})),
    path(
        "sites/<key:site_id>",
        SiteEndpoints.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("sites/<key:site_id>/limits", SiteLimitEndpoints.as_view({"get": "list_limits", "put": "put_limits"})),
    path(
        "sites/<key:site_id>/inverters",
        InverterEndpoints.as_view({"get": "list_inverters", "post": "create"}),
    ),
    path(
        "sites/<key:site_id>/inverters/<key:inverter_id>",
        InverterEndpoints.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path(
        "sites/<key:site_id>/inverters/<key:inverter_id>/limits",
        InverterLimitEndpoints.as_view({"get": "list_limits", "put": "put_limits"}),
    ),
    path("telemetry/inverters", InverterTelemetryEndpoints.as_view({"get": "list_readings", "put": "put_readings"})),
    path("telemetry/sites", SiteTelemetryEndpoints.as_view({"get": "list_readings", "put": "put_readings"})),
]
