"""A client that costs next to nothing: requests made beforehand, over one connection that is kept open."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PATIENCE = 120.0
HEAD_END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; empty where there is none."""
        for line in self.head.split(b"\r\n")[1:]:
            found, _, value = line.partition(b":")
            if found.decode().lower() == name.lower():
                return value.strip().decode()
        return ""


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection((HOST, self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self.socket.close()

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """The answer to a request."""
        return self.send(request(method, path, headers=headers, body=body))

    def send(self, data: bytes) -> Answer:
        """The answer to the bytes of a request; once again where the server has ended the idle connection."""
        try:
            return self._send(data)
        except (ConnectionResetError, BrokenPipeError):
            self.close()
            self._connect()
            return self._send(data)

    def _send(self, data: bytes) -> Answer:
        self.socket.sendall(data)
        received = bytearray()
        while (end := received.find(HEAD_END)) < 0:
            received += self._more()
        head = bytes(received[:end])
        status = int(head[9:12])
        length = 0 if status in (204, 304) else _length_of(head)
        whole = end + len(HEAD_END) + length
        while len(received) < whole:
            received += self._more()
        return Answer(status, head, bytes(received[end + len(HEAD_END) : whole]))

    def _more(self) -> bytes:
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionResetError("The server has closed the connection.")
        return more


def request(method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def _length_of(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(LENGTH)
    assert at >= 0, f"An answer without Content-Length: {head!r}"
    return int(lowered[at + len(LENGTH) :].partition(b"\r\n")[0])
