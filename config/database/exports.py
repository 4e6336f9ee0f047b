"""Reading any number of periods as the rows of a media type: PostgreSQL writes them, COPY sends them [B3]."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from django.db import models

from config.database.pages import Order, Selection, key_of, parts_of, row_text
from config.database.periods import Column, PeriodTable
from config.database.replica import reading
from config.database.transactions import patient_transaction

Form = Literal["json", "csv"]

EXPORT = """
SELECT {cells}
FROM {wanted}
CROSS JOIN LATERAL ({part} {after} {most_of_each}) AS period
ORDER BY {order_of_parts}
OFFSET %(offset)s
LIMIT %(limit)s + 1
"""
ECHO = """
SELECT {row} FROM staged_row AS given JOIN {table} AS period USING ({key}) ORDER BY given.line
"""
# JSON has neither of these characters in it (to_json escapes them), so that it leaves as it is written.
OPTIONS: Mapping[Form, str] = {
    "json": r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02'",
    "csv": "FORMAT csv, HEADER",
}


def export(table: PeriodTable, wanted: Selection, *, order: Order, form: Form) -> Iterator[bytes]:
    """The rows that a page would hold and one more, if there is one: each a line, in CSV after a header.

    Ordered as `page` orders them. To be read to the end.
    """
    key = key_of(table, order=None if wanted.window is None else order)
    query = _statement(table, key=key, filters=tuple(wanted.filters), resumed=wanted.after is not None, form=form)
    return copy_out(query, wanted.params, form=form)


def export_staged(table: PeriodTable) -> Iterator[bytes]:
    """What is staged (config/database/staging.py) as it is stored now, in the order of its lines, as lines of JSON."""
    key = ", ".join(column.name for column in table.key)
    return copy_out(ECHO.format(row=row_text(table), table=table.name, key=key), {}, form="json")


def copy_out(query: str, params: Mapping[str, Any], *, form: Form) -> Iterator[bytes]:
    """The rows of a query, each a line (PostgreSQL sends one message per row); `json`: its one column as it is."""
    connection = reading()
    with patient_transaction(using=connection.alias), connection.cursor() as cursor, connection.wrap_database_errors:
        # COPY takes no parameters, and Django's cursor none for it: they are written into the text
        text = cursor.mogrify(f"COPY ({query}) TO STDOUT ({OPTIONS[form]})", params)
        with cursor.copy(text) as rows:
            for row in rows:
                yield bytes(row)


@lru_cache
def _statement(
    table: PeriodTable, *, key: tuple[Column, ...], filters: tuple[str, ...], resumed: bool, form: Form
) -> str:
    return EXPORT.format(cells=_cells(table, form), **parts_of(table, key=key, filters=filters, resumed=resumed))


def _cells(table: PeriodTable, form: Form) -> str:
    return row_text(table) if form == "json" else ", ".join(_columns(table))


def _columns(table: PeriodTable) -> Iterator[str]:
    """SQL that writes each column of CSV; what is no plain value is a Quantity, which has two."""
    for name in table.answer:
        if name in table.written:
            for part in ("value", "unit"):
                yield f"""({table.written[name]})::json ->> '{part}' AS "{name}.{part}\""""
        else:
            yield f"{_text_of(table.columns[name])} AS {name}"


def _text_of(column: Column) -> str:
    name = f"period.{column.name}"
    if isinstance(column.field, models.DateTimeField):
        fraction = "" if column.name.endswith("_time") else ".US"
        return f"""to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS{fraction}"Z"')"""
    if isinstance(column.field, models.DecimalField):
        return f"trim_scale({name})"
    return name
