"""What was wrong with a site's inverters, and how bad it was (contract 13.2, docs/partner-metrics.md).

`find` has the database judge all slots and gather them; the severity of what it finds is a pure function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from config.database.statements import fetch_row, fetch_rows, load_sql
from partner.models import PartnerProfile
from partner.plant import Device
from partner.thresholds import Thresholds
from partner.vocabulary import Severity, SignalType
from sites.vocabulary import InverterState

ANOMALIES = load_sql("partner", "anomalies")
SLOT: Final = timedelta(minutes=15)
# From the best to the worst; the statement counts on these places.
STATES: Final = (
    InverterState.UNKNOWN,
    InverterState.STANDBY,
    InverterState.NORMAL,
    InverterState.WARNING,
    InverterState.OFFLINE,
    InverterState.CRITICAL,
    InverterState.FAULT,
)
CRITICAL_STATES: Final = STATES[4:]
FROM_LOW_TO_CRITICAL: Final = tuple(reversed(Severity))
# Each is one step into an index, however many readings there are.
NEWEST = """
SELECT greatest(
    (
        SELECT max(newest.time)
        FROM unnest(%(inverter_ids)s::text[]) AS inverter (id)
        CROSS JOIN LATERAL (
            SELECT max(time) AS time FROM sites_inverterreading WHERE inverter_id = inverter.id AND time < %(now)s
        ) newest
    ),
    (SELECT max(time) FROM sites_sitereading WHERE site_id = %(site_id)s AND time < %(now)s)
)
"""


@dataclass(frozen=True)
class Anomaly:
    """Consecutive slots in which one thing was wrong with one inverter: a row of partner/sql/anomalies.sql.

    Powers are means in kW, the temperature is the highest slot's; None where something was not measured.
    """

    inverter_id: str
    type: str
    start_time: datetime
    end_time: datetime
    actual_kw: Decimal | None = None
    expected_kw: Decimal | None = None
    capacity_pct: Decimal | None = None
    irradiance: Decimal | None = None
    temperature: Decimal | None = None
    worst_state: str | None = None
    last_state: str | None = None
    error_code: str | None = None

    @property
    def state_code(self) -> str | None:
        """The worst state where the states are what is wrong, else the last one that was reported."""
        return (
            self.worst_state if self.type in (SignalType.CRITICAL_STATE, SignalType.WARNING_STATE) else self.last_state
        )


def find(
    *, profile: PartnerProfile, devices: Sequence[Device], thresholds: Thresholds, start_time: datetime, now: datetime
) -> list[Anomaly]:
    """What was wrong since `start_time`, by inverter, type and time.

    Of what began earlier the slots of one window before `start_time` are in it, so its start is too.
    """
    window = timedelta(minutes=thresholds.window_minutes)
    asked = {
        "site_id": profile.site_id,
        "inverter_ids": [device.id for device in devices],
        "p0s": [device.p0 for device in devices],
        "solar": [device.is_solar for device in devices],
        "states": [str(state) for state in STATES],
        "pr_target": profile.pr_target,
        "read_from": start_time - window,
        "start_time": start_time,
        "now": now,
        "window": window,
        "reach": window - SLOT,
        # One slot alone is no signal, unless a window is no longer than that.
        "fewest": min(2, window // SLOT),
        **{name: Decimal(str(number)) for name, number in thresholds},
    }
    return [Anomaly(*row) for row in fetch_rows(ANOMALIES, asked)]


def newest_reading(*, site_id: str, devices: Sequence[Device], now: datetime) -> datetime | None:
    """The stamp of the newest reading of a site and its inverters that is not of the future."""
    asked = {"site_id": site_id, "inverter_ids": [device.id for device in devices], "now": now}
    (newest,) = fetch_row(NEWEST, asked)
    return newest  # type: ignore[no-any-return]


def severity_of(anomaly: Anomaly, thresholds: Thresholds) -> Severity:
    """How bad it is: by its depth, and a step worse once it is long."""
    is_long = anomaly.end_time - anomaly.start_time >= timedelta(minutes=thresholds.long_minutes)
    grade = _depth(anomaly, thresholds) + is_long
    return FROM_LOW_TO_CRITICAL[min(grade, len(FROM_LOW_TO_CRITICAL) - 1)]


def _depth(anomaly: Anomaly, thresholds: Thresholds) -> int:
    """0 to 3, never less for what is deeper."""
    match anomaly.type:
        case SignalType.CRITICAL_STATE:
            return 2 if anomaly.worst_state == InverterState.OFFLINE else 3
        case SignalType.WARNING_STATE:
            return 1
        case SignalType.TEMPERATURE:
            excess = (anomaly.temperature or Decimal(0)) - Decimal(str(thresholds.temperature_c))
            return max(0, min(2, int(excess // Decimal(str(thresholds.temperature_step_c)))))
        case SignalType.ZERO_PRODUCTION:
            return 2
    capacity = anomaly.capacity_pct or Decimal(0)
    if capacity < Decimal(str(thresholds.capacity_high_pct)):
        return 2
    return 1 if capacity < Decimal(str(thresholds.capacity_medium_pct)) else 0
