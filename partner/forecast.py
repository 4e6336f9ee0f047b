"""The forecast: what a site will produce in the next 72 hours, and what it is worth (contract 13.2).

`read` takes the hours from the database, in the view that is open; `build` is pure and makes the document of them.
docs/partner-metrics.md has the formulas.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from assets.models import Asset
from assets.vocabulary import AssetType
from config.database.statements import fetch_rows, load_sql
from partner import clear_sky
from partner.documents import Computed, instant_text, rounded
from partner.forecast_documents import REVENUE, STORED_HOURS, summary
from partner.forecast_models import (
    Expected,
    Produced,
    Submitted,
    clearness,
    errors_by_hour,
    of_clear_sky,
    of_submitted,
)
from partner.local_days import complete_days, start_of
from partner.models import PartnerProfile
from partner.plant import Device, devices_of

HOUR: Final = timedelta(hours=1)
HISTORY_DAYS: Final = 30
SOLAR: Final = (AssetType.PV, AssetType.GREY_COLOCATION, AssetType.GREEN_COLOCATION)
SUBMITTED = load_sql("partner", "forecast_submitted")
PRODUCED = load_sql("partner", "forecast_produced")
RATES = load_sql("partner", "forecast_rates")


@dataclass(frozen=True)
class Inputs:
    """All that the forecast is made of, hours by their starts.

    `p0_kw` and `rated_kw` are the solar inverters' DC and AC ratings together. `past` has the p50 that was submitted
    for hours gone by, `produced` what they brought: both of the last 30 complete local days, and empty where every hour
    to come was submitted with its quantiles. `rates` are the worth of a kWh; None where it is not known.
    """

    profile: PartnerProfile
    hours: Sequence[datetime]
    p0_kw: Decimal
    rated_kw: Decimal
    submitted: Mapping[datetime, Submitted]
    past: Mapping[datetime, Decimal]
    produced: Mapping[datetime, Produced]
    rates: Mapping[datetime, Decimal | None]


def read(*, site_id: str, now: datetime) -> Inputs:
    """The inputs of a site's forecast as of now."""
    profile = PartnerProfile.objects.get(site_id=site_id)
    first = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [first + HOUR * number for number in range(STORED_HOURS)]
    window = {"start_time": first, "end_time": hours[-1] + HOUR}
    devices = [device for device in devices_of(site_id) if device.is_solar]
    assets = Asset.objects.filter(inverters__site_id=site_id, type__in=SOLAR)
    asset_ids = list(assets.order_by("id").values_list("id", flat=True).distinct())
    submitted = _submitted(asset_ids, window)
    past, produced = {}, {}
    if any(submitted[hour].p10 is None if hour in submitted else True for hour in hours):
        zone = ZoneInfo(profile.time_zone)
        start, end = complete_days(most=HISTORY_DAYS, first=None, now=now, zone=zone)
        gone = {"start_time": _hour_of(start_of(start, zone)), "end_time": _hour_of(start_of(end, zone))}
        past = {hour: one.p50 for hour, one in _submitted(asset_ids, gone).items()} if submitted else {}
        produced = _produced(devices, gone)
    return Inputs(
        profile=profile,
        hours=hours,
        p0_kw=sum((device.p0 for device in devices), Decimal(0)),
        rated_kw=sum((device.rated_kw for device in devices), Decimal(0)),
        submitted=submitted,
        past=past,
        produced=produced,
        rates=dict(fetch_rows(RATES, {"site_id": site_id, **window})),
    )


def _submitted(asset_ids: Sequence[str], window: Mapping[str, datetime]) -> dict[datetime, Submitted]:
    rows = fetch_rows(SUBMITTED, {"asset_ids": list(asset_ids), **window})
    return {hour: Submitted(p50, p10, p90, submitted_at) for hour, p50, p10, p90, submitted_at in rows}


def _produced(devices: Iterable[Device], window: Mapping[str, datetime]) -> dict[datetime, Produced]:
    p0s = {device.id: device.p0 for device in devices}
    rows = fetch_rows(PRODUCED, {"inverter_ids": list(p0s), "p0s": list(p0s.values()), **window})
    return {hour: Produced(kwh, p0_kw, newest) for hour, kwh, p0_kw, newest in rows}


def _hour_of(instant: datetime) -> datetime:
    """The full hour: midnight is at half past in some zones."""
    return instant.replace(minute=0, second=0, microsecond=0)


def build(inputs: Inputs) -> Computed:
    """The document of contract 13.1. An hour for which nothing was submitted nor can be computed is null."""
    currency = inputs.profile.currency.lower()
    modelled = _from_clear_sky(inputs)
    expected = {**modelled, **_from_submitted(inputs)}
    intervals = [_interval(hour, expected.get(hour), inputs.rates.get(hour), currency) for hour in inputs.hours]
    content = {"site_id": inputs.profile.public_name, **summary(intervals, currency=currency)}
    submitted = [one.submitted_at for hour, one in inputs.submitted.items()]
    measured = [one.newest for one in inputs.produced.values()] if modelled else []
    return Computed(content=content, data_through=max(submitted or measured, default=None))


def _from_submitted(inputs: Inputs) -> dict[datetime, Expected]:
    zone = ZoneInfo(inputs.profile.time_zone)
    errors = errors_by_hour(expected=inputs.past, produced=inputs.produced, p0_kw=inputs.p0_kw, zone=zone)
    return {
        hour: of_submitted(one, errors.get(hour.astimezone(zone).hour, ())) for hour, one in inputs.submitted.items()
    }


def _from_clear_sky(inputs: Inputs) -> dict[datetime, Expected]:
    """The hours that nobody submitted, where the profile says where the site is and something was measured."""
    plane, zone = clear_sky.plane_of(inputs.profile), ZoneInfo(inputs.profile.time_zone)
    missing = [hour for hour in inputs.hours if hour not in inputs.submitted]
    if plane is None or not missing or not inputs.produced:
        return {}
    clear = clear_sky.irradiance(plane, [*inputs.produced, *missing])
    share = clearness(clear=clear, produced=inputs.produced, zone=zone)
    if share is None:
        return {}
    powers = {hour: inputs.p0_kw * irradiance / 1000 * share for hour, irradiance in clear.items()}
    errors = errors_by_hour(expected=powers, produced=inputs.produced, p0_kw=inputs.p0_kw, zone=zone)
    return {
        hour: of_clear_sky(powers[hour], errors.get(hour.astimezone(zone).hour, ()), rated_kw=inputs.rated_kw)
        for hour in missing
    }


def _interval(hour: datetime, expected: Expected | None, rate: Decimal | None, currency: str) -> dict[str, Any]:
    """An hour as the document has it; energy that is none is worth nothing at any price."""
    p50 = expected.p50 if expected else None
    revenue = None if p50 is None or (p50 and rate is None) else p50 * (rate or 0)
    return {
        "ts": instant_text(hour),
        "model_id": expected.model_id if expected else None,
        "quantiles": expected.quantiles if expected else None,
        "p10_kw": rounded(expected.p10) if expected else None,
        "p50_kw": rounded(p50),
        "p90_kw": rounded(expected.p90) if expected else None,
        f"{REVENUE}{currency}": rounded(revenue),
    }
