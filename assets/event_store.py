"""Storing events, each exactly once, a batch by one statement [E1].

What differs between streams is data (an `EventKind` each); what is done with them is written once. A batch is a
transaction: the periods, the ids of the events and the revisions are all there or none is. Rows are written in the
order of their key and so are ids, so that workers, and writers over HTTP, wait for each other and never in a circle.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import transaction
from pydantic import TypeAdapter

from assets.events import Event
from assets.revisions import raise_revisions
from config.database.periods import PeriodTable
from config.database.refusals import retried
from config.database.statements import fetch_row
from config.database.upsert import parts_of, upsert_from

Told = TypeVar("Told", bound=Event)

# Notes the ids of the batch, and answers those that are new; `item` is what came.
NOTE = """
    INSERT INTO assets_storedevent (stream, event_id, stored_at)
    SELECT %(stream)s, event_id, %(now)s FROM item ORDER BY event_id COLLATE "C"
    ON CONFLICT (stream, event_id) DO NOTHING
    RETURNING event_id
"""
# Of two new events with one key the one that came later holds.
STORE = """
WITH item AS MATERIALIZED (
    SELECT * FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS (event_id text, {typed_columns})) WITH ORDINALITY
        AS item (event_id, {names}, place)
),
fresh AS ({note}),
given AS (
    SELECT DISTINCT ON ({ordered_key}) {names} FROM item JOIN fresh USING (event_id) ORDER BY {ordered_key}, place DESC
),
written AS ({insert} RETURNING stored.{owner} AS owner)
SELECT array_agg(DISTINCT owner) FROM written
"""
# A few at a time: whoever deletes more holds up those who write.
FORGET = """
WITH forgotten AS (
    DELETE FROM assets_storedevent WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM assets_storedevent WHERE stream = %(stream)s AND stored_at < %(before)s
        ORDER BY stored_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM forgotten
"""


@dataclass(frozen=True, eq=False, kw_only=True)
class EventKind(Generic[Told]):
    """One kind of events of a stream.

    `statement` takes `rows` (the events as JSON), `stream`, `now` and the `params`, and answers whose periods it has
    changed, whose revisions of this `kind` are raised. `lock_known` keeps the owners from being deleted meanwhile and
    answers those that exist. `once`: an id is one event, where otherwise several may follow each other with it.
    """

    stream: str
    kind: str
    events: TypeAdapter[list[Told]]
    owner: str
    thing: str
    lock_known: Callable[[Collection[str]], Collection[str]]
    statement: Callable[[], str]
    params: Mapping[str, Any] = field(default_factory=dict)
    once: bool = True


@retried
def record_events(kind: EventKind[Told], *, events: Sequence[Told], now: datetime) -> dict[int, str]:
    """Store events, all of them but those of owners that do not exist: answers these by index, with the reason.

    One that was stored before is not stored again; of several with one id in a batch the first is stored.
    """
    owners = [str(getattr(event, kind.owner)) for event in events]
    with transaction.atomic():
        known = kind.lock_known(set(owners))
        storable = [event for event, owner in zip(events, owners, strict=True) if owner in known]
        if kind.once:
            storable = list({event.event_id: event for event in reversed(storable)}.values())[::-1]
        if storable:
            rows = kind.events.dump_json(storable).decode()
            (changed,) = fetch_row(kind.statement(), {**kind.params, "rows": rows, "stream": kind.stream, "now": now})
            raise_revisions(owner_ids=changed or (), kind=kind.kind, now=now)
    return {index: f"Unknown {kind.thing}: {owner[:100]}" for index, owner in enumerate(owners) if owner not in known}


@lru_cache
def statement_for(table: PeriodTable) -> str:
    """The statement of an `EventKind` whose events are rows of a period table, overwritten whole."""
    parts = parts_of(table)
    return STORE.format(**parts, note=NOTE, insert=upsert_from(table, source="given"))


def forget_events(*, stream: str, before: datetime, most: int = 10_000) -> int:
    """Forget the ids of events that were stored before an instant, at most so many; answers how many."""
    (count,) = fetch_row(FORGET, {"stream": stream, "before": before, "most": most})
    return int(count)
