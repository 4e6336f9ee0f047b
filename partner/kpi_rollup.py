"""The KPI rollup: how a site has done in its last 30 complete local days (contract 13.2, docs/partner-metrics.md).

`read` takes the sums from the database, in the view that is open; `build` is pure and makes the document of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from config.database.statements import fetch_row, fetch_rows, load_sql
from partner import batteries
from partner.batteries import Batteries
from partner.documents import Computed, rounded
from partner.local_days import complete_days, start_of
from partner.models import PartnerProfile
from partner.plant import devices_of
from partner.vocabulary import FLAT

MOST_DAYS: Final = 30
DAYS_PER_YEAR: Final = 365
RECOVERABLE: Final = {"50pct": Decimal("0.5"), "75pct": Decimal("0.75"), "95pct": Decimal("0.95"), "100pct": Decimal(1)}
SUMS = load_sql("partner", "kpi_rollup")
# Each minimum is one step into an index, however many readings there are.
FIRST_DATA = """
SELECT least(
    (
        SELECT min(first.time)
        FROM sites_inverter inverter
        CROSS JOIN LATERAL (SELECT min(time) AS time FROM sites_inverterreading WHERE inverter_id = inverter.id) first
        WHERE inverter.site_id = %(site_id)s
    ),
    (SELECT min(time) FROM sites_sitereading WHERE site_id = %(site_id)s),
    (
        SELECT min(first.time)
        FROM unnest(%(battery_ids)s::text[]) AS battery (id)
        CROSS JOIN LATERAL (
            SELECT min(effective_at) AS time FROM assets_statesnapshot WHERE asset_id = battery.id
        ) first
    )
)
"""


@dataclass(frozen=True)
class Sums:
    """One row of partner/sql/kpi_rollup.sql, in the order of its columns.

    Sums over the period, of all (`tariff` None) or of one tariff's time: energies in kWh, powers in kW, values in the
    site's currency; None where nothing was measured.
    """

    tariff: str | None
    produced_kwh: Decimal | None
    counted_kwh: Decimal | None
    reference_kwh: Decimal | None
    expected_kwh: Decimal | None
    lost_kwh: Decimal | None
    available_kwh: Decimal | None
    bright_kw: Decimal | None
    running_kw: Decimal | None
    produced_value: Decimal | None
    lost_value: Decimal | None
    consumption_kwh: Decimal | None
    balanced_kwh: Decimal | None
    purchased_kwh: Decimal | None
    offset_kwh: Decimal | None
    known_states: int
    good_states: int
    data_through: datetime | None


@dataclass(frozen=True)
class Inputs:
    """All that the rollup is made of. `rated_kw` has the P0 of each solar inverter; `batteries` is None without any."""

    profile: PartnerProfile
    start: date
    end: date
    rated_kw: Sequence[Decimal]
    batteries: Batteries | None
    total: Sums
    by_tariff: Sequence[Sums]


def read(*, site_id: str, now: datetime) -> Inputs:
    """The inputs of a site's rollup as of now."""
    profile = PartnerProfile.objects.get(site_id=site_id)
    zone = ZoneInfo(profile.time_zone)
    rated_kw, battery_ids = _plant(site_id)
    (first,) = fetch_row(FIRST_DATA, {"site_id": site_id, "battery_ids": battery_ids})
    start, end = complete_days(most=MOST_DAYS, first=first, now=now, zone=zone)
    start_time, end_time = start_of(start, zone), start_of(end, zone)
    asked = {
        "site_id": site_id,
        "inverter_ids": list(rated_kw),
        "p0s": list(rated_kw.values()),
        "start_time": start_time,
        "end_time": end_time,
    }
    total, *by_tariff = [Sums(*row) for row in fetch_rows(SUMS, asked)]
    stored = batteries.read(asset_ids=battery_ids, start=start_time, end=end_time, now=now) if battery_ids else None
    return Inputs(profile, start, end, list(rated_kw.values()), stored, total, by_tariff)


def _plant(site_id: str) -> tuple[dict[str, Decimal], list[str]]:
    """P0 in kW of each solar inverter, and the ids of the batteries that sit behind an inverter of the site."""
    devices = devices_of(site_id)
    rated_kw = {device.id: device.p0 for device in devices if device.is_solar}
    return rated_kw, sorted({battery_id for device in devices for battery_id in device.battery_ids})


