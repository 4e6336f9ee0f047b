"""The back office's sidebar and its label: what the settings of the theme name by path."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

# Title, symbol (Material Symbols) and model of each entry; operators see those that they may view.
GROUPS = {
    "Fleet": (
        ("Assets", "battery_charging_full", "assets.asset"),
        ("Sites", "electrical_services", "sites.site"),
        ("Inverters", "solar_power", "sites.inverter"),
        ("Changes of limits", "tune", "markets.limitchange"),
    ),
    "Partners": (
        ("Profiles", "badge", "partner.partnerprofile"),
        ("Partner keys", "vpn_key", "partner.partnerkey"),
        ("Snapshots", "photo_camera", "partner.snapshot"),
        ("Custom kinds", "category", "partner.customkind"),
    ),
    "System": (
        ("API keys", "key", "partner.apikey"),
        ("Schedules", "schedule", "django_celery_beat.periodictask"),
        ("Users", "person", "auth.user"),
        ("Groups", "group", "auth.group"),
        ("One-time codes", "password", "otp_totp.totpdevice"),
        ("Failed logins", "gpp_bad", "axes.accessattempt"),
    ),
}

# Likewise of pages without a model, by their address' name, and the model whose permission opens them; None: every
# operator's.
PAGES = {
    "Fleet": (("Imports and exports", "import_export", "imports", "assets.asset"),),
    "System": (
        ("Audit trail", "manage_search", "audit", "assets.asset"),
        ("Health", "monitor_heart", "desk_health", None),
        ("Dead events", "report", "dead_events", "assets.storedevent"),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with the entries that this operator may open; a group without any is left out."""
    found = [
        (title, [*(_entry(*entry) for entry in entries if _may_open(request, entry[2])), *_pages(request, title)])
        for title, entries in GROUPS.items()
    ]
    return [{"title": title, "items": items} for title, items in found if items]


def _may_open(request: HttpRequest, name: str) -> bool:
    return bool(admin.site.get_model_admin(apps.get_model(name)).has_view_or_change_permission(request))


def _entry(title: str, symbol: str, name: str) -> dict[str, str]:
    return {"title": title, "icon": symbol, "link": reverse(f"admin:{name.replace('.', '_')}_changelist")}


def _pages(request: HttpRequest, group: str) -> list[dict[str, str]]:
    return [
        {"title": title, "icon": symbol, "link": reverse(name)}
        for title, symbol, name, model in PAGES.get(group, ())
        if model is None or _may_see(request, model)
    ]


def _may_see(request: HttpRequest, name: str) -> bool:
    app, model = name.split(".")
    return any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))


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
        {"title": "One-time codes", "link": reverse("admin:one_time_codes")},
        {"title": "Change password", "link": reverse("admin:password_change")},
    ]
