"""Bringing any number of rows into a period table: COPY into a staging table, then one statement [B3].

The staging table is the transaction's own. Its rows know the line that they came from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import connection

from config.database.partitions import noticing_partitions
from config.database.periods import PeriodTable
from config.database.statements import fetch_row, fetch_rows
from config.database.upsert import Upserted, statement_from

# Dropped at the end of the transaction at the latest, so that no later one on the connection meets it.
CREATE = "CREATE TEMPORARY TABLE staged_row (line bigint, {typed_columns}) ON COMMIT DROP"
FILL = "COPY staged_row (line, {columns}) FROM STDIN"
DROP = "DROP TABLE staged_row"
FIND_REPEATS = """
SELECT line, first_line
FROM (SELECT line, min(line) OVER (PARTITION BY {key}) AS first_line FROM staged_row) AS placed
WHERE line > first_line
ORDER BY line
LIMIT %(most)s
"""
FIND_OWNERS = "SELECT {owner}, min(line) FROM staged_row GROUP BY {owner}"

Row = Mapping[str, Any]
Lines = Sequence[int]


def columns_of(table: PeriodTable) -> dict[str, str]:
    """What a batch writes of a table: the columns and their types."""
    return {column.name: column.sql_type for column in (*table.key, *table.values)}


@contextmanager
def staged(columns: Mapping[str, str], slices: Iterable[tuple[Lines, Sequence[Row]]]) -> Iterator[None]:
    """Within a transaction: these rows, and the line of each, are staged for as long as the block runs.

    `columns` are their fields and the types of these.
    """
    types = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
    values_of = itemgetter(*columns)
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(typed_columns=types))
        # Django's cursor lends psycopg's copy without its own translation of errors
        with connection.wrap_database_errors, cursor.copy(FILL.format(columns=", ".join(columns))) as copy:
            for lines, rows in slices:
                for line, row in zip(lines, rows, strict=True):
                    copy.write_row((line, *values_of(row)))
        yield
        cursor.execute(DROP)


def find_repeats(table: PeriodTable, *, most: int) -> list[tuple[int, int]]:
    """The lines whose key stands in an earlier line too, and the first that has it; so many at most [B2]."""
    key = ", ".join(column.ordered for column in table.key)
    return [(line, first) for line, first in fetch_rows(FIND_REPEATS.format(key=key), {"most": most})]


def find_owners(column: str) -> dict[str, int]:
    """Whose rows are staged, as this column says, and the first line of each."""
    return dict(fetch_rows(FIND_OWNERS.format(owner=column), {}))


def merge(table: PeriodTable, *, now: datetime) -> Upserted:
    """Store what is staged, as `upsert` does."""
    with noticing_partitions():
        inserted, updated, owners = fetch_row(statement_from(table, source="staged_row"), {"now": now})
    return Upserted(inserted=inserted, updated=updated, owners=tuple(owners or ()))
