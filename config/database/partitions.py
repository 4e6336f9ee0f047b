"""Tables of periods that are partitioned by month, and those that are not: statements work on both (docs/adr/0024)."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import NotSupportedError, connection, models, transaction

from config.database.periods import PeriodTable
from config.database.statements import execute, fetch_rows

AHEAD_MONTHS: Final = 3
LOCK_SECONDS: Final = 5  # a longer reader is not waited for, since all others would wait behind
UPPER_BOUND = re.compile(r"TO \('([^']+)'\)$")

KIND = "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%(table)s)"
PARTITIONS = """
SELECT child.relname, pg_get_expr(child.relpartbound, child.oid)
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = to_regclass(%(table)s)
ORDER BY child.relname
"""
# What LIKE leaves behind: keys and indexes keep their names, which Django's migrations know, and triggers their work.
PARTS = """
SELECT 'constraint', conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = to_regclass(%(table)s) AND contype IN ('p', 'u', 'x', 'f')
UNION ALL
SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = to_regclass(%(table)s)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
UNION ALL
SELECT 'trigger', tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE tgrelid = to_regclass(%(table)s) AND NOT tgisinternal
"""

PARTITIONED = "CREATE TABLE {table} (LIKE {past} INCLUDING ALL EXCLUDING INDEXES) PARTITION BY RANGE ({time})"
OTHERS = "CREATE TABLE {table}_other PARTITION OF {table} DEFAULT"
ATTACH = "ALTER TABLE {table} ATTACH PARTITION {month} FOR VALUES FROM ({start}) TO ('{end}')"
MOVE = """
WITH moved AS (DELETE FROM {source} WHERE {time} >= %(start)s AND {time} < %(end)s RETURNING {columns})
INSERT INTO {target} ({columns}) SELECT {columns} FROM moved
"""

FORMS: dict[str, bool] = {}  # whether a table is partitioned, as far as this process knows


class PartitionError(Exception):
    """A table cannot be partitioned, or is so already."""


@dataclass(frozen=True)
class Month:
    """A partition: what begins before `end` and is in none before it."""

    name: str
    end: datetime


def is_partitioned(table: str) -> bool:
    """Whether a table is; asked once in a process, and again when a statement for the other form was refused."""
    if table not in FORMS:
        FORMS[table] = _is_partitioned_now(table)
    return FORMS[table]


def is_new(table: str, *, row: str = "stored") -> str:
    """SQL that says in RETURNING whether an upsert that sets `created_at` to `now` has inserted a row.

    What tells it of a plain table cannot be read through a partitioned one.
    """
    return f"{row}.created_at = %(now)s" if is_partitioned(table) else f"{row}.xmax = 0"


@contextmanager
def noticing_partitions() -> Iterator[None]:
    """Around a statement with `is_new`: where one is refused, its table was partitioned meanwhile, and is known.

    The refusal is a passing one, which is tried again.
    """
    try:
        yield
    except NotSupportedError:
        FORMS.clear()
        raise


def month_after(instant: datetime, months: int = 1) -> datetime:
    """The beginning of the month, in UTC, so many after the one that an instant lies in."""
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def partition(table: PeriodTable, *, now: datetime) -> None:
    """Make a table partitioned by month, from the next month on; what there is becomes its first partition.

    Nothing is copied but what lies beyond this month. Whoever reads or writes the table waits while it is read twice:
    a few seconds for a million rows. PartitionError if it cannot be.
    """
    past, start = f"{table.name}_past", month_after(now)
    with transaction.atomic(durable=True):
        _lock(table)
        if _is_partitioned_now(table.name):
            raise PartitionError(f"{table.name} is partitioned already.")
        parts = fetch_rows(PARTS, {"table": table.name})
        _check_keys(table, parts)
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table.name} RENAME TO {past}")
            for kind, name, _ in parts:
                cursor.execute(_setting_aside(kind, name, past))
            cursor.execute(PARTITIONED.format(table=table.name, past=past, time=table.time.name))
            for kind, name, definition in parts:
                made = f"ALTER TABLE {table.name} ADD CONSTRAINT {name} {definition}"
                cursor.execute(made if kind == "constraint" else definition)
            cursor.execute(OTHERS.format(table=table.name))
            _make_months(table, start=start, end=month_after(now, 1 + AHEAD_MONTHS))
            _move(table, source=past, target=table.name, start=start, end=None)
            cursor.execute(ATTACH.format(table=table.name, month=past, start="MINVALUE", end=start.isoformat()))
    FORMS.clear()
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table.name}")


def make_months_ahead(table: PeriodTable, *, now: datetime) -> list[str]:
    """Make the partitions of this month and those to come that are not there; what waits for them moves in."""
    end = month_after(now, 1 + AHEAD_MONTHS)
    found = months_of(table)
    if not found or found[-1].end >= end:
        return []
    with transaction.atomic():
        _lock(table)
        last = months_of(table)[-1].end  # another may have made some meanwhile
        return _make_months(table, start=max(month_after(now, 0), last), end=end)


def months_of(table: PeriodTable) -> list[Month]:
    """The partitions of a table that have an end, the earliest first; none where it is not partitioned."""
    found = fetch_rows(PARTITIONS, {"table": table.name})
    ends = [(name, UPPER_BOUND.search(bounds)) for name, bounds in found]
    return sorted((Month(name, datetime.fromisoformat(end[1])) for name, end in ends if end), key=lambda one: one.end)


def take_out(table: PeriodTable, month: Month) -> bool:
    """Make a partition a table of its own, within a transaction; False where another has done so meanwhile."""
    _lock(table)
    if month not in months_of(table):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table.name} DETACH PARTITION {month.name}")
    return True


def written_columns(table: PeriodTable) -> str:
    """All columns but those that PostgreSQL derives."""
    derived = {name for name, one in table.columns.items() if isinstance(one.field, models.GeneratedField)}
    return ", ".join(name for name in table.columns if name not in derived)


def _is_partitioned_now(table: str) -> bool:
    return any(partitioned for (partitioned,) in fetch_rows(KIND, {"table": table}))


def _lock(table: PeriodTable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE")


def _check_keys(table: PeriodTable, parts: Sequence[tuple[str, ...]]) -> None:
    for kind, name, definition in parts:
        is_a_key = kind == "constraint" and not definition.startswith("FOREIGN")
        if is_a_key and table.time.name not in definition:
            raise PartitionError(f"{table.name} cannot be partitioned: its {name} does not hold {table.time.name}.")


def _setting_aside(kind: str, name: str, past: str) -> str:
    """What frees the name of a part of the table for the partitioned one; a trigger is that one's alone from now on."""
    if kind == "trigger":
        return f"DROP TRIGGER {name} ON {past}"
    if kind == "index":
        return f"ALTER INDEX {name} RENAME TO {name}_past"
    return f"ALTER TABLE {past} RENAME CONSTRAINT {name} TO {name}_past"


def _make_months(table: PeriodTable, *, start: datetime, end: datetime) -> list[str]:
    made = []
    while start < end:
        name, after = f"{table.name}_{start:%Y_%m}", month_after(start)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name} (LIKE {table.name} INCLUDING ALL)")
            _move(table, source=f"{table.name}_other", target=name, start=start, end=after)
            bounds = {"start": f"'{start.isoformat()}'", "end": after.isoformat()}
            cursor.execute(ATTACH.format(table=table.name, month=name, **bounds))
        made.append(name)
        start = after
    return made


def _move(table: PeriodTable, *, source: str, target: str, start: datetime, end: datetime | None) -> None:
    columns = written_columns(table)
    statement = MOVE.format(source=source, target=target, time=table.time.name, columns=columns)
    execute(statement, {"start": start, "end": end or datetime.max.replace(tzinfo=UTC)})
