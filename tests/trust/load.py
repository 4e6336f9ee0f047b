"""Clients who keep asking, for what must not be noticed by any of them."""

import http.client
import threading
from collections import Counter
from collections.abc import Callable
from typing import Self

CLIENTS = 6
DONE = ("200", "204")
Connect = Callable[[], http.client.HTTPConnection]
Write = Callable[[int, int], tuple[str, str, bytes]]


class Load:
    """Clients with a connection each that is kept open, who read twice and write once until they are told to stop."""

    def __init__(self, connect: Connect, *, read: str, write: Write, key: str) -> None:
        self.connect, self.read, self.write = connect, read, write
        self.headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self.seen: Counter[str] = Counter()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _ask(self, number: int) -> None:
        wire = self.connect()
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            method, path, body = self.write(number, turn) if turn % 3 == 0 else ("GET", self.read, b"")
            try:
                wire.request(method, path, body=body or None, headers=self.headers)
                answer = wire.getresponse()
                answer.read()
                self.seen[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.seen[type(error).__name__] += 1
                wire.close()

    @property
    def asked(self) -> int:
        """Requests in all."""
        return sum(self.seen.values())

    @property
    def failed(self) -> int:
        """Requests without an answer, or with one that is no success."""
        return sum(count for what, count in self.seen.items() if what not in DONE)
