"""Reading a streaming replica in place of the primary, where it has all that is asked for (docs/adr/0023).

One that is away, or frozen, is let alone for a while, and then one request looks whether it is back.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.database.direct import answer_within

REPLICA: Final = "replica"
ANSWER_SECONDS: Final = 1.0
LET_ALONE_SECONDS: Final = 5.0

Answer = TypeVar("Answer")
logger = logging.getLogger(__name__)
_alias: ContextVar[str] = ContextVar("_alias", default=DEFAULT_DB_ALIAS)


def reading() -> BaseDatabaseWrapper:
    """The connection that lists of periods are read by: the primary's, but within `_from_replica`."""
    return connections[_alias.get()]


class Replica:
    """The replica that this process reads, if there is one."""

    def __init__(self) -> None:
        self._is_away = False
        self._next_try = 0.0

    def read(
        self, make: Callable[[], Answer], *, holds: str, params: Mapping[str, Any], expected: list[tuple[str, ...]]
    ) -> Answer:
        """What `make`, which only reads, makes of the replica's rows if `holds`, a query, answers there as expected.

        Otherwise, and whenever anything is wrong with the replica, what it makes of the primary's.
        """
        if REPLICA not in settings.DATABASES or connection.in_atomic_block or self._is_let_alone():
            return make()
        try:
            if _answer(holds, params) == expected:
                with _from_replica():
                    made = make()
                self._is_away, self._next_try = False, 0.0
                return made
        except (Error, psycopg.Error) as error:
            self._let_alone(error)
        return make()

    def _is_let_alone(self) -> bool:
        now = time.monotonic()
        if now < self._next_try:
            return True
        if self._is_away:
            self._next_try = now + LET_ALONE_SECONDS  # one request looks whether it is back, and no other waits for it
        return False

    def _let_alone(self, error: Exception) -> None:
        self._is_away, self._next_try = True, time.monotonic() + LET_ALONE_SECONDS
        connections[REPLICA].close()
        logger.warning("The replica is not read for %g s: %s", LET_ALONE_SECONDS, str(error).partition("\n")[0])


@contextmanager
def _from_replica() -> Iterator[None]:
    token = _alias.set(REPLICA)
    try:
        yield
    finally:
        _alias.reset(token)


def _answer(statement: str, params: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows of a statement on the replica, as text; an error once it takes too long."""
    replica = connections[REPLICA]
    with replica.cursor() as cursor:
        text = cursor.mogrify(statement, params)
    rows = answer_within(ANSWER_SECONDS, replica.connection, text)
    return [tuple((value or b"").decode() for value in row) for row in rows]


replica = Replica()
