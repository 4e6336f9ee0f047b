"""Connections of our own beside Django's: for what Django's must not wait for, or must not be closed with."""

import select
import time
from typing import Any

import psycopg
from django.db import connection
from psycopg import pq

DJANGOS_OWN = ("context", "cursor_factory")


def direct_address(*, name: str, options: str = "", **more: Any) -> dict[str, Any]:
    """What psycopg needs to connect to Django's database under a name of its own; `options` are the server's.

    Statements are not prepared: behind a pooler the next one may run on another of the server's connections.
    """
    known = connection.get_connection_params()
    kept = {key: value for key, value in known.items() if key not in DJANGOS_OWN}
    return {**kept, "application_name": name, "options": f"{known.get('options', '')} {options}".strip(), **more}


def answer_within(seconds: float, connected: "psycopg.Connection[Any]", query: str) -> list[tuple[bytes | None, ...]]:
    """The rows that a query has, as text; psycopg.OperationalError once so many seconds are over, or what it says.

    A server that is frozen takes what is sent and says nothing: whoever waits for it has to watch the clock himself.
    """
    deadline = time.monotonic() + seconds
    line = connected.pgconn
    line.send_query(query.encode())
    first = None
    while result := _result(line, deadline):
        first = first or result
    if first is None or first.status != pq.ExecStatus.TUPLES_OK:
        raise psycopg.errors.error_from_result(first) if first else psycopg.OperationalError("there was no answer")
    return [tuple(first.get_value(row, column) for column in range(first.nfields)) for row in range(first.ntuples)]


def _result(line: "pq.abc.PGconn", deadline: float) -> "pq.abc.PGresult | None":
    """The next result of what was sent; None after the last."""
    while line.is_busy():
        readable, _, _ = select.select([line.socket], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise psycopg.OperationalError("there was no answer in time")
        line.consume_input()
    return line.get_result()
