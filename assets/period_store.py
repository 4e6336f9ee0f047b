"""Storing and reading plain period tables: forecasts, reservations, prices, snapshots of state, PoC limits.

What differs between them is data (a `Periods` each, beside their models); what is done with them is written once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db import DataError, IntegrityError, connection, transaction
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json

from assets.revisions import RAISE_WRITTEN, raise_revisions
from config.api.batches import Stored, refuse_repeats
from config.api.pagination import Page
from config.api.plain_batches import PlainRow
from config.database.pages import JsonPage, Order, Selection, key_of, page
from config.database.periods import PeriodTable
from config.database.refusals import retried
from config.database.upsert import upsert, upsert_and_echo, upsert_of_known
from config.errors import DomainError

Item = TypeVar("Item", bound=BaseModel)


class UnknownOwnerError(Exception):
    """Some owner of a plain batch does not exist, or not for the caller; its strict reading names them."""


# How a batch in plain form is refused: by a rule, by a constraint, or for a day that does not exist.
PLAIN_REFUSALS = (UnknownOwnerError, DomainError, IntegrityError, DataError, ValueError)


@dataclass(frozen=True, eq=False, kw_only=True)
class ListedPeriods:
    """One kind of periods as it is listed; `field` is the answer's name for the items."""

    kind: str
    field: str
    table: PeriodTable
    order: Order = "owner"

    def sorted_by(self, *, latest: bool) -> list[str]:
        """The fields that a list is ordered by and continued after."""
        return [column.name for column in key_of(self.table, order=None if latest else self.order)]


@dataclass(frozen=True, eq=False, kw_only=True)
class Periods(ListedPeriods, Generic[Item]):
    """One kind of periods that comes in batches too.

    `items` dumps a batch as rows of the table; `field` is the body's name for them. `lock_owners` keeps the owners from
    being deleted meanwhile and refuses those that do not exist; None where owners are words and not records.
    """

    items: TypeAdapter[list[Item]]
    lock_owners: Callable[..., None] | None = None

    def naming(self, *, owned: bool) -> str:
        """What the key is made of, as errors say it; `owned`: within what is one owner's."""
        *first, last = (column.name for column in self.table.key[1 if owned else 0 :])
        return f"{', '.join(first)} and {last}" if first else last


@retried
def put_periods(
    periods: Periods[Item],
    *,
    items: Sequence[Item],
    now: datetime,
    visible: Collection[str] | None = None,
    owner_id: str | None = None,
) -> Stored:
    """Store a batch, all or nothing [B1]; a row that is there already is overwritten whole.

    With an `owner_id` they are all its, and the items do not say so. Raises InvalidError naming items of the same key
    [B2], or what `lock_owners` raises for owners that do not exist.
    """
    owner_ids = _owners(periods, items, owner_id=owner_id)
    rows = periods.items.dump_json(list(items)).decode()
    with transaction.atomic():
        if periods.lock_owners:
            periods.lock_owners(owner_ids, visible=visible)
        stored = upsert(periods.table, rows=rows, now=now, owner_id=owner_id)
        raise_revisions(owner_ids=stored.owners, kind=periods.kind, now=now)
    unchanged = len(items) - stored.inserted - stored.updated
    return Stored(inserted=stored.inserted, updated=stored.updated, unchanged=unchanged)


@retried
def put_plain_periods(
    periods: Periods[Item], *, rows: Sequence[PlainRow], now: datetime, visible: Collection[str] | None = None
) -> Stored:
    """Likewise a batch in plain form, which nobody has looked at item by item, by one statement.

    Whatever is wrong with it is one of PLAIN_REFUSALS, and stores nothing; what it is, its strict reading says.
    """
    owners, times, *others = ([row[column.name] for row in rows] for column in periods.table.key)
    keys = list(zip(owners, map(datetime.fromisoformat, times), *others, strict=True))
    refuse_repeats(keys, items=periods.field, naming=periods.naming(owned=False))
    if visible is not None and not set(visible).issuperset(owners):
        raise UnknownOwnerError
    with transaction.atomic() if connection.in_atomic_block else nullcontext():  # by itself it is a transaction
        stored = upsert_of_known(
            periods.table,
            rows=to_json(rows).decode(),
            owner_ids=set(owners),
            now=now,
            also=RAISE_WRITTEN,
            params={"kind": periods.kind},
        )
    if stored is None:
        raise UnknownOwnerError
    inserted, updated = stored
    return Stored(inserted=inserted, updated=updated, unchanged=len(rows) - inserted - updated)


@retried
def post_periods(
    periods: Periods[Item], *, items: Sequence[Item], now: datetime, visible: Collection[str] | None = None
) -> str:
    """Likewise, and answer the stored rows as a JSON array, in the order of the items.

    `lock_owners` has to lock the owners against others who write this kind of periods, not only against deletion.
    """
    owner_ids = _owners(periods, items)
    rows = periods.items.dump_json(list(items)).decode()
    with transaction.atomic():
        if periods.lock_owners:
            periods.lock_owners(owner_ids, visible=visible)
        stored, echo = upsert_and_echo(periods.table, rows=rows, now=now)
        raise_revisions(owner_ids=stored.owners, kind=periods.kind, now=now)
    return echo


def _owners(periods: Periods[Item], items: Sequence[Item], *, owner_id: str | None = None) -> set[str]:
    """Whose items they are; InvalidError where two have the same key."""
    owned = owner_id is not None
    names = [column.name for column in periods.table.key[1 if owned else 0 :]]
    keys = [tuple(getattr(item, name) for name in names) for item in items]
    refuse_repeats(keys, items=periods.field, naming=periods.naming(owned=owned))
    return {str(key[0]) for key in keys} if owner_id is None else {owner_id}


def page_of_periods(
    periods: ListedPeriods,
    *,
    owner_ids: Collection[str],
    window: tuple[datetime, datetime] | None,
    asked: Page,
    filters: Mapping[str, Collection[str] | None] | None = None,
) -> JsonPage:
    """A page of the periods that start in `[start, end)`, or without a window of the latest of each owner.

    A filter of None is none.
    """
    selection = selection_of(owner_ids=owner_ids, window=window, asked=asked, filters=filters)
    return page(periods.table, selection, order=periods.order)


def selection_of(
    *,
    owner_ids: Collection[str],
    window: tuple[datetime, datetime] | None,
    asked: Page,
    filters: Mapping[str, Collection[str] | None] | None,
) -> Selection:
    """What a page of periods selects."""
    return Selection(
        owner_ids=owner_ids,
        window=window,
        filters={name: words for name, words in (filters or {}).items() if words is not None},
        limit=asked.limit,
        offset=asked.offset or 0,
        after=asked.after,
    )
