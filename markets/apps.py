"""The app's name for Django."""

from django.apps import AppConfig


class MarketsConfig(AppConfig):
    """What an asset may do and shall do, per period."""

    name = "markets"
