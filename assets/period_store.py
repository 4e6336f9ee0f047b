"""Storing and reading plain period tables: forecasts, reservations, prices, snapshots of state, PoC limits.

What differs between them is data (a `Periods` each, beside their models); what is done with them is written once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db import transaction
from pydantic import BaseModel, TypeAdapter

from assets.revisions import raise_revisions
from config.api.batches import Stored, refuse_repeats
from config.api.pagination import Page
from config.database.pages import JsonPage, Order, Selection, page
from config.database.periods import PeriodTable
from config.database.refusals import retried
from config.database.upsert import upsert

Item = TypeVar("Item", bound=BaseModel)


@dataclass(frozen=True, eq=False)
class Periods(Generic[Item]):
    """One kind of periods.

    `items` dumps a batch as rows of the table; `field` is the body's name for them. `lock_owners` keeps the owners from
    being deleted meanwhile and refuses those that do not exist; None where owners are words and not records.
    """

    kind: str
    field: str
    table: PeriodTable
    items: TypeAdapter[list[Item]]
    lock_owners: Callable[..., None] | None = None
    order: Order = "owner"

    @property
    def naming(self) -> str:
        """What the key is made of, as errors say it."""
        *first, last = (column.name for column in self.table.key)
        return f"{', '.join(first)} and {last}"


@retried
def put_periods(
    periods: Periods[Item], *, items: Sequence[Item], now: datetime, visible: Collection[str] | None = None
) -> Stored:
    """Store a batch, all or nothing [B1]; a row that is there already is overwritten whole.

    Raises InvalidError naming items of the same key [B2], or what `lock_owners` raises for owners that do not exist.
    """
    names = [column.name for column in periods.table.key]
    keys = [tuple(getattr(item, name) for name in names) for item in items]
    refuse_repeats(keys, items=periods.field, naming=periods.naming)
    rows = periods.items.dump_json(list(items)).decode()
    with transaction.atomic():
        if periods.lock_owners:
            periods.lock_owners({str(key[0]) for key in keys}, visible=visible)
        stored = upsert(periods.table, rows=rows, now=now)
        raise_revisions(owner_ids=stored.owners, kind=periods.kind, now=now)
    unchanged = len(items) - stored.inserted - stored.updated
    return Stored(inserted=stored.inserted, updated=stored.updated, unchanged=unchanged)


def page_of_periods(
    periods: Periods[Item],
    *,
    owner_ids: Collection[str],
    window: tuple[datetime, datetime],
    asked: Page,
    filters: Mapping[str, Collection[str] | None] | None = None,
) -> JsonPage:
    """A page of the periods that start in `[start, end)`; a filter of None is none."""
    start, end = window
    chosen = {name: words for name, words in (filters or {}).items() if words is not None}
    selection = Selection(
        owner_ids=owner_ids,
        start=start,
        end=end,
        filters=chosen,
        limit=asked.limit,
        offset=asked.offset or 0,
        after=asked.after,
    )
    return page(periods.table, selection, order=periods.order)
