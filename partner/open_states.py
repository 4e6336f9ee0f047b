"""Inverters that are in a critical state now, as far as anybody knows (docs/partner-metrics.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.database.statements import fetch_rows, load_sql
from partner.anomalies import CRITICAL_STATES
from partner.plant import Device

OPEN_STATES = load_sql("partner", "open_states")


@dataclass(frozen=True)
class OpenState:
    """The newest known state of an inverter, a critical one, and the first reading of such a state after a good one."""

    inverter_id: str
    state: str
    since: datetime


def open_states(*, devices: Sequence[Device], since: datetime, now: datetime) -> list[OpenState]:
    """Those of the inverters whose newest known state since that time is a critical one."""
    asked = {
        "inverter_ids": [device.id for device in devices],
        "critical": [str(state) for state in CRITICAL_STATES],
        "read_from": since,
        "now": now,
    }
    return [OpenState(*row) for row in fetch_rows(OPEN_STATES, asked)]
