"""What events say of inverters and sites: readings, stored as those that come over HTTP [T1] [E1]."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from pydantic import TypeAdapter

from assets.event_store import EventKind, record_events, statement_for
from assets.events import Event
from config.database.refusals import retried
from sites.queries import lock_known_inverters, lock_known_sites
from sites.readings import InverterReadingItem, SiteReadingItem
from sites.telemetry import INVERTERS, SITES

STREAM = "telemetry"


class InverterReadingEvent(InverterReadingItem, Event):
    """What an inverter measured at an instant [T1]."""


class SiteReadingEvent(SiteReadingItem, Event):
    """What a site's sensors measured at an instant [T1]."""


ReadingEvent = InverterReadingEvent | SiteReadingEvent

INVERTER_EVENTS = EventKind(
    stream=STREAM,
    kind=INVERTERS.kind,
    events=TypeAdapter(list[InverterReadingEvent]),
    owner="inverter_id",
    thing="inverter",
    lock_known=lock_known_inverters,
    statement=partial(statement_for, INVERTERS.table),
)
SITE_EVENTS = EventKind(
    stream=STREAM,
    kind=SITES.kind,
    events=TypeAdapter(list[SiteReadingEvent]),
    owner="site_id",
    thing="site",
    lock_known=lock_known_sites,
    statement=partial(statement_for, SITES.table),
)


@retried
def record_readings(*, events: Sequence[ReadingEvent], now: datetime) -> dict[int, str]:
    """Store readings, each id once; answers what names an unknown inverter or site, by index [T1]."""
    of_inverters = {index: event for index, event in enumerate(events) if isinstance(event, InverterReadingEvent)}
    of_sites = {index: event for index, event in enumerate(events) if isinstance(event, SiteReadingEvent)}
    with transaction.atomic():
        unknown = _placed(of_inverters, record_events(INVERTER_EVENTS, events=[*of_inverters.values()], now=now))
        unknown |= _placed(of_sites, record_events(SITE_EVENTS, events=[*of_sites.values()], now=now))
    return unknown


def _placed(events: Mapping[int, Event], unknown: Mapping[int, str]) -> dict[int, str]:
    """The reasons by the places that the events have among all of the batch."""
    places = [*events]
    return {places[index]: reason for index, reason in unknown.items()}
