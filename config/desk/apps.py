"""The room above all apps, by its name for Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Commands and pages that need several apps at once."""

    name = "config.desk"
    label = "desk"
