"""The fleet as it is now: power and energy by area, and which assets need somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.periods import SLOT
from assets.vocabulary import AssetType, DeliveryArea, Lifecycle, Status
from config.database.statements import fetch_rows, load_sql
from config.database.transactions import uncompiled

IN_USE = (Lifecycle.COMMISSIONING, Lifecycle.LIVE, Lifecycle.SUSPENDED)
STORING = (AssetType.BESS, AssetType.VBAT, AssetType.GREY_COLOCATION, AssetType.GREEN_COLOCATION)
FORECAST = (AssetType.PV, AssetType.GREEN_COLOCATION, AssetType.GREY_COLOCATION)
STATE_IS_LATE_AFTER = timedelta(hours=1)
SPEC_ENDS_WITHIN = timedelta(days=7)
MOST_LISTED = 500
FLEET_NOW = load_sql("config.desk", "fleet_now")
STATUSES_NOW = load_sql("config.desk", "statuses_now")
NEEDS_SOMEBODY = (Status.FAULT, Status.OFFLINE, Status.DEGRADED)

# What may need somebody: the flag of fleet_now.sql, what it is called, and the sentence above its list.
NEEDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "is_locked": (_("Locked for trading now"), _("Some source locks trading in the slot that it is now.")),
    "has_no_spec": (_("Without a spec"), _("No spec is in force: nobody knows what the asset can do.")),
    "spec_ends": (_("Spec ends"), _("The spec in force ends within seven days, and none follows it at once.")),
    "state_is_missing": (_("State is missing"), _("Live storage of which no state snapshot was ever sent.")),
    "state_is_late": (_("State is late"), _("Live storage whose last state snapshot is more than an hour old.")),
    "forecast_is_missing": (_("Forecast is missing"), _("Live generation that has no forecast of this moment.")),
    "forecast_is_late": (
        _("Forecast is late"),
        _("Live generation whose forecast ends within the hour and was not renewed."),
    ),
}
SUMS = """
SELECT
    delivery_area, count(*), coalesce(sum(rated_power), 0), coalesce(sum(discharge), 0), coalesce(sum(charge), 0),
    coalesce(sum(max_capacity), 0), sum(energy),
    {flags}
FROM asset_now
GROUP BY delivery_area
"""
NEEDING = """
SELECT id, name, type, lifecycle, delivery_area, state_at, forecast_until
FROM asset_now
WHERE {flag}
ORDER BY id
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Area:
    """What the assets in use of one delivery area come to: MW and MWh; `energy` is None where nothing is known of it.

    `discharge` and `charge` are what the limits of this slot leave of the rated power; of assets that have both.
    """

    area: DeliveryArea
    name: str
    assets: int
    rated_power: Decimal
    discharge: Decimal
    charge: Decimal
    capacity: Decimal
    energy: Decimal | None
    needing: Mapping[str, int]


@dataclass(frozen=True)
class Troubled:
    """An asset whose status needs somebody."""

    id: str
    name: str
    lifecycle: Lifecycle
    status: Status


def statuses(*, now: datetime, most: int) -> tuple[dict[Status, int], list[Troubled]]:
    """How many assets in use have which latest status, and the first `most` of those that need somebody, by id."""
    params = {
        "now": now,
        "unknown": Status.UNKNOWN.value,
        "in_use": [state.value for state in IN_USE],
        "troubled": [status.value for status in NEEDS_SOMEBODY],
        "most": most,
    }
    with uncompiled():
        rows = fetch_rows(STATUSES_NOW, params)
    troubled = [Troubled(key, name, Lifecycle(state), Status(status)) for status, _, key, name, state in rows if key]
    return {Status(status): number for status, number, key, _, _ in rows if key is None}, troubled


def areas(*, now: datetime) -> list[Area]:
    """The areas that have assets in use, in the order of the vocabulary; one statement."""
    flags = ", ".join(f"count(*) FILTER (WHERE {flag})" for flag in NEEDS)
    with uncompiled():  # compiling took 143 of the 210 ms of 5,000 assets
        rows = {row[0]: row for row in fetch_rows(FLEET_NOW + SUMS.format(flags=flags), _params(now))}
    return [_area(area, rows[area.value]) for area in DeliveryArea if area.value in rows]


def _area(area: DeliveryArea, row: Sequence[Any]) -> Area:
    _, assets, rated_power, discharge, charge, capacity, energy, *counts = row
    needed = dict(zip(NEEDS, counts, strict=True))
    return Area(area, str(area.label), assets, rated_power, discharge, charge, capacity, energy, needed)


def needing(flag: str, *, now: datetime) -> Sequence[tuple[Any, ...]]:
    """The assets with this flag of `NEEDS`, by id, the first 500: id, name, type, lifecycle, area, and since when."""
    with uncompiled():
        return fetch_rows(FLEET_NOW + NEEDING.format(flag=flag), {**_params(now), "most": MOST_LISTED})


def _params(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "slot": now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % SLOT,
        "patience": STATE_IS_LATE_AFTER,
        "ahead": SPEC_ENDS_WITHIN,
        "in_use": [state.value for state in IN_USE],
        "storing": [kind.value for kind in STORING],
        "forecast": [kind.value for kind in FORECAST],
    }
