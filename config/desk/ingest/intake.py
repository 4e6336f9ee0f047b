"""From a stream's payloads to what is stored: how each stream's events are read and recorded [E1]."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assets.events import DispatchEvent, Event, StateSnapshotEvent, StatusEvent
from assets.recording import record_dispatches, record_snapshot_events, record_statuses
from config.api.bodies import validated
from config.api.json_text import parse_json
from config.desk.ingest.names import STREAMS
from config.errors import Fault, InvalidError
from sites.events import InverterReadingEvent, SiteReadingEvent, record_readings

LARGEST_EVENT = 64 * 1024
NO_PAYLOAD = "The entry has no field `payload`, or was cut off its stream before it was stored"
MOST_SAID = 5  # faults that a reason names


@dataclass(frozen=True)
class Intake:
    """What is done with one stream: `model` says what an event's document should be; `record` stores a batch, and
    answers those that cannot be stored by index, with the reason."""

    model: Callable[[Any], type[Event]]
    record: Callable[..., dict[int, str]]

    def read(self, payload: bytes | None) -> Event:
        """The event, or InvalidError with every fault."""
        if payload is None:
            raise InvalidError([Fault(("payload",), NO_PAYLOAD, "missing")])
        if len(payload) > LARGEST_EVENT:
            raise InvalidError([Fault(("payload",), f"An event has at most {LARGEST_EVENT} bytes", "too_long")])
        document = parse_json(payload)
        return validated(self.model(document), document, place="payload")

    def store(self, events: Sequence[Event], *, now: datetime) -> dict[int, str]:
        """Store a batch in one transaction."""
        return self.record(events=events, now=now)


def reason_of(error: InvalidError) -> str:
    """What is wrong with an event, in one line: `status: Input should be ...`."""
    said = [f"{place}: {fault.msg}" if (place := _place(fault)) else fault.msg for fault in error.faults[:MOST_SAID]]
    more = len(error.faults) - len(said)
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")


def _place(fault: Fault) -> str:
    return ".".join(str(part) for part in fault.loc[1:])


def _reading(document: Any) -> type[Event]:
    """Of what a reading is: `inverter_id` or `site_id` says it [T1]."""
    named = {name for name in ("inverter_id", "site_id") if isinstance(document, dict) and name in document}
    if len(named) != 1:
        raise InvalidError([Fault(("payload",), "A reading names either an inverter_id or a site_id", "owner")])
    return InverterReadingEvent if "inverter_id" in named else SiteReadingEvent


INTAKES = {
    "dispatches": Intake(model=lambda _: DispatchEvent, record=record_dispatches),
    "statuses": Intake(model=lambda _: StatusEvent, record=record_statuses),
    "telemetry": Intake(model=_reading, record=record_readings),
    "state-snapshots": Intake(model=lambda _: StateSnapshotEvent, record=record_snapshot_events),
}
if INTAKES.keys() != set(STREAMS):
    raise AssertionError("Every stream has its intake.")
