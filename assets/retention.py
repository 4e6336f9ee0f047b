"""Forgetting periods that are older than they have to be kept."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import OperationalError, transaction

from assets.revisions import raise_revisions
from config.database.partitions import Month, month_after, months_of, take_out, written_columns
from config.database.periods import PeriodTable
from config.database.refusals import retried
from config.database.statements import execute, fetch_row, fetch_rows
from config.database.transactions import try_lock

logger = logging.getLogger(__name__)

OWNERS_AT_ONCE = 500
ROWS_AT_ONCE = 10_000

# Whoever has periods has a revision: the owners are found without reading the table, and of each the oldest rows by its
# key's index. Deleted before revisions are raised, as all who write do, so that nobody waits in a circle.
DELETE = """
WITH old AS (
    SELECT {old_key}
    FROM (SELECT id FROM unnest(%(owner_ids)s::text[]) AS given (id) ORDER BY id) AS wanted
    CROSS JOIN LATERAL (
        SELECT * FROM {table}
        WHERE {owner} = wanted.id AND {time} < %(before)s {but_the_latest}
        ORDER BY {key_within_owner}
        LIMIT %(most)s
    ) AS period
    LIMIT %(most)s
),
gone AS (DELETE FROM {table} AS stored USING old WHERE ({stored_key}) = ({key}) RETURNING stored.{owner} AS owner)
SELECT count(*), array_agg(DISTINCT owner) FROM gone
"""
BUT_THE_LATEST = """
AND {time} < (SELECT max({time}) FROM {table} AS other WHERE other.{owner} = wanted.id AND other.{time} <= %(now)s)
"""
# As one step into the key's index for each owner.
OWNERS_IN = """
SELECT owner_id FROM assets_revision
WHERE kind = %(kind)s AND EXISTS (SELECT FROM {month} WHERE {owner} = assets_revision.owner_id)
"""
KEEP_THE_LATEST = """
INSERT INTO {table} ({columns})
SELECT {columns} FROM unnest(%(owner_ids)s::text[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM {month} WHERE {owner} = wanted.id ORDER BY {key_backwards} LIMIT 1) AS period
WHERE NOT EXISTS (SELECT FROM {table} AS later WHERE later.{owner} = wanted.id AND later.{time} <= %(now)s)
"""
NEXT_OWNERS = """
SELECT owner_id FROM assets_revision WHERE kind = %(kind)s AND owner_id > %(after)s ORDER BY owner_id LIMIT %(most)s
"""


@dataclass(frozen=True, eq=False, kw_only=True)
class Aging:
    """Periods that may be forgotten. `keeps_latest`: the last one up to now of each owner stays, however old it is."""

    kind: str
    table: PeriodTable
    keeps_latest: bool = False


def months_before(now: datetime, months: int) -> datetime:
    """The beginning of the month, in UTC, so many months before the one that `now` lies in.

    >>> months_before(datetime(2026, 5, 31, 12), 24).isoformat()
    '2024-05-01T00:00:00+00:00'
    """
    return month_after(now, -months)


def forget_old(aging: Aging, *, before: datetime, now: datetime, until: float) -> int:
    """Delete what began before an instant, which is past; how many rows. Stops, unfinished, at `until` (monotonic).

    Each step is a transaction of at most ten thousand rows. Nobody waits for it but who changes those rows or their
    owner's revision, and not for long. Another process that does the same leaves it to this one.
    """
    if before > now:
        raise ValueError(f"What is yet to come is not forgotten: {before} is after {now}.")
    for month in months_of(aging.table):
        if month.end <= before:
            _drop(aging, month, now)
    total = 0
    for owner_ids in _owners(aging.kind):
        deleted = ROWS_AT_ONCE
        while deleted == ROWS_AT_ONCE:
            if time.monotonic() > until:
                return total
            deleted = _forget_some(aging, owner_ids, before, now)
            total += deleted
    return total


def _drop(aging: Aging, month: Month, now: datetime) -> None:
    """Drop a whole month at once. If the table is in use for too long it stays, and the next run tries again."""
    table = aging.table
    names = {"table": table.name, "month": month.name, "owner": table.owner.name, "time": table.time.name}
    try:
        with transaction.atomic():
            if not take_out(table, month):
                return
            owner_ids = [one for (one,) in fetch_rows(OWNERS_IN.format(**names), {"kind": aging.kind})]
            if aging.keeps_latest:
                backwards = ", ".join(f"{column.ordered} DESC" for column in table.key[1:])
                keep = KEEP_THE_LATEST.format(**names, columns=written_columns(table), key_backwards=backwards)
                execute(keep, {"owner_ids": owner_ids, "now": now})
            execute(f"DROP TABLE {month.name}", {})
            raise_revisions(owner_ids=owner_ids, kind=aging.kind, now=now)
    except OperationalError as error:
        logger.warning("%s is not dropped yet: %s", month.name, error)
    else:
        logger.info("%s is dropped: periods of %s that %d have", month.name, table.name, len(owner_ids))


@retried
def _forget_some(aging: Aging, owner_ids: list[str], before: datetime, now: datetime) -> int:
    with transaction.atomic():
        if not try_lock(f"forget {aging.table.name}"):
            return 0
        params = {"owner_ids": owner_ids, "before": before, "now": now, "most": ROWS_AT_ONCE}
        deleted, owners = fetch_row(_statement(aging), params)
        raise_revisions(owner_ids=owners or (), kind=aging.kind, now=now)
    return int(deleted)


def _owners(kind: str) -> Iterator[list[str]]:
    after = ""
    while found := fetch_rows(NEXT_OWNERS, {"kind": kind, "after": after, "most": OWNERS_AT_ONCE}):
        owner_ids = [owner_id for (owner_id,) in found]
        yield owner_ids
        after = owner_ids[-1]


@lru_cache
def _statement(aging: Aging) -> str:
    table = aging.table
    names = {"table": table.name, "owner": table.owner.name, "time": table.time.name}
    return DELETE.format(
        **names,
        key=", ".join(f"old.{column.name}" for column in table.key),
        old_key=", ".join(f"period.{column.name}" for column in table.key),
        stored_key=", ".join(f"stored.{column.name}" for column in table.key),
        key_within_owner=", ".join(column.ordered for column in table.key[1:]),
        but_the_latest=BUT_THE_LATEST.format(**names) if aging.keeps_latest else "",
    )
