"""What events change of assets: statuses, dispatches and state snapshots [S2] [D1] [SS1]."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from pydantic import TypeAdapter

from assets.dispatches import DISPATCHES
from assets.event_store import EventKind, record_events, statement_for
from assets.events import DispatchEvent, StateSnapshotEvent, StatusEvent
from assets.queries import lock_known_assets
from assets.state_snapshots import STATE_SNAPSHOTS
from assets.statuses import STATUSES
from assets.vocabulary import DispatchStatus
from config.database.statements import load_sql

RECORD_STATUSES = load_sql("assets", "record_statuses")
RECORD_DISPATCHES = load_sql("assets", "record_dispatches")
STATUS_EVENTS = EventKind(
    stream="statuses",
    kind=STATUSES.kind,
    events=TypeAdapter(list[StatusEvent]),
    owner="asset_id",
    thing="asset",
    lock_known=lock_known_assets,
    statement=lambda: RECORD_STATUSES,
)
DISPATCH_EVENTS = EventKind(
    stream="dispatches",
    kind=DISPATCHES.kind,
    events=TypeAdapter(list[DispatchEvent]),
    owner="asset_id",
    thing="asset",
    lock_known=lock_known_assets,
    statement=lambda: RECORD_DISPATCHES,
    params={"statuses": DispatchStatus.values},
    once=False,
)
SNAPSHOT_EVENTS = EventKind(
    stream="state-snapshots",
    kind=STATE_SNAPSHOTS.kind,
    events=TypeAdapter(list[StateSnapshotEvent]),
    owner="asset_id",
    thing="asset",
    # as over HTTP, where the answer holds what is stored: whoever writes snapshots of the same assets waits
    lock_known=partial(lock_known_assets, to="change"),
    statement=partial(statement_for, STATE_SNAPSHOTS.table),
)


def record_statuses(*, events: Sequence[StatusEvent], now: datetime) -> dict[int, str]:
    """Add entries to assets' status history, each id once; answers what names an unknown asset, by index [S2]."""
    return record_events(STATUS_EVENTS, events=events, now=now)


def record_dispatches(*, events: Sequence[DispatchEvent], now: datetime) -> dict[int, str]:
    """Store dispatches, or what became of them; answers what names an unknown asset, by index [D1]."""
    return record_events(DISPATCH_EVENTS, events=events, now=now)


def record_snapshot_events(*, events: Sequence[StateSnapshotEvent], now: datetime) -> dict[int, str]:
    """Store state snapshots, each id once, as over HTTP; answers what names an unknown asset, by index [SS1]."""
    return record_events(SNAPSHOT_EVENTS, events=events, now=now)
