"""Clients that send half of a request and wait hurt nobody else [P17]: behind nginx, and in the embedded set-up.

Two hundred connections with half a header, then two hundred with half a body, are held while another client asks.
"""

import os
import resource
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection

from config.desk import parts
from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from tests.deploy.databases import database_url
from tests.deploy.proxies import free_port, running_nginx
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.granian import LOCALHOST, Server, read_answer, request
from tests.trust.conftest import Promise, promises

pytestmark = pytest.mark.django_db(transaction=True)

HELD, ASKED, PATIENCE = 200, 200, 15
HALF_HEADER = b"GET /api/v1/assets HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


@contextmanager
def desk_web(folder: Path) -> Iterator[Server]:
    """The web server as `make run` starts it, before the test database."""
    port = free_port()
    part = parts.web(folder, port=port)
    url = database_url(str(connection.settings_dict["NAME"]))
    environment = {**os.environ, "DATABASE_URL": url}
    program = Program(
        name="the web server",
        argv=(sys.executable, *part.program.argv[1:]),
        log=folder / "web.log",
        cwd=BASE_DIR,
        environment=environment,
        patience=25,
    )
    child = Child(program)
    try:
        wait_for(child, until=part.answers, patience=120)
        yield Server(port)
    finally:
        child.stop()


