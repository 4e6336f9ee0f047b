"""The connections that clients have to this web worker, as the kernel sees them: cuts those that hold things up.

Granian lets half a body, or an answer that nobody reads, wait for ever, and does not say which connection a request
came by. Linux says of each how many bytes its client has taken. So one that is to be cut after its last answer is known
by that: it takes exactly as many bytes as this answer has, and nothing else.
"""

import os
import random
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

EVERY: Final = 0.5  # seconds between two looks
TAKEN_WITHIN: Final = 5.0  # seconds: a farewell that has not been taken by then is a matter of the next rule
WINDOW: Final = 7.0  # seconds in which a client with something to read has to take
LEAST: Final = 64 * 1024  # bytes of it, or all
ENDS_AT_ONCE: Final = struct.pack("ii", 1, 0)  # SO_LINGER: throw away what is not taken, and say so
# struct tcp_info of Linux: tcpi_state, tcpi_unacked, tcpi_bytes_acked and tcpi_notsent_bytes
INFO: Final = struct.Struct("=B 23x I 92x Q 16x I")
ESTABLISHED: Final = 1
# what granian and hyper add to the lines of an answer
ADDED: Final = b"HTTP/1.1 408 Request Timeout\r\nserver: granian\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
LENGTH: Final = "Content-Length"
FAREWELL: Final = HTTPStatus.REQUEST_TIMEOUT


@dataclass
class _Seen:
    """One connection at the last looks."""

    moving: int  # bytes its client had taken at the last look
    settled: int  # and when they were last the same at two looks
    waits_since: float | None = None  # since when it has had something to take
    taken_then: int = 0


class Wires:
    """Looks after the connections of this process; `look` is to be called twice a second."""

    def __init__(self, *, window: float = WINDOW) -> None:
        self.window = window
        # bytes of an answer, which no other has but by chance; how many nobody can know beforehand
        self._length = random.SystemRandom().randrange(3_000, 6_000)
        self._expected: list[float] = []  # until when farewells may be seen to be taken
        self._seen: dict[int, _Seen] = {}

    def farewell(self, body: bytes, headers: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], bytes]:
        """Headers and body of a connection's last answer, so made that it is cut when its client has taken it."""
        kept = [pair for pair in headers if pair[0] != LENGTH]
        others = len(ADDED) + sum(len(name) + len(value) + 4 for name, value in kept) + len(f"{LENGTH}: 0000\r\n")
        padded = body.ljust(self._length - others)
        self._expected.append(time.monotonic() + TAKEN_WITHIN)
        return [*kept, (LENGTH, str(len(padded)))], padded

    def look(self) -> None:
        """Cut what has taken its farewell, and what takes too little of its answer."""
        now = time.monotonic()
        self._expected = [until for until in self._expected if until > now]
        found: dict[int, _Seen] = {}
        for wire in _clients():
            with wire, suppress(OSError):
                inode = os.fstat(wire.fileno()).st_ino
                taken, waiting = _state_of(wire)
                one = found[inode] = self._seen.get(inode) or _Seen(taken, taken)
                if self._has_its_farewell(one, taken):
                    wire.shutdown(socket.SHUT_RDWR)
                elif self._is_stuck(one, taken, waiting=waiting, now=now):
                    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ENDS_AT_ONCE)
                    wire.shutdown(socket.SHUT_RDWR)
        self._seen = found

    def _has_its_farewell(self, one: _Seen, taken: int) -> bool:
        if taken != one.moving:
            one.moving = taken
            return False
        took, one.settled = taken - one.settled, taken
        return bool(self._expected) and took == self._length

    def _is_stuck(self, one: _Seen, taken: int, *, waiting: bool, now: float) -> bool:
        if not waiting:
            one.waits_since = None
        elif one.waits_since is None or taken - one.taken_then >= LEAST:
            one.waits_since, one.taken_then = now, taken
        return one.waits_since is not None and now - one.waits_since >= self.window


def _state_of(wire: socket.socket) -> tuple[int, bool]:
    """How many bytes its client has taken so far, and whether there are more to take."""
    _, unacked, taken, unsent = INFO.unpack_from(wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO.size))
    return taken, bool(unacked or unsent)


def _clients() -> Iterator[socket.socket]:
    """A copy of each connection that a client has made to this process; on Linux alone."""
    if sys.platform != "linux":
        return
    doors: set[int] = set()
    wires: list[socket.socket] = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if not str(entry.readlink()).startswith("socket:"):
                continue
            wire = socket.socket(fileno=os.dup(int(entry.name)))
            if wire.family not in (socket.AF_INET, socket.AF_INET6) or wire.type != socket.SOCK_STREAM:
                wire.close()
            elif wire.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                doors.add(wire.getsockname()[1])
                wire.close()
            else:
                wires.append(wire)
    for wire in wires:
        with suppress(OSError):
            if wire.getsockname()[1] in doors:
                yield wire
                continue
        wire.close()
