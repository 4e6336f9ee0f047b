"""The app's name for Django."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """What exists and what is known of it."""

    name = "assets"
    verbose_name = "Fleet"
