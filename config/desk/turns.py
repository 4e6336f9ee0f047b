"""Whose turn it is: of the requests that are there, so many are worked on at once, each with a database connection.

The web server has a thread for each request, so that clients who are slow occupy nothing but that (arrivals.py). What a
request needs beside it is few, and waited for here.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from threading import Semaphore
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.desk.plain_answers import Environ, StartResponse, refuse
from config.desk.pulse import Pulse, abandon

Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Connections = dict[str, BaseDatabaseWrapper]

TURNS: Final = 4  # per worker process
LONGEST_WAIT: Final = 30.0  # seconds for a turn
ASK_AGAIN_AFTER: Final = "2"  # seconds, as we tell clients
BUSY: Final = "The desk is busy; try again."
AWAY: Final = "The database does not answer now; try again."
WITHOUT_DATABASE: Final = ("/health", "/metrics", "/static/")  # they look for themselves, with deadlines of their own


class Turns:
    """A WSGI application that lets another have some requests at once; 503 for whom none comes within half a minute.

    Connections belong to turns, not to threads, so there are never more of them. While PostgreSQL is frozen whoever has
    a turn loses it, with 503, and nobody gets one.
    """

    def __init__(self, behind: Application, *, turns: int = TURNS, longest_wait: float = LONGEST_WAIT) -> None:
        self.behind = behind
        self.longest_wait = longest_wait
        self._free = deque(_connections() for _ in range(turns))
        self._all = list(self._free)
        self._count = Semaphore(turns)
        self.pulse = Pulse(when_it_stops=self.cut)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.pulse.start()
        if self.pulse.has_stopped and not environ["PATH_INFO"].startswith(WITHOUT_DATABASE):
            return refuse(environ, start_response, 503, AWAY, Retry_After=ASK_AGAIN_AFTER)
        if not self._count.acquire(timeout=self.longest_wait):
            return refuse(environ, start_response, 503, BUSY, Retry_After=ASK_AGAIN_AFTER)
        turn = _Turn(self._free, self._count)
        try:
            answer = self.behind(environ, start_response)
        except BaseException:
            turn.end()
            raise
        if _is_written(answer):
            turn.end()
            return answer
        return turn.of(answer)

    def cut(self) -> None:
        """End what waits for PostgreSQL: each gets the error of a lost connection, and is answered 503."""
        for held in self._all:
            for one in held.values():
                abandon(one)


class _Turn:
    """One request's turn: the thread has its connections until the last piece of the answer is taken."""

    def __init__(self, free: deque[Connections], count: Semaphore) -> None:
        self._free, self._count = free, count
        self._own = {one.alias: one for one in connections.all(initialized_only=True)}
        self._held: Connections | None = free.pop()
        for alias, one in self._held.items():
            connections[alias] = one
        self._answer: Any = ()

    def of(self, answer: Iterable[bytes]) -> "_Turn":
        """The answer, whose end is the turn's."""
        self._answer = answer
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """The server has taken the answer, or the client has gone."""
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            self.end()

    def end(self) -> None:
        """Give the connections back; more than once does nothing."""
        held, self._held = self._held, None
        if held is not None:
            for alias in held:
                del connections[alias]
            for alias, one in self._own.items():
                connections[alias] = one
            self._free.append(held)
            self._count.release()


def _is_written(answer: object) -> bool:
    """Whether all that is left to do is to send what is in memory or in a file: that needs no turn."""
    return not getattr(answer, "streaming", True) or hasattr(answer, "file_to_stream")


def _connections() -> Connections:
    """Connections of all databases, not opened yet, that any thread may use."""
    made = {alias: connections.create_connection(alias) for alias in connections}
    for one in made.values():
        one.inc_thread_sharing()
    return made
