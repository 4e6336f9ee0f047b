"""What a signal says to people, in a sentence with the times of the site."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from config.api.values import plain
from partner.anomalies import Anomaly
from partner.thresholds import Thresholds
from partner.vocabulary import SignalType

TENTH = Decimal("0.1")


def description_of(anomaly: Anomaly, *, zone: ZoneInfo, thresholds: Thresholds) -> str:
    """The sentence of an anomaly.

    It names what was found, from when to when, and against what it was measured.
    """
    time = _time(anomaly.start_time, anomaly.end_time, zone)
    match anomaly.type:
        case SignalType.CRITICAL_STATE | SignalType.WARNING_STATE:
            code = f" (error code {anomaly.error_code})" if anomaly.error_code else ""
            return f"In state {anomaly.worst_state}{code} {time}."
        case SignalType.TEMPERATURE:
            limit = plain(Decimal(str(thresholds.temperature_c)))
            return f"Up to {_short(anomaly.temperature)} °C {time}, above {limit} °C."
        case SignalType.ZERO_PRODUCTION:
            return f"No production {time}, where {_short(anomaly.expected_kw)} kW were expected."
    made = f"{_short(anomaly.actual_kw)} kW of {_short(anomaly.expected_kw)} kW expected"
    return f"{made} ({_short(anomaly.capacity_pct)} %) {time}."


def _short(number: Decimal | None) -> str:
    return plain((number or Decimal(0)).quantize(TENTH))


def _time(start_time: datetime, end_time: datetime, zone: ZoneInfo) -> str:
    """`from 10:00 to 14:00 on 2026-05-30`, with both days where they differ."""
    start, end = start_time.astimezone(zone), end_time.astimezone(zone)
    if start.date() == end.date():
        return f"from {start:%H:%M} to {end:%H:%M} on {start:%Y-%m-%d}"
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
