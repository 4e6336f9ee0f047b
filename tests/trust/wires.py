"""Many clients of one web server, each with a connection of its own, that call at the same moment."""

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any, TypeVar

from tests.granian import LOCALHOST

PATIENCE, IDLE = 120, 5  # seconds
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Reply:
    """What came back; its headers' names are small."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None


@dataclass
class Wire:
    """A client with its connection; one that has been idle is opened anew, since the server lets go of such."""

    port: int
    key: str
    used: float = field(default_factory=time.monotonic)
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(LOCALHOST, self.port, timeout=PATIENCE)
        self.connection.connect()

    def send(self, method: str, path: str, body: Any = None, *, media: str = "application/json", **more: str) -> Reply:
        """The answer; a body is sent as JSON, or as the bytes that it is. Header names are written with underscores."""
        headers = {"X-API-Key": self.key} | {name.replace("_", "-"): text for name, text in more.items()}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None:
            headers |= {"Content-Type": media}
        if time.monotonic() - self.used > IDLE:
            self.connection.close()
        self.used = time.monotonic()
        self.connection.request(method, path, content, headers)
        answer = self.connection.getresponse()
        found = {name.lower(): text for name, text in answer.getheaders()}
        return Reply(answer.status, found, answer.read())

    def close(self) -> None:
        self.connection.close()


def at_once(wires: Sequence[Wire], call: Callable[[Wire, int], Answer]) -> list[Answer]:
    """What each client's call comes to; none begins before all are ready."""
    start = Barrier(len(wires))

    def run(number: int) -> Answer:
        start.wait(timeout=60)
        return call(wires[number], number)

    with ThreadPoolExecutor(max_workers=len(wires)) as pool:
        return list(pool.map(run, range(len(wires))))
