"""The HTTP plumbing, by its name for Django: it keeps the answers that idempotent requests get again."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See config/api/idempotency.py."""

    name = "config.api"
    label = "api"
