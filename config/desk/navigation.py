"""The back office's sidebar and its label: what the settings of the theme name by path."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

# Title, symbol (Material Symbols) and model of each entry; operators see those that they may view.
GROUPS = (("Fleet", (("Assets", "battery_charging_full", "assets.asset"),)),)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with the entries that this operator may open."""
    return [{"title": title, "separator": True, "items": _entries(request, entries)} for title, entries in GROUPS]


def _entries(request: HttpRequest, entries: tuple[tuple[str, str, str], ...]) -> list[dict[str, Any]]:
    found = []
    for title, symbol, name in entries:
        app, model = name.split(".")
        if any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change")):
            found.append({"title": title, "icon": symbol, "link": reverse(f"admin:{app}_{model}_changelist")})
    return found


def environment(_request: HttpRequest) -> list[str] | None:
    """The label at the top of each page, so that nobody takes one desk for another."""
    name: str = settings.ENVIRONMENT
    if not name:
        return None
    return [name, "danger" if name.lower().startswith("prod") else "info"]


def account(_request: HttpRequest) -> list[dict[str, str]]:
    """The menu under the operator's name."""
    return [
        {"title": "API documentation", "link": "/api/docs"},
        {"title": "Change password", "link": reverse("admin:password_change")},
    ]
