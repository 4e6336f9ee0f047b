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
    FROM {wanted}
    CROSS JOIN LATERAL ({part} {after} {most_of_each}) AS period
    ORDER BY {order_of_parts}
    OFFSET %(offset)s
    LIMIT %(limit)s + 1
),
placed AS (SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM page AS period)
SELECT
    coalesce('[' || string_agg({row}, ',' ORDER BY place) FILTER (WHERE place <= %(limit)s) || ']', '[]'),
    max(place) > %(limit)s,
    ARRAY[{last_key}],
    {totals}
FROM placed AS period
"""
WANTED = """
(SELECT DISTINCT id COLLATE "C" AS id FROM unnest(%(owner_ids)s::text[]) AS given (id) ORDER BY 1) AS wanted
"""
IN_WINDOW = """
SELECT * FROM {table} AS period
WHERE {owner} = wanted.id AND {time} >= %(start)s AND {time} < %(end)s {filters}
"""
MOST_OF_EACH = "ORDER BY {key_within_owner} LIMIT %(offset)s + %(limit)s + 1"
# One step into the key's index per owner, however long its history is.
LATEST = """
SELECT * FROM (SELECT * FROM {table} WHERE {owner} = wanted.id ORDER BY {key_backwards} LIMIT 1) AS period
WHERE true {filters}
"""
# OFFSET 0 keeps it to the key's index too, owner by owner, where the planner may think of reading the whole table.
TOTALS = "(SELECT {totals} FROM {wanted} CROSS JOIN LATERAL ({part} OFFSET 0) AS period)"


@dataclass(frozen=True)
class Selection:
    """Which periods: whose, in `[start, end)` or, without a window, the latest of each, with these words in columns.

    Its page begins after a key, if any is given.
    """

    owner_ids: Collection[str]
    window: tuple[datetime, datetime] | None
    filters: Mapping[str, Collection[str]]
    limit: int
    offset: int = 0
    after: tuple[Any, ...] | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of its statements."""
        start, end = self.window or (None, None)
        return {
            "owner_ids": list(self.owner_ids),
            "start": start,
            "end": end,
            "offset": self.offset,
            "limit": self.limit,
            **{f"only_{name}": list(words) for name, words in self.filters.items()},
            **{f"after_{index}": part for index, part in enumerate(self.after or ())},
        }


@dataclass(frozen=True)
class JsonPage:
    """A page's items as a JSON array, and the key of its last one where more follow.

    `totals` are those of the whole selection, as JSON fields that follow others; empty where the table has none.
    """

    items: str
    last_key: tuple[str, ...] | None
    totals: str


def page(table: PeriodTable, wanted: Selection, *, order: Order = "owner") -> JsonPage:
    """One page, ordered by (owner, time, ...), or by (time, owner, ...).

    The latest are always ordered by owner: which it is may change from page to page, and still none is missed or
    repeated.
    """
    key = key_of(table, order=None if wanted.window is None else order)
    query = statement(table, key=key, filters=tuple(wanted.filters), resumed=wanted.after is not None)
    items, more, last_key, totals = fetch_row(query, wanted.params)
    return JsonPage(items=items, last_key=tuple(last_key) if more else None, totals=totals)


def key_of(table: PeriodTable, *, order: Order | None) -> tuple[Column, ...]:
    """The columns that a page is ordered by and continued after; without an order there is one row per owner."""
    if order is None:
        return (table.owner,)
    return table.key if order == "owner" else (table.time, table.owner, *table.key[2:])


@lru_cache
def statement(table: PeriodTable, *, key: tuple[Column, ...], filters: tuple[str, ...], resumed: bool) -> str:
    """The statement that reads a page of a table in the order of a key; of the owner alone: the latest of each."""
    parts = parts_of(table, key=key, filters=filters, resumed=resumed)
    return PAGE.format(
        **parts,
        order=", ".join(f"period.{column.ordered}" for column in key),
        row=row_text(table),
        last_key=", ".join(f"max({column.name}::text) FILTER (WHERE place = %(limit)s)" for column in key),
        totals=_totals(table, parts["part"]),
    )


def parts_of(table: PeriodTable, *, key: tuple[Column, ...], filters: tuple[str, ...], resumed: bool) -> dict[str, str]:
    """What every statement that reads a selection in the order of a key is made of."""
    latest = key == (table.owner,)
    key_within_owner = ", ".join(column.ordered for column in table.key[1:])
    return {
        "wanted": WANTED,
        "part": (LATEST if latest else IN_WINDOW).format(
            table=table.name,
            owner=table.owner.name,
            time=table.time.name,
            key_backwards=", ".join(f"{column.ordered} DESC" for column in table.key[1:]),
            filters=" ".join(f"AND {name} = ANY(%(only_{name})s)" for name in filters),
        ),
        "after": _after(key) if resumed else "",
        "most_of_each": "" if latest else MOST_OF_EACH.format(key_within_owner=key_within_owner),
        # as the owners come, which the planner knows to be their order: it reads no more of them than it needs
        "order_of_parts": ", ".join(
            "wanted.id" if column is table.owner else f"period.{column.ordered}" for column in key
        ),
    }


def _after(key: tuple[Column, ...]) -> str:
    parts = ", ".join(f"%(after_{index})s::{column.sql_type}" for index, column in enumerate(key))
    return f"AND ({', '.join(f'period.{column.ordered}' for column in key)}) > ({parts})"


def _totals(table: PeriodTable, part: str) -> str:
    """SQL that writes the table's totals, over all rows of all parts, as JSON fields that follow others."""
    if not table.totals:
        return "''"
    fields = " || ".join(f"',\"{name}\":' || {written}" for name, written in table.totals.items())
    return TOTALS.format(totals=fields, wanted=WANTED, part=part)


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
