"""One beat at a time: two would have every task done twice.

Whoever holds a lock in PostgreSQL sends what is due; any other waits, and takes over as soon as the lock is free. The
server gives the lock up when the connection that holds it ends, so a beat that dies leaves nothing behind.
"""

import hashlib
import logging

import psycopg
from django_celery_beat.schedulers import DatabaseScheduler

from config.database.direct import direct_address

NAME = "leitstand.beat"
NUMBER = int.from_bytes(hashlib.blake2b(NAME.encode(), digest_size=8).digest(), signed=True)
ASK_AGAIN = 1.0  # seconds
# A holder whose machine has vanished is given up in about half a minute, and does not keep the lock for hours.
SERVER_OPTIONS = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


logger = logging.getLogger(__name__)


class BeatLock:
    """The right to be the beat, held by a connection of its own; it has to be a direct one, past any pooler."""

    def __init__(self) -> None:
        self._holder: psycopg.Connection[tuple[bool]] | None = None

    def is_held(self) -> bool:
        """Whether it is ours, now; takes it where it is free. psycopg.Error where PostgreSQL does not answer."""
        if self._holder is None:
            self._holder = psycopg.connect(**direct_address(name=NAME, options=SERVER_OPTIONS), autocommit=True)
        try:
            return self._is_ours(self._holder)
        except psycopg.Error:
            self.release()
            raise

    def release(self) -> None:
        """Let another beat have it."""
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def _is_ours(self, holder: "psycopg.Connection[tuple[bool]]") -> bool:
        held = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted)"
        (ours,) = holder.execute(held).fetchone() or (False,)
        if not ours:
            (ours,) = holder.execute("SELECT pg_try_advisory_lock(%s)", [NUMBER]).fetchone() or (False,)
        return ours


class GuardedScheduler(DatabaseScheduler):  # type: ignore[misc]  # untyped
    """The schedule that operators edit, for the one beat that holds the lock; for any other nothing is ever due."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._lock = BeatLock()
        self._is_beat: bool | None = None
        super().__init__(*args, **kwargs)

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send what is due, and answer in how many seconds to look again."""
        try:
            is_beat = self._lock.is_held()
        except psycopg.Error as error:
            logger.warning("The beat's lock is out of reach, so nothing is sent: %s", error)
            is_beat = False
        self._note(is_beat=is_beat)
        return float(super().tick(*args, **kwargs)) if is_beat else ASK_AGAIN

    def close(self) -> None:
        """Save what was sent and let another beat go on."""
        if self._is_beat:
            super().close()
        self._lock.release()

    def _note(self, *, is_beat: bool) -> None:
        if is_beat == self._is_beat:
            return
        if is_beat:
            logger.info("This is the beat.")
            self._read_anew()
        else:
            logger.warning("Another beat runs; this one waits until it ends.")
        self._is_beat = is_beat

    def _read_anew(self) -> None:
        """Another may have been the beat until now: what it sent is in the database, and not due again."""
        self._dirty.clear()
        self.schedule_changed()  # notes until when it has read, lest it reads once more and sends what it has just sent
        self._initial_read, self._heap, self._heap_invalidated = True, None, False
