"""Addresses of the limits endpoints."""

from django.urls import URLPattern, path

from markets.api.views import LimitEndpoints

urlpatterns: list[URLPattern] = [
    path(
        "limits",
        LimitEndpoints.as_view({"get": "list_limits", "patch": "patch_limits", "delete": "clear_limits"}),
    ),
]
