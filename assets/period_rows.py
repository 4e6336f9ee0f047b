"""Storing and reading periods as rows, up to a million of them at once, in flat memory [B3]."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from assets.period_store import ListedPeriods, Periods, selection_of
from assets.revisions import raise_revisions
from config.api.batches import Stored
from config.api.pagination import Page
from config.api.rows import Rows
from config.database.exports import Form, export, export_staged
from config.database.refusals import retried_within
from config.database.staging import columns_of, find_owners, find_repeats, merge, staged
from config.database.transactions import patient_transaction
from config.database.upsert import Upserted
from config.errors import MOST_FAULTS, Fault, InvalidError

Item = TypeVar("Item", bound=BaseModel)
Kept = TypeVar("Kept")


def load_periods(
    periods: Periods[Item], *, rows: Rows[Item], now: datetime, visible: Collection[str] | None = None
) -> Stored:
    """Store rows as `put_periods` stores items: all or nothing, what is there already is overwritten whole.

    Raises InvalidError naming the lines that are wrong or have the same key [B2], or what `lock_owners` raises for
    owners that do not exist.
    """

    def lock(owners: Mapping[str, int]) -> None:
        if periods.lock_owners:
            periods.lock_owners(owners, visible=visible)

    with _loaded(periods, rows, now=now, lock=lock) as stored:
        unchanged = rows.count - stored.inserted - stored.updated
        return Stored(inserted=stored.inserted, updated=stored.updated, unchanged=unchanged)


def load_and_echo(
    periods: Periods[Item],
    *,
    rows: Rows[Item],
    now: datetime,
    lock: Callable[[Mapping[str, int]], None],
    keep: Callable[[Iterator[bytes]], Kept],
) -> Kept:
    """Likewise, and `keep` the rows as they are stored then, each a line of JSON, in the order in which they were sent.

    `lock` gets the owners and the first line of each. It has to lock them against others who write this kind of
    periods, not only against deletion.
    """
    with _loaded(periods, rows, now=now, lock=lock):
        return keep(export_staged(periods.table))


@contextmanager
def _loaded(
    periods: Periods[Item], rows: Rows[Item], *, now: datetime, lock: Callable[[Mapping[str, int]], None]
) -> Iterator[Upserted]:
    """What storing the rows comes to, in the transaction that stores them."""

    def store() -> Upserted:
        lock(owners)
        stored = merge(periods.table, now=now)
        raise_revisions(owner_ids=stored.owners, kind=periods.kind, now=now)
        return stored

    with patient_transaction(), staged(columns_of(periods.table), _dumped(periods.items, rows)):
        refuse_repeated_lines(periods)
        owners = find_owners(periods.table.owner.name)
        yield retried_within(store)


def _dumped(
    items: TypeAdapter[list[Item]], rows: Rows[Item]
) -> Iterator[tuple[list[int], Sequence[Mapping[str, Any]]]]:
    for lines, found in rows.slices():
        yield lines, items.dump_python(found, mode="json")


def refuse_repeated_lines(periods: Periods[Any]) -> None:
    """Refuse what is staged where two lines have the same key: each fault names both [B2]."""
    naming = periods.naming(owned=False)
    faults = [
        Fault(("body", line), f"Line {line} has the same {naming} as line {first}", "repeated")
        for line, first in find_repeats(periods.table, most=MOST_FAULTS)
    ]
    if faults:
        raise InvalidError(faults)


def rows_of_periods(
    periods: ListedPeriods,
    *,
    owner_ids: Collection[str],
    window: tuple[datetime, datetime] | None,
    asked: Page,
    filters: Mapping[str, Collection[str] | None] | None,
    form: Form,
) -> Iterator[bytes]:
    """What `page_of_periods` would list, each row a line, and one row more if there is one."""
    selection = selection_of(owner_ids=owner_ids, window=window, asked=asked, filters=filters)
    return export(periods.table, selection, order=periods.order, form=form)
