"""Reading a page of periods as the JSON text that PostgreSQL writes [C5].

Measured with pages of 1,000 reservations: concatenated text takes 9.5 ms, `json_agg` of rows 11 ms, `json_build_object`
13 ms, the same rows through Django's cursor about 22 ms before anything is serialised.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from django.db import models

from config.database.periods import Column, PeriodTable
from config.database.statements import fetch_row

Order = Literal["owner", "time"]

# Per owner no more rows are taken from the key's index than the page can hold, and in the order of owners, those beyond
# the page's end are not looked at: a page costs the same however much is stored, and however deep the cursor is.
PAGE = """
WITH page AS (
    SELECT period.*
    FROM (SELECT DISTINCT id COLLATE "C" AS id FROM unnest(%(owner_ids)s::text[]) AS given (id) ORDER BY 1) AS wanted
    CROSS JOIN LATERAL (
        SELECT * FROM {table} AS period
        WHERE {owner} = wanted.id AND {time} >= %(start)s AND {time} < %(end)s {filters} {after}
        ORDER BY {key_within_owner}
        LIMIT %(offset)s + %(limit)s + 1
    ) AS period
    ORDER BY {order}
    OFFSET %(offset)s
    LIMIT %(limit)s + 1
),
placed AS (SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM page AS period)
SELECT
    coalesce('[' || string_agg({row}, ',' ORDER BY place) FILTER (WHERE place <= %(limit)s) || ']', '[]'),
    max(place) > %(limit)s,
    ARRAY[{last_key}]
FROM placed AS period
"""


@dataclass(frozen=True)
class Selection:
    """Which periods: whose, in `[start, end)`, with one of these words in these columns, after this key."""

    owner_ids: Collection[str]
    start: datetime
    end: datetime
    filters: Mapping[str, Collection[str]]
    limit: int
    offset: int = 0
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class JsonPage:
    """A page's items as a JSON array, and the key of its last one where more follow."""

    items: str
    last_key: tuple[str, ...] | None


def page(table: PeriodTable, wanted: Selection, *, order: Order = "owner") -> JsonPage:
    """One page, ordered by (owner, time, ...), or by (time, owner, ...)."""
    items, more, last_key = fetch_row(
        statement(table, filters=tuple(wanted.filters), resumed=wanted.after is not None, order=order),
        {
            "owner_ids": list(wanted.owner_ids),
            "start": wanted.start,
            "end": wanted.end,
            "offset": wanted.offset,
            "limit": wanted.limit,
            **{f"only_{name}": list(words) for name, words in wanted.filters.items()},
            **{f"after_{index}": part for index, part in enumerate(wanted.after or ())},
        },
    )
    return JsonPage(items=items, last_key=tuple(last_key) if more else None)


@lru_cache
def statement(table: PeriodTable, *, filters: tuple[str, ...], resumed: bool, order: Order) -> str:
    """The statement that reads a page of a table."""
    key = list(table.key) if order == "owner" else [table.time, table.owner, *table.key[2:]]
    after = ""
    if resumed:
        parts = ", ".join(f"%(after_{index})s::{column.sql_type}" for index, column in enumerate(key))
        after = f"AND ({', '.join(f'period.{column.ordered}' for column in key)}) > ({parts})"
    return PAGE.format(
        table=table.name,
        owner=table.owner.name,
        time=table.time.name,
        filters=" ".join(f"AND {name} = ANY(%(only_{name})s)" for name in filters),
        after=after,
        key_within_owner=", ".join(column.ordered for column in table.key[1:]),
        order=", ".join(f"period.{column.ordered}" for column in key),
        row=row_text(table),
        last_key=", ".join(f"max({column.name}::text) FILTER (WHERE place = %(limit)s)" for column in key),
    )


def row_text(table: PeriodTable) -> str:
    """SQL that writes one row as the text of a JSON object."""
    parts = (f"'\"{name}\":' || {_value(table, name)}" for name in table.answer)
    return "'{' || " + " || ',' || ".join(parts) + " || '}'"


def _value(table: PeriodTable, name: str) -> str:
    if name in table.written:
        return table.written[name]
    column = table.columns[name]
    text = json_of(column)
    return f"coalesce({text}, 'null')" if column.field.null else text


def json_of(column: Column) -> str:
    """SQL that writes a column's value as JSON text; null where it is null [C2]."""
    name = f"period.{column.name}"
    if isinstance(column.field, models.DateTimeField):
        fraction = "" if column.name.endswith("_time") else ".US"
        return f"""'"' || to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS{fraction}"Z"') || '"'"""
    if isinstance(column.field, models.DecimalField):
        return f"""'"' || trim_scale({name}) || '"'"""
    if isinstance(column.field, models.DateField | models.GeneratedField):
        return f"""'"' || {name} || '"'"""
    if isinstance(column.field, models.JSONField | models.BooleanField):
        return f"{name}::text"
    return f"to_json({name})"
