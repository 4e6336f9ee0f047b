"""The back office's name for Django."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Django's admin, on our site."""

    default_site = "config.admin.site.BackOffice"
