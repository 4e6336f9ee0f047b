"""The words of the pages' scripts, as a JSON document in the page: scripts have none of their own."""

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from assets.vocabulary import ReasonCategory, Status
from markets.vocabulary import LimitSource
from sites.vocabulary import InverterState

register = template.Library()

PLURALS = {"one": 1, "few": 2, "many": 5}  # a number of each form that German, English and Polish have


@register.simple_tag
def chart_words() -> SafeString:
    """What config/desk/static/desk/day_chart.js and the scripts beside it say, by the name that they know it by."""
    return json_script({**_of_charts(), **_of_assets(), **_of_sites(), **_of_vocabulary()}, "day-words")


@register.simple_tag
def theme_words() -> SafeString:
    """What config/desk/static/desk/keyboard.js calls the theme's symbols, by the state that each changes."""
    return json_script({"sidebar": gettext("Menu"), "showPassword": gettext("Show password")}, "theme-words")


def _of_vocabulary() -> dict[str, Any]:
    words: dict[str, Any] = {
        "statuses": Status,
        "reasons": ReasonCategory,
        "sources": LimitSource,
        "states": InverterState,
    }
    return {name: {word.value: str(word.label) for word in kind} for name, kind in words.items()}


def _of_charts() -> dict[str, Any]:
    return {
        "failed": gettext("The day could not be loaded: %(why)s. Choose it again."),
        "answered": gettext("the server answered %(status)s"),
        "slot": gettext("%(start)s to %(end)s (%(utc)s UTC)"),
        "bound": gettext("%(what)s %(value)s by %(source)s"),
        "charge_limit": gettext("Charge limit"),
        "discharge_limit": gettext("Discharge limit"),
        "charge": gettext("Charge"),
        "discharge": gettext("Discharge"),
        "trading_locked": gettext("Trading locked"),
        "forecast": gettext("Forecast"),
        "dispatched": gettext("Dispatched"),
        "keep_at_least": gettext("Keep at least"),
        "keep_at_most": gettext("Keep at most"),
        "at_least": gettext("At least"),
        "at_most": gettext("At most"),
        "stored_energy": gettext("Stored energy"),
        "slots": _counted(
            lambda number: ngettext("%(number)s slot in %(zone)s", "%(number)s slots in %(zone)s", number)
        ),
    }


def _of_assets() -> dict[str, Any]:
    return {
        "day_began": gettext("The day began"),
        "locked": gettext("locked"),
        "open": pgettext("trading", "open"),
        "band": gettext("%(low)s to %(high)s"),
        "truncated": gettext("only the first are shown of: %(names)s"),
        "with_limits": _counted(lambda number: ngettext("%(number)s with limits", "%(number)s with limits", number)),
        "locks": _counted(lambda number: ngettext("%(number)s locked", "%(number)s locked", number)),
        "reservations": _counted(lambda number: ngettext("%(number)s reservation", "%(number)s reservations", number)),
        "dispatches": _counted(lambda number: ngettext("%(number)s dispatch", "%(number)s dispatches", number)),
    }


def _of_sites() -> dict[str, Any]:
    return {
        "system_pr": gettext("performance ratio"),
        "pr_target": gettext("its target"),
        "true_uptime_pct": gettext("uptime (%)"),
        "availability_pct": gettext("availability (%)"),
        "import_limit": gettext("Import limit"),
        "export_limit": gettext("Export limit"),
        "may_charge": gettext("Assets may charge"),
        "may_discharge": gettext("Assets may discharge"),
        "delivered": gettext("Delivered"),
        "limited": gettext("assets with limits: %(limited)s of %(assets)s"),
        "poc_limits": _counted(
            lambda number: ngettext(
                "%(number)s limit of the point of connection", "%(number)s limits of the point of connection", number
            )
        ),
        "assets": _counted(lambda number: ngettext("%(number)s asset", "%(number)s assets", number)),
        "beyond": _counted(
            lambda number: ngettext(
                "in %(number)s slot the assets together may do more than the point of connection allows",
                "in %(number)s slots the assets together may do more than the point of connection allows",
                number,
            )
        ),
    }


def _counted(say: Any) -> dict[str, str]:
    """A sentence with a number in each of its forms."""
    return {form: say(number) for form, number in PLURALS.items()}
