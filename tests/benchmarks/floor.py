"""The floor: the one statement that our endpoint sends, sent by psycopg on one connection, without HTTP.

What it is, is looked up in the endpoint itself, by asking it once in this process and writing down what it sends.
"""

from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection
from django.test import Client

from tests.benchmarks.wire import HOST

Statement = tuple[str, dict[str, Any] | None]


def statement_of(method: str, path: str, *, key: str, table: str, body: bytes | None = None) -> Statement:
    """The longest statement about this table that a request sends, with its parameters."""
    sent: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    client = Client(SERVER_NAME=HOST)
    headers = {"Authorization": f"Bearer {key}"}
    given = {} if body is None else {"data": body, "content_type": "application/json"}
    with connection.execute_wrapper(note):
        answer = client.generic(method, path, headers=headers, **given)  # type: ignore[arg-type]
    assert answer.status_code in (200, 204), answer.content
    return max((one for one in sent if table in one[0]), key=lambda one: len(one[0]))


class Floor:
    """A connection of its own, which commits after each statement."""

    def __init__(self, database: str) -> None:
        self.connection = psycopg.connect(database, autocommit=True)

    def run(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Run it and fetch what it answers."""
        sql, params = statement
        return self.connection.execute(sql, params).fetchall()
