"""The app's name for Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class PartnerConfig(AppConfig):
    """What others may see."""

    name = "partner"
    verbose_name = "Partners"

    def ready(self) -> None:
        """Once the tables exist, every kind has its schedule."""
        post_migrate.connect(import_string("partner.schedules.create_missing"), sender=self)
