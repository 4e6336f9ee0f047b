"""Somebody on loopback who takes whatever is posted, as Sentry and an OpenTelemetry collector do."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.granian import LOCALHOST


@dataclass
class Sink:
    """What came in: paths with bodies, unpacked."""

    port: int = 0
    posted: list[tuple[str, bytes]] = field(default_factory=list)

    def at(self, path: str, *, holding: bytes, patience: float = 20) -> bytes:
        """All that came to this path, joined, once these bytes are in it."""
        deadline = time.monotonic() + patience
        while True:
            said = b"\n".join(body for where, body in list(self.posted) if where.startswith(path))
            if holding in said:
                return said
            assert time.monotonic() < deadline, f"{holding!r} never came: {self.posted}"
            time.sleep(0.05)


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink on a free port."""
    sink = Sink()

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep it."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            packed = self.headers.get("Content-Encoding") == "gzip"
            sink.posted.append((self.path, gzip.decompress(body) if packed else body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer((LOCALHOST, 0), Taker)
    sink.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