def p99(server: Server, asking: bytes) -> float:
    """Milliseconds within which 99 of 100 answers came, each over a connection of its own."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        assert server.send(asking).status == 200
        took.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took, n=100)[98]


def hold(stack: ExitStack, server: Server, half: bytes) -> list[socket.socket]:
    """Two hundred connections on which half of a request was sent."""
    held = []
    for _ in range(HELD):
        wire = stack.enter_context(socket.create_connection((LOCALHOST, server.port), timeout=30))
        wire.sendall(half)
        held.append(wire)
    return held


def closed_after(held: list[socket.socket]) -> float:
    """Seconds until the server has closed the last of them, counted from now; 30 where it does not."""
    began = time.monotonic()
    for wire in held:
        wire.settimeout(max(0.01, 30 - (time.monotonic() - began)))
        try:
            while wire.recv(65536):
                pass
        except TimeoutError:
            return 30.0
        except OSError:
            pass
    return time.monotonic() - began


@pytest.fixture
def asset_and_key() -> tuple[str, str]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    return make_asset().pk, make_api_key().text


def halves(asset: str, key: str) -> dict[str, bytes]:
    lines = (f"X-API-Key: {key}", "Content-Type: application/json", "Content-Length: 1000")
    body = request("PATCH", f"/api/v1/assets/{asset}", *lines, body=b'{"name": "')
    return {"half-sent headers": HALF_HEADER, "half-sent bodies": body}


@promises("P17")
@pytest.mark.parametrize("half", ["half-sent headers", "half-sent bodies"])
def test_behind_nginx_slow_clients_cost_others_nothing(
    half: str, asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    asset, key = asset_and_key
    asking = request("GET", f"/api/v1/assets/{asset}", f"X-API-Key: {key}")
    ratios = []
    with desk_web(tmp_path) as web, running_nginx(tmp_path, web.port) as proxy:
        p99(proxy, asking)
        for _ in range(3):
            before = p99(proxy, asking)
            with ExitStack() as stack:
                hold(stack, proxy, halves(asset, key)[half])
                ratios.append(p99(proxy, asking) / before)
    ratio = statistics.median(ratios)
    promise("P17", f"{HELD} {half} through nginx, others' p99", figure=f"{ratio:.2f} times", target="< 2 times")
    assert ratio < 2


@promises("P17")
def test_the_embedded_web_server_closes_what_is_half_sent(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    """Four hundred at once, and meanwhile others are answered: none of the four hundred has anything that they need."""
    asset, key = asset_and_key
    asking = request("GET", f"/api/v1/assets/{asset}", f"X-API-Key: {key}")
    with desk_web(tmp_path) as web, ExitStack() as stack:
        p99(web, asking)
        before = p99(web, asking)
        began = time.monotonic()
        held = [wire for half in halves(asset, key).values() for wire in hold(stack, web, half)]
        beside = p99(web, asking)
        closed_after(held)
        took = time.monotonic() - began
        after = p99(web, asking)
    figure = f"{took:.1f} s; others' p99 {before:.0f} ms before, {beside:.0f} ms beside them, {after:.0f} ms after"
    what = f"{HELD} half-sent headers and {HELD} half-sent bodies without nginx: all closed"
    promise("P17", what, figure=figure, target=f"<= {PATIENCE} s")
    assert took <= PATIENCE


# What comes after the headers' last line, what the body begins with, and what is sent once a second from then on.
SLOW = {
    "a byte a second": (b"Content-Length: 100000", b"", b"x"),
    "half a chunk": (b"Transfer-Encoding: chunked", b"10\r\nabc", b""),
    "much and then nothing": (b"Content-Length: 50000000", b"x" * 300_000, b""),
}
UNREAD = "an unread answer"


def drip(port: int, key: str, name: str) -> float:
    """Seconds from the last that a slow client sends with its request until it is closed, or 30."""
    line, begin, drop = SLOW[name]
    head = request("PUT", "/api/v1/forecasts", f"X-API-Key: {key}", "Content-Type: text/csv", line.decode())
    with socket.create_connection((LOCALHOST, port), timeout=1) as wire:
        wire.sendall(head.replace(b"close", b"keep-alive") + begin)
        stopped = time.monotonic()
        while time.monotonic() - stopped < 30 and not is_closed(wire):
            with suppress(OSError):
                wire.sendall(drop)
            time.sleep(1)
        return time.monotonic() - stopped


def read_nothing(port: int) -> float:
    """Seconds until a client is closed that asks for more than any buffer holds and reads nothing of it, or 30."""
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect((LOCALHOST, port))
        wire.sendall(request("GET", "/api/v1/schema").replace(b"close", b"keep-alive") * 60)
        began = time.monotonic()
        while time.monotonic() - began < 30 and is_established(wire):
            time.sleep(0.5)
        return time.monotonic() - began


@promises("P17")
def test_the_embedded_web_server_closes_clients_that_are_slow_in_other_ways(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    _, key = asset_and_key
    with desk_web(tmp_path) as web, ThreadPoolExecutor(len(SLOW) + 1) as pool:
        web.send(request("GET", "/api/v1/schema"))
        running = {name: pool.submit(drip, web.port, key, name) for name in SLOW}
        running[UNREAD] = pool.submit(read_nothing, web.port)
        took = {name: one.result() for name, one in running.items()}
    figure = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
    promise("P17", "slow in other ways, without nginx: closed", figure=figure, target=f"<= {PATIENCE} s")
    assert max(took.values()) <= PATIENCE


def is_closed(wire: socket.socket) -> bool:
    """Whether the server has ended the connection; what it has said before is read."""
    wire.settimeout(0.01)
    try:
        while wire.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def is_established(wire: socket.socket) -> bool:
    """Whether the connection is whole, asked of the kernel: nothing is read."""
    return wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1


@promises("P17")
def test_a_large_body_that_keeps_coming_is_taken(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    """250 MiB at a steady pace, over half a minute; what is in it is wrong, which is said in the end."""
    _, key = asset_and_key
    size, piece = 250 * 1024 * 1024, b"x" * (1024 * 1024)
    lines = (f"X-API-Key: {key}", "Content-Type: text/csv", f"Content-Length: {size}")
    with desk_web(tmp_path) as web, socket.create_connection((LOCALHOST, web.port), timeout=60) as wire:
        began = time.monotonic()
        wire.sendall(request("PUT", "/api/v1/forecasts", *lines))
        for number in range(size // len(piece)):
            wire.sendall(piece)
            time.sleep(max(0.0, began + number / 8 - time.monotonic()))
        answer = read_answer(wire)
        took = time.monotonic() - began
    figure = f"{answer.status} after {took:.0f} s"
    promise("P17", "250 MiB that take half a minute, without nginx", figure=figure, target="taken: 422 for its rows")
    assert answer.status == 422
