"""A real granian before the test database, for what only bytes on a wire can show."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for

LOCALHOST = "127.0.0.1"


@dataclass(frozen=True)
class RawAnswer:
    """What came back over the wire; status 0 where nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    """A running web server."""

    port: int

    def send(self, data: bytes, *, patience: float = 10) -> RawAnswer:
        """The first answer to these bytes; the connection is closed after it."""
        with socket.create_connection((LOCALHOST, self.port), timeout=patience) as wire:
            wire.sendall(data)
            return read_answer(wire)


def read_answer(wire: socket.socket, *, received: bytes = b"") -> RawAnswer:
    """One answer, read up to its Content-Length or to the end of the connection."""
    while b"\r\n\r\n" not in received and (more := wire.recv(65536)):
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    if head.startswith((b"HTTP/1.1 100", b"HTTP/1.0 100")):  # it goes on
        return read_answer(wire, received=body)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    is_chunked = headers.get("transfer-encoding", "").lower() == "chunked"
    while (is_chunked or len(body) < int(headers.get("content-length", 0))) and (more := wire.recv(65536)):
        body += more
    body = b"".join(chunks_of(body)) if is_chunked else body
    return RawAnswer(int(first.split(" ")[1]) if head else 0, headers, body)


def chunks_of(body: bytes) -> Iterator[bytes]:
    """What an answer holds that came to its end in pieces, each after its size."""
    while body:
        size, _, rest = body.partition(b"\r\n")
        yield rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]


@contextmanager
def running_server(
    folder: Path,
    *,
    database_name: str | None = None,
    address: str | None = None,
    workers: int = 1,
    threads: int = 4,
    environment: Mapping[str, str] | None = None,
    **variables: str,
) -> Iterator[Server]:
    """A web server on a free port, in front of the database that the tests use, or of another there.

    `address`: by another way than the tests' own; `environment`: variables, as those that are named.
    """
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(
        path=f"/{database_name or connection.settings_dict['NAME']}"
    )
    options = (
        f"--interface wsgi --no-ws --host {LOCALHOST} --port {port} --workers {workers} --blocking-threads {threads}"
    )
    program = Program(
        name="the web server",
        argv=(sys.executable, "-m", "granian", *options.split(), "config.wsgi:application"),
        log=folder / "web.log",
        cwd=BASE_DIR,
        environment={**os.environ, "DATABASE_URL": address or database.geturl(), **(environment or {}), **variables},
    )
    child = Child(program)
    try:
        wait_for(child, until=lambda: _answers(port), patience=120)
        yield Server(port)
    finally:
        child.stop()


def _answers(port: int) -> bool:
    try:
        return Server(port).send(request("GET", "/health"), patience=5).status == 200
    except OSError:
        return False


def request(method: str, target: str, *lines: str, body: bytes = b"", host: str | None = "localhost") -> bytes:
    """The bytes of a request with these header lines; a Content-Length has to be among them if it is wanted."""
    named = [] if host is None else [f"Host: {host}"]
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *named, "Connection: close", *lines, "", ""])
    return head.encode("latin-1") + body
