from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class DeskConfig(AppConfig):
    name = "config.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Report where that is asked for; once the tables exist, what the worker looks after has its schedule."""
        if settings.SENTRY_DSN:
            import_string("config.watching.reports.begin")()
        if settings.OTLP_ENDPOINT:
            import_string("config.watching.traces.begin")()
        post_migrate.connect(import_string("config.desk.imports.schedules.create_missing"), sender=self)
        post_migrate.connect(import_string("config.desk.retention.create_missing"), sender=self)
