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
from contextlib import ExitStack, contextmanager
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
from tests.granian import LOCALHOST, Server, request
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
def test_the_embedded_web_server_closes_half_sent_headers(
    asset_and_key: tuple[str, str], tmp_path: Path, promise: Promise
) -> None:
    """Of bodies it promises nothing: granian has no time limit for them, so what others reach has nginx in front."""
    asset, key = asset_and_key
    with desk_web(tmp_path) as web, ExitStack() as stack:
        took = closed_after(hold(stack, web, HALF_HEADER))
        asking = request("GET", f"/api/v1/assets/{asset}", f"X-API-Key: {key}")
        assert web.send(asking).status == 200
    promise("P17", f"{HELD} half-sent headers, embedded: closed", figure=f"{took:.1f} s", target=f"<= {PATIENCE} s")
    assert took <= PATIENCE
