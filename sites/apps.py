"""The app's name for Django."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Where assets are connected to the grid."""

    name = "sites"
    verbose_name = "Fleet"