def build(inputs: Inputs) -> Computed:
    """The document of contract 13.1. What cannot be computed for want of data is null."""
    profile, total = inputs.profile, inputs.total
    content: dict[str, Any] = {
        "site_id": profile.public_name,
        "period": {"start": inputs.start.isoformat(), "end": inputs.end.isoformat()},
        "system": {
            "rated_capacity_kw": rounded(sum(inputs.rated_kw, Decimal(0))),
            "device_count": len(inputs.rated_kw),
        },
        "energy_balance": _energy_balance(total),
        "performance": _performance(profile, total),
        "ear": _energy_at_risk(inputs),
        "financial": _financial(inputs),
    }
    newest = [total.data_through]
    if inputs.batteries is not None:
        content["battery"] = batteries.figures(inputs.batteries)
        newest.append(inputs.batteries.data_through)
    return Computed(content=content, data_through=max(filter(None, newest), default=None))


def _energy_balance(total: Sums) -> dict[str, float | None]:
    balanced = total.produced_kwh is not None
    return {
        "consumption_kwh": rounded(total.consumption_kwh),
        "solar_production_kwh": rounded(total.produced_kwh),
        "grid_purchases_kwh": rounded(total.purchased_kwh) if balanced else None,
        "solar_offset_pct": _percent(total.offset_kwh, total.balanced_kwh) if balanced else None,
    }


def _performance(profile: PartnerProfile, total: Sums) -> dict[str, Any]:
    ratio = _ratio(total.counted_kwh, total.reference_kwh)
    status = None
    if ratio is not None:
        status = "On Target" if ratio >= profile.pr_target else "Below Target"
    return {
        "system_pr": rounded(ratio),
        "pr_target": rounded(profile.pr_target),
        "pr_status": status,
        "true_uptime_pct": _percent(total.running_kw or Decimal(0), total.bright_kw),
        "state_uptime_pct": _percent(Decimal(total.good_states), Decimal(total.known_states)),
        "availability_pct": _percent(total.available_kwh or Decimal(0), total.expected_kwh),
        "availability_target": rounded(profile.availability_target),
    }


def _energy_at_risk(inputs: Inputs) -> dict[str, Any]:
    total, currency = inputs.total, inputs.profile.currency.lower()
    lost, value = total.lost_kwh, total.lost_value
    days = (inputs.end - inputs.start).days
    return {
        "energy_lost_kwh": rounded(lost),
        "energy_lost_pct": _percent(lost, total.expected_kwh),
        "capacity_utilization_pct": _percent(total.counted_kwh, total.expected_kwh),
        "recovery_potential_kwh": {
            name: None if lost is None else rounded(lost * share) for name, share in RECOVERABLE.items()
        },
        f"value_lost_{currency}": rounded(value),
        f"realized_savings_{currency}": rounded(_savings(total)),
        f"annual_projection_{currency}": None if value is None else rounded(value * DAYS_PER_YEAR / days),
    }


def _financial(inputs: Inputs) -> dict[str, Any]:
    total, currency = inputs.total, inputs.profile.currency.lower()
    savings, shortfall = _savings(total), total.lost_value
    potential = None if savings is None or shortfall is None else savings + shortfall
    return {
        "tariff_currency": inputs.profile.currency,
        f"shortfall_cost_{currency}": rounded(shortfall),
        f"realized_savings_{currency}": rounded(savings),
        f"total_potential_value_{currency}": rounded(potential),
        "tou_breakdown": _breakdown(inputs.by_tariff, currency),
    }


def _breakdown(by_tariff: Sequence[Sums], currency: str) -> Mapping[str, Any]:
    """What each tariff period's time brought and lost; empty where one price holds always."""
    if len(by_tariff) == 1 and by_tariff[0].tariff == FLAT:
        return {}
    return {
        str(sums.tariff): {
            "solar_production_kwh": rounded(sums.produced_kwh),
            "energy_lost_kwh": rounded(sums.lost_kwh),
            f"realized_savings_{currency}": rounded(_savings(sums)),
            f"shortfall_cost_{currency}": rounded(sums.lost_value),
        }
        for sums in by_tariff
    }


def _savings(sums: Sums) -> Decimal | None:
    return None if sums.produced_kwh is None else sums.produced_value


def _ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """None also where the whole is nothing: no share of it can be said."""
    return None if part is None or not whole else part / whole


def _percent(part: Decimal | None, whole: Decimal | None) -> float | None:
    ratio = _ratio(part, whole)
    return None if ratio is None else rounded(ratio * 100)
