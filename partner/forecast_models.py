"""What an hour will bring: what was submitted, or a clear sky scaled by the last days, each with its quantiles.

Powers are means of an hour in kW, so that they are kWh too. docs/partner-metrics.md has the formulas.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

from partner.local_days import day_of

SUBMITTED: Final = "submitted-1"
CLEAR_SKY: Final = "clear-sky-1"
OF_SUBMITTED: Final = "submitted"
OF_PAST_ERRORS: Final = "past-errors"
OF_DEFAULT_SPREAD: Final = "default-spread"
# p10 and p90 of a normal distribution whose standard deviation is a quarter of p50.
DEFAULT_SPREAD: Final = Decimal("0.32")
FEWEST_ERRORS: Final = 10  # of fewer there is no tenth
CLEARNESS_DAYS: Final = 7
ZERO: Final = Decimal(0)

ErrorsByHour = Mapping[int, Sequence[Decimal]]


@dataclass(frozen=True)
class Submitted:
    """What was submitted for an hour: all of the site's assets together; None: a quantile was left open."""

    p50: Decimal
    p10: Decimal | None
    p90: Decimal | None
    submitted_at: datetime


@dataclass(frozen=True)
class Produced:
    """What an hour brought from the inverters that measured all of it, who have `p0_kw` of DC power together."""

    kwh: Decimal
    p0_kw: Decimal
    newest: datetime


@dataclass(frozen=True)
class Expected:
    """What an hour will bring, as quantiles in order, and where they come from."""

    model_id: str
    quantiles: str
    p10: Decimal
    p50: Decimal
    p90: Decimal


def clearness(
    *, clear: Mapping[datetime, Decimal], produced: Mapping[datetime, Produced], zone: ZoneInfo
) -> Decimal | None:
    """What share of a clear sky's energy the last seven local days with readings brought; None: nothing was measured.

    `clear` is the irradiance of each hour in W/m2. It takes in what clouds, snow, heat and losses take.
    """
    measured = [hour for hour in produced if clear[hour] > 0]
    days = sorted({day_of(hour, zone) for hour in measured})[-CLEARNESS_DAYS:]
    counted = [hour for hour in measured if days[0] <= day_of(hour, zone)]
    whole = sum((produced[hour].p0_kw * clear[hour] / 1000 for hour in counted), ZERO)
    return sum((produced[hour].kwh for hour in counted), ZERO) / whole if whole else None


def errors_by_hour(
    *, expected: Mapping[datetime, Decimal], produced: Mapping[datetime, Produced], p0_kw: Decimal, zone: ZoneInfo
) -> ErrorsByHour:
    """By how much past hours brought more than was expected, by the local hour of the day.

    Only hours that every inverter measured tell.
    """
    errors: dict[int, list[Decimal]] = defaultdict(list)
    for hour, one in produced.items():
        if hour in expected and one.p0_kw == p0_kw:
            errors[hour.astimezone(zone).hour].append(one.kwh - expected[hour])
    return errors


def of_submitted(hour: Submitted, errors: Sequence[Decimal]) -> Expected:
    """What was submitted, with the quantiles that came with it or, without these, with those of past errors."""
    if hour.p10 is not None and hour.p90 is not None:
        return Expected(SUBMITTED, OF_SUBMITTED, hour.p10, hour.p50, hour.p90)
    return _banded(SUBMITTED, hour.p50, errors)


def of_clear_sky(p50: Decimal, errors: Sequence[Decimal], *, rated_kw: Decimal) -> Expected:
    """The scaled clear sky: never more than the inverters' rating, and nothing in the dark."""
    if not p50:
        return _banded(CLEAR_SKY, ZERO, ())
    band = _banded(CLEAR_SKY, min(p50, rated_kw), errors)
    return Expected(band.model_id, band.quantiles, band.p10, band.p50, min(band.p90, rated_kw))


def _banded(model_id: str, p50: Decimal, errors: Sequence[Decimal]) -> Expected:
    """Quantiles around p50: of past errors where there are enough, else of the default spread; never below zero."""
    if len(errors) < FEWEST_ERRORS:
        low, high = p50 * (1 - DEFAULT_SPREAD), p50 * (1 + DEFAULT_SPREAD)
        return Expected(model_id, OF_DEFAULT_SPREAD, low, p50, high)
    tenths = quantiles(errors, n=10, method="inclusive")
    low, high = min(max(p50 + tenths[0], ZERO), p50), max(p50 + tenths[-1], p50)
    return Expected(model_id, OF_PAST_ERRORS, low, p50, high)
