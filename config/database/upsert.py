"""Writing a batch of periods: one statement for any number of rows [B1].

Measured with 1,000 reservations of nine columns on PostgreSQL 15: this statement takes 13 to 25 ms, one by `unnest`
of nine arrays 18 to 27 ms, `bulk_create(update_conflicts=True)` about 80 ms.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from config.database.periods import PeriodTable
from config.database.statements import fetch_row

UPSERT = """
WITH stored AS (
    INSERT INTO {table} AS stored ({columns}, created_at, updated_at)
    SELECT {columns}, %(now)s, %(now)s
    FROM json_to_recordset(%(rows)s::json) AS given ({typed_columns})
    ORDER BY {ordered_key}
    ON CONFLICT ({key}) DO UPDATE SET {assignments}, updated_at = excluded.updated_at
    WHERE ({stored_values}) IS DISTINCT FROM ({given_values})
    RETURNING stored.{owner} AS owner, stored.xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), array_agg(DISTINCT owner) FROM stored
"""


@dataclass(frozen=True)
class Upserted:
    """How many rows were added and changed, and whose."""

    inserted: int
    updated: int
    owners: tuple[str, ...]


def upsert(table: PeriodTable, *, rows: str, now: datetime) -> Upserted:
    """Store rows, a JSON array of objects with the table's columns; every value column is overwritten.

    Rows are written in the order of their key, so that two batches never wait for each other in a circle. A row whose
    values are the same is not written [C10]. Two rows of one key are an error of the caller's [B2].
    """
    inserted, updated, owners = fetch_row(_statement(table), {"rows": rows, "now": now})
    return Upserted(inserted=inserted, updated=updated, owners=tuple(owners or ()))


@lru_cache
def _statement(table: PeriodTable) -> str:
    columns = (*table.key, *table.values)
    return UPSERT.format(
        table=table.name,
        columns=", ".join(column.name for column in columns),
        typed_columns=", ".join(f"{column.name} {column.sql_type}" for column in columns),
        ordered_key=", ".join(column.ordered for column in table.key),
        key=", ".join(column.name for column in table.key),
        assignments=", ".join(f"{column.name} = excluded.{column.name}" for column in table.values),
        stored_values=", ".join(f"stored.{column.name}" for column in table.values),
        given_values=", ".join(f"excluded.{column.name}" for column in table.values),
        owner=table.owner.name,
    )
