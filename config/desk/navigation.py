"""The back office's sidebar and its label: what the settings of the theme name by path."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

# Title, symbol (Material Symbols) and model of each entry; operators see those that they may view.
GROUPS = {
    gettext_noop("Fleet"): (
        (_("Assets"), "battery_charging_full", "assets.asset"),
        (_("Sites"), "electrical_services", "sites.site"),
        (_("Inverters"), "solar_power", "sites.inverter"),
        (_("Changes of limits"), "tune", "markets.limitchange"),
        (_("Changes of sites' limits"), "instant_mix", "sites.sitelimitchange"),
    ),
    gettext_noop("Partners"): (
        (_("Profiles"), "badge", "partner.partnerprofile"),
        (_("Partner keys"), "vpn_key", "partner.partnerkey"),
        (_("Snapshots"), "photo_camera", "partner.snapshot"),
        (_("Custom kinds"), "category", "partner.customkind"),
    ),
    gettext_noop("System"): (
        (_("API keys"), "key", "partner.apikey"),
        (_("Schedules"), "schedule", "django_celery_beat.periodictask"),
        (_("Users"), "person", "auth.user"),
        (_("Groups"), "group", "auth.group"),
        (_("One-time codes"), "password", "otp_totp.totpdevice"),
        (_("Failed logins"), "gpp_bad", "axes.accessattempt"),
    ),
}

# Likewise of pages without a model, by their address' name, and the model whose permission opens them; None: every
# operator's.
PAGES = {
    "Fleet": ((_("Imports and exports"), "import_export", "imports", "assets.asset"),),
    "System": (
        (_("Audit trail"), "manage_search", "audit", "assets.asset"),
        (_("Health"), "monitor_heart", "desk_health", None),
        (_("Dead events"), "report", "dead_events", "assets.storedevent"),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with the entries that this operator may open; a group without any is left out."""
    found = [
        (title, [*(_entry(*entry) for entry in entries if _may_open(request, entry[2])), *_pages(request, title)])
        for title, entries in GROUPS.items()
    ]
    return [{"title": gettext(title), "items": items} for title, items in found if items]


def _may_open(request: HttpRequest, name: str) -> bool:
    return bool(admin.site.get_model_admin(apps.get_model(name)).has_view_or_change_permission(request))


def _entry(title: str | Promise, symbol: str, name: str) -> dict[str, str]:
    return {"title": str(title), "icon": symbol, "link": reverse(f"admin:{name.replace('.', '_')}_changelist")}


def _pages(request: HttpRequest, group: str) -> list[dict[str, str]]:
    return [
        {"title": str(title), "icon": symbol, "link": reverse(name)}
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
        {"title": gettext("API documentation"), "link": "/api/docs"},
        {"title": gettext("One-time codes"), "link": reverse("admin:one_time_codes")},
        {"title": gettext("Change password"), "link": reverse("admin:password_change")},
    ]
