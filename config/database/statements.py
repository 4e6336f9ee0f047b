"""Statements that live in .sql files beside the app that runs them: loading and running."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from django.db import connection

from config.database.replica import reading

# How to_char writes times into JSON that PostgreSQL assembles, handed to statements as parameters [C2].
EDGE_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
RECORDED_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def load_sql(app: str, name: str) -> str:
    """The statement in `{app}/sql/{name}.sql`. Its leading comment is for readers and is not sent."""
    lines = files(app).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip() and not line.startswith("--"))
    return "\n".join(lines[start:])


def fetch_rows(statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run the statement and answer all its rows."""
    with reading().cursor() as cursor:
        # a dictionary of its own: the audit trail's context adds parameters to what it is handed
        cursor.execute(statement, dict(params))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def fetch_row(statement: str, params: Mapping[str, Any]) -> tuple[Any, ...]:
    """Run a statement that answers one row."""
    (row,) = fetch_rows(statement, params)
    return row


def execute(statement: str, params: Mapping[str, Any]) -> int:
    """Run a statement that answers nothing; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(params))
        touched: int = cursor.rowcount
    return touched
