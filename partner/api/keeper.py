"""Keeps what a web worker remembers fresh: a thread of its own, started by the first request after the fork."""

import logging
import os
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import Final

from django.db import Error, connection

logger = logging.getLogger(__name__)

EVERY: Final = 0.3  # seconds: what the database says is heard of within one, with time to spare
COMPLAINS_EVERY: Final = 60.0


class Keeper:
    """Calls something several times a second, in a thread of the process that started it.

    While the database does not answer, what is remembered stays as it is: it goes on being served, and says that it is
    stale when its time is over.
    """

    def __init__(self, name: str, keep: Callable[[], None], *, every: float = EVERY) -> None:
        self.name = name
        self.keep = keep
        self.every = every
        self._process = 0
        self._complained_at = -COMPLAINS_EVERY
        self._lock = Lock()

    def start(self) -> None:
        """Start in this process, unless that has been done; costs next to nothing then."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                Thread(target=self._run, name=self.name, daemon=True).start()

    def _run(self) -> None:
        while True:
            began = time.monotonic()
            self._keep()
            time.sleep(max(0.05, self.every - (time.monotonic() - began)))

    def _keep(self) -> None:
        try:
            self.keep()
        except Error as error:
            connection.close()
            self._complain(error)
        except Exception:
            logger.exception("The thread %r goes on after this", self.name)

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained_at >= COMPLAINS_EVERY:
            self._complained_at = time.monotonic()
            logger.warning("Snapshots are served from memory while the database is away: %s", error)
