from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class DeskConfig(AppConfig):
    name = "config.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Once the tables exist, what the worker looks after has its schedule."""
        post_migrate.connect(import_string("config.desk.imports.schedules.create_missing"), sender=self)
        post_migrate.connect(import_string("config.desk.retention.create_missing"), sender=self)
