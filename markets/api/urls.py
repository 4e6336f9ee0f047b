"""Addresses of limits, forecasts, reservations and prices."""

from django.urls import URLPattern, path

from markets.api.period_views import ForecastEndpoints, PriceEndpoints, ReservationEndpoints
from markets.api.views import LimitEndpoints

urlpatterns: list[URLPattern] = [
    path(
        "limits",
        LimitEndpoints.as_view({"get": "list_limits", "patch": "patch_limits", "delete": "clear_limits"}),
    ),
    path("forecasts", ForecastEndpoints.as_view({"get": "list_forecasts", "put": "put_forecasts"})),
    path("reservations", ReservationEndpoints.as_view({"get": "list_reservations", "put": "put_reservations"})),
    path("prices", PriceEndpoints.as_view({"get": "list_prices", "put": "put_prices"})),
]
