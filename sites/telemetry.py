"""Storing and reading telemetry, over HTTP, from files and from the event stream alike [T1].

What differs between inverters and sites is data (INVERTERS, SITES); what is done with their readings is written once.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from pydantic import TypeAdapter

from assets.revisions import raise_revisions
from config.api.batches import Stored, refuse_repeats
from config.api.pagination import Page
from config.api.values import recorded
from config.database.refusals import retried
from config.database.statements import RECORDED_FORMAT, fetch_row, load_sql
from sites.queries import ids_among, lock_inverters, lock_sites, visible_inverters, visible_sites
from sites.readings import InverterReadingItem, SiteReadingItem

REVISION_KIND = "telemetry"

Item = TypeVar("Item", InverterReadingItem, SiteReadingItem)


@dataclass(frozen=True)
class Telemetry(Generic[Item]):
    """One kind of readings: the field that says whose they are, their statements, and how to reach their owners."""

    owner: str
    item: type[Item]
    put: str
    page: str
    items: TypeAdapter[list[Item]]
    lock_owners: Callable[..., None]
    visible_owners: Callable[[Collection[str]], QuerySet[Any]]

    def owner_of(self, reading: Item) -> str:
        """The id of what a reading was taken of."""
        return str(getattr(reading, self.owner))


INVERTERS = Telemetry(
    owner="inverter_id",
    item=InverterReadingItem,
    put=load_sql("sites", "put_inverter_readings"),
    page=load_sql("sites", "list_inverter_readings"),
    items=TypeAdapter(list[InverterReadingItem]),
    lock_owners=lock_inverters,
    visible_owners=visible_inverters,
)
SITES = Telemetry(
    owner="site_id",
    item=SiteReadingItem,
    put=load_sql("sites", "put_site_readings"),
    page=load_sql("sites", "list_site_readings"),
    items=TypeAdapter(list[SiteReadingItem]),
    lock_owners=lock_sites,
    visible_owners=visible_sites,
)


@retried
def put_readings(
    *, kind: Telemetry[Item], readings: Sequence[Item], now: datetime, visible: Collection[str] | None = None
) -> Stored:
    """Store a batch of readings, all or nothing [B1]; a reading that is stored already is overwritten whole.

    Raises InvalidError naming readings of the same owner and time [B2], UnknownInverterError or UnknownSiteError naming
    all that do not exist (or not for a caller that sees only the `visible` assets). The owners' revisions are raised
    where a reading is new or has changed.
    """
    owner_ids = [kind.owner_of(reading) for reading in readings]
    refuse_repeats(
        zip(owner_ids, (reading.time for reading in readings), strict=True),
        items="readings",
        naming=f"{kind.owner} and time",
    )
    with transaction.atomic():
        kind.lock_owners(set(owner_ids), visible=visible)
        text = kind.items.dump_json(list(readings)).decode()
        inserted, updated, changed_ids = fetch_row(kind.put, {"readings": text, "now": now})
        raise_revisions(owner_ids=changed_ids or (), kind=REVISION_KIND, now=now)
    return Stored(inserted=inserted, updated=updated, unchanged=len(readings) - inserted - updated)


def page_of_readings(
    *,
    kind: Telemetry[Item],
    owner_ids: Collection[str],
    start: datetime,
    end: datetime,
    page: Page,
    visible: Collection[str] | None = None,
) -> tuple[str, tuple[str, str] | None]:
    """A page of the readings in `[start, end)` by (owner, time), as a JSON array, and its last key if more follow.

    Owners that do not exist have none, nor have those that a caller who sees only the `visible` assets does not see.
    """
    if visible is not None:
        owner_ids = ids_among(owner_ids, kind.visible_owners(visible))
    starts = dict.fromkeys(owner_ids, start)
    if page.after is not None:
        last_id, last_time = page.after
        starts = {owner_id: start for owner_id in starts if owner_id >= last_id}
        if last_id in starts:
            starts[last_id] = datetime.fromisoformat(last_time) + timedelta(microseconds=1)
    params = {
        "owner_ids": list(starts),
        "starts": list(starts.values()),
        "end_time": end,
        "offset": page.offset or 0,
        "limit": page.limit,
        "recorded_format": RECORDED_FORMAT,
    }
    items, more, last_id, last_time = fetch_row(kind.page, params)
    return items, (last_id, recorded(last_time)) if more else None
