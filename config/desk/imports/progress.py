"""How far a run has come, told while it goes on: past its transaction, by a connection of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from config.database.direct import direct_address

NAME = "leitstand.import"
EVERY = 0.5  # seconds
ATTEMPT = "UPDATE desk_import SET attempts = attempts + 1 WHERE id = %s RETURNING attempts"
TELL = "UPDATE desk_import SET done = %s, total = %s WHERE id = %s"


class Teller:
    """Writes an import's progress, twice a second at most. It connects only once there is something to tell."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._told = time.monotonic()
        self._connected: psycopg.Connection[Any] | None = None

    def attempt(self) -> int:
        """Count that a run begins; how many have."""
        row = self._connection().execute(ATTEMPT, [self.import_id]).fetchone()
        return int(row[0]) if row else 1

    def tick(self, done: int, total: int) -> None:
        """So many of so many rows are done."""
        if time.monotonic() - self._told >= EVERY:
            self._connection().execute(TELL, [done, total, self.import_id])
            self._told = time.monotonic()

    def end(self) -> None:
        """Nothing more is told."""
        if self._connected is not None:
            self._connected.close()
            self._connected = None

    def _connection(self) -> "psycopg.Connection[Any]":
        if self._connected is None:
            self._connected = psycopg.connect(**direct_address(name=NAME), autocommit=True)
        return self._connected


@contextmanager
def telling(import_id: int) -> Iterator[Teller]:
    """Somebody who tells how far an import has come, for as long as the block runs."""
    teller = Teller(import_id)
    try:
        yield teller
    finally:
        teller.end()
