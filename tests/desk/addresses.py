"""Every address of the back office, as the URL resolver has them: a new page comes up here by itself."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, get_resolver

OF_EACH_MODEL = ("changelist", "add", "history", "delete", "change")


def named_addresses(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The name and the route of each address below /admin/ that has a name."""
    for found in (resolver or get_resolver()).url_patterns:
        route = prefix + str(found.pattern)
        if not isinstance(found, URLPattern):
            yield from named_addresses(found, route)
        elif route.startswith("admin/") and found.name:
            yield found.name, route


def registered() -> dict[str, Any]:
    """Each ModelAdmin by its model's label, such as `assets.asset`."""
    return {model._meta.label_lower: desk_admin for model, desk_admin in admin.site._registry.items()}


def pages_of_models() -> set[str]:
    """The names of the pages that Django gives each model."""
    return {f"{label.replace('.', '_')}_{page}" for label in registered() for page in OF_EACH_MODEL}


def own_pages() -> dict[str, str]:
    """The pages that are ours or Django's own, beside those of each model: their names and routes."""
    return {name: route for name, route in named_addresses() if name not in pages_of_models()}
