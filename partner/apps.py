"""The app's name for Django."""

from django.apps import AppConfig


class PartnerConfig(AppConfig):
    """What others may see."""

    name = "partner"
