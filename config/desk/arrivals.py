"""Bodies are waited for here, before anything else is done about a request, and not for ever [B1].

A body that keeps coming may take its time, however large it is; one that does not is refused, and its connection cut.
So a client who sends half of one, or a byte a second, occupies a thread that does nothing, for some seconds.
"""

import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Final

from config.api.bodies import LARGEST_BODY
from config.api.row_bodies import LARGEST_BODY_OF_ROWS
from config.api.rows import CSV, NDJSON
from config.desk.plain_answers import Environ, StartResponse, refuse
from config.desk.wires import EVERY, FAREWELL, Wires
from partner.api.keeper import Keeper

Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Answer = Callable[[int, list[tuple[str, str]], bytes], None]

WINDOW: Final = 6.0  # seconds in which a client has to send
LEAST: Final = 32 * 1024  # bytes of a body, or the rest of it
PIECE: Final = 64 * 1024
MOST_IN_MEMORY: Final = 256 * 1024
LARGEST_FORM: Final = LARGEST_BODY_OF_ROWS + 1024 * 1024  # such a file, and a little more
TOO_MANY_DIGITS: Final = 12
APIS: Final = ("/api/", "/partner/")
TOO_SLOW: Final = f"The body did not come: {WINDOW:.0f} seconds have to bring {LEAST // 1024} KiB, or the rest of it."


class BodiesFirst:
    """A WSGI application that hands another requests with their bodies whole; 408 where one does not come.

    What has no Content-Length, or is larger than it may be, is handed on unread: it is refused for that [C3].
    """

    def __init__(self, behind: Application, *, window: float = WINDOW) -> None:
        self.behind = behind
        self.window = window
        self.wires = Wires()
        self._coming: set[_Arriving] = set()
        self._looking = Keeper("bodies", self._look, every=EVERY)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self._looking.start()
        if length := _length_of(environ):
            arriving = _Arriving(environ, length, answer=_answer_of_server())
            self._coming.add(arriving)
            try:
                is_here = arriving.wait()
            finally:
                self._coming.discard(arriving)
            if not is_here:
                start_response(f"{FAREWELL} {FAREWELL.phrase}", [])
                return []  # it has been answered, and nobody is there any longer
            environ["wsgi.input"] = arriving.body
        return self.behind(environ, start_response)

    def _look(self) -> None:
        now = time.monotonic()
        for arriving in tuple(self._coming):
            if now - arriving.since >= self.window:
                if arriving.received - arriving.received_then < LEAST:
                    arriving.give_up(self.wires)
                arriving.since, arriving.received_then = now, arriving.received
        self.wires.look()


class _Arriving:
    """A body on its way: in memory, and beyond 256 KiB in a file that has no name."""

    def __init__(self, environ: Environ, length: int, *, answer: Answer | None) -> None:
        self.environ = environ
        self.length = length
        self.received = self.received_then = 0
        self.since = time.monotonic()
        self.body: IO[bytes] = BytesIO() if length <= MOST_IN_MEMORY else TemporaryFile()  # noqa: SIM115
        self._answer = answer
        self._is_open = True  # whether it is still waited for
        self._lock = Lock()

    def wait(self) -> bool:
        """Read it to its end, or to where its client has gone (it is then too short); whether it was not given up."""
        source = self.environ["wsgi.input"]
        while self.received < self.length:
            piece = source.read(min(PIECE, self.length - self.received))
            if not piece:
                break
            self.body.write(piece)
            self.received += len(piece)
        self.body.seek(0)
        with self._lock:
            is_here, self._is_open = self._is_open, False
        return is_here

    def give_up(self, wires: Wires) -> None:
        """Answer 408 in place of the thread that waits for it, and have the connection cut, which ends its wait."""
        with self._lock:
            if not self._is_open or self._answer is None:
                return
            self._is_open = False
            kept: list[tuple[str, str]] = []
            (body,) = refuse(
                self.environ, lambda _status, headers: kept.extend(headers), FAREWELL, TOO_SLOW, Connection="close"
            )
            self._answer(FAREWELL, *wires.farewell(body, kept))


def _answer_of_server() -> Answer | None:
    """Granian's own way to answer the request that is being called for; None where there is another server.

    It is in the frame that calls us and nowhere else. A thread that waits in Granian for a body cannot be woken, and a
    body that one thread waits for must not be let go of by another: Granian would wait for it with the interpreter's
    lock in its hand.
    """
    frame = sys._getframe(2)  # noqa: SLF001
    return getattr(frame.f_locals.get("proto"), "response_bytes", None)


def _length_of(environ: Environ) -> int:
    """How many bytes are to be waited for; none of what is refused for its envelope anyway."""
    said = environ.get("CONTENT_LENGTH", "")
    if not (said.isascii() and said.isdigit()) or "HTTP_TRANSFER_ENCODING" in environ:
        return 0
    is_awaited = len(said) < TOO_MANY_DIGITS and int(said) <= _largest(environ)
    return int(said) if is_awaited else 0


def _largest(environ: Environ) -> int:
    if not environ["PATH_INFO"].startswith(APIS):
        return LARGEST_FORM if environ["REQUEST_METHOD"] == "POST" else 0  # pages read no other
    has_rows = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() in (NDJSON, CSV)
    return LARGEST_BODY_OF_ROWS if has_rows else LARGEST_BODY
