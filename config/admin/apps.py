"""The back office's name for Django."""

from django.apps import apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy


class BackOfficeConfig(AdminConfig):
    """Django's admin, on our site."""

    default_site = "config.admin.site.BackOffice"

    def ready(self) -> None:
        """Before any form is made: the names of apps, models and fields are translated when they are shown.

        A name is its English words, as Django makes them of the attribute; config/desk/names.py lists them for the
        catalogues. Migrations do not see this: they look at what was given to the field.
        """
        for model in apps.get_models():
            options = model._meta  # noqa: SLF001  Django's public, if underlined
            if isinstance(options.verbose_name, str):
                options.verbose_name_plural = gettext_lazy(str(options.verbose_name_plural))
                options.verbose_name = gettext_lazy(options.verbose_name)
            for field in (*options.local_fields, *options.local_many_to_many):
                if isinstance(field.verbose_name, str):
                    field.verbose_name = gettext_lazy(field.verbose_name)
        for config in apps.get_app_configs():
            if isinstance(config.verbose_name, str):
                config.verbose_name = gettext_lazy(config.verbose_name)
        super().ready()
