"""Each part of a desk is killed and frozen while clients read and write: what do they meet with [P12] [P19]?"""

import http
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.trust.conftest import Promise, promises
from tests.trust.fault_desk import HANGS, ROLLUP, Clients, FaultDesk

FROZEN_FOR, CALM, AFTERWARDS = 10.0, 2.0, 5.0
NORMAL_WITHIN = 2.0
API = ("read", "write")
WORKERS = ("worker", "beat", "ingest")


@pytest.fixture(scope="module")
def desk() -> Iterator[FaultDesk]:
    with TemporaryDirectory(prefix="leitstand-faults-") as folder:
        made = FaultDesk(Path(folder) / "data")
        try:
            made.prepare()
            made.start_all()
            yield made
        finally:
            made.close()


def freeze(desk: FaultDesk, name: str, *, seconds: float) -> tuple[Clients, float]:
    """What clients meet with while a part is frozen, and when it was let go on."""
    clients = Clients(desk)
    with clients.at_work():
        time.sleep(CALM)
        desk.signal(name, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            desk.signal(name, signal.SIGCONT)
        going_on = time.monotonic()
        time.sleep(AFTERWARDS)
    return clients, going_on


def kill(desk: FaultDesk, name: str) -> tuple[Clients, float]:
    """What clients meet with when a part is killed and started again, and when it was there again."""
    clients = Clients(desk)
    with clients.at_work():
        time.sleep(CALM)
        desk.kill(name)
        there_again = time.monotonic()
        time.sleep(AFTERWARDS)
    return clients, there_again


def figure_of(clients: Clients, since: float) -> str:
    said = ", ".join(f"{count} x {status}" for status, count in sorted(clients.statuses(*API, "ready").items()))
    longest = clients.longest(*API, "snapshot", "ready")
    return f"longest {longest:.1f} s, normal after {clients.normal_after(since):.1f} s; {said}"


TARGET = f"no hang > {HANGS:.0f} s, 503 and never 500, normal within {NORMAL_WITHIN:.0f} s"


def hold_to_promise(clients: Clients, since: float, *, broken: bool = False) -> None:
    """[P19]; `broken`: connections may have broken, since their other end was killed."""
    assert clients.longest(*API, "snapshot", "ready") <= HANGS
    allowed = {200, 204, 503, *((0,) if broken else ())}
    assert set(clients.statuses(*API, "ready", "snapshot")) <= allowed
    assert all(one.retry_after for one in clients.met if one.status == http.HTTPStatus.SERVICE_UNAVAILABLE)
    assert clients.normal_after(since) <= NORMAL_WITHIN
    assert clients.statuses(*API)[200] > 10


@pytest.mark.parametrize("name", ["PostgreSQL", "Redis"])
@promises("P12", "P19")
def test_a_frozen_server_hangs_nobody(desk: FaultDesk, name: str, promise: Promise) -> None:
    clients, since = freeze(desk, name, seconds=FROZEN_FOR)
    promise("P19", f"{name} frozen for {FROZEN_FOR:.0f} s", figure=figure_of(clients, since), target=TARGET)
    snapshots = clients.statuses("snapshot")
    what = f"snapshots while {name} is frozen"
    promise("P12", what, figure=f"{snapshots[200]} of {snapshots.total()} served", target="all")
    assert snapshots[200] == snapshots.total()
    assert 503 in clients.statuses("ready")  # it says so
    assert (503 in clients.statuses("write")) is (name == "PostgreSQL")
    hold_to_promise(clients, since)


@pytest.mark.parametrize("name", ["PostgreSQL", "Redis"])
@promises("P12", "P19")
def test_a_killed_server_is_survived(desk: FaultDesk, name: str, promise: Promise) -> None:
    clients, since = kill(desk, name)
    promise("P19", f"{name} killed and started again", figure=figure_of(clients, since), target=TARGET)
    snapshots = clients.statuses("snapshot")
    promise("P12", f"snapshots while {name} is killed", figure=f"{snapshots[200]} of {snapshots.total()}", target="all")
    assert snapshots[200] == snapshots.total()
    hold_to_promise(clients, since)


@pytest.mark.parametrize("name", WORKERS)
@promises("P19")
def test_workers_may_be_frozen_and_killed_unnoticed(desk: FaultDesk, name: str, promise: Promise) -> None:
    frozen, since = freeze(desk, name, seconds=FROZEN_FOR)
    killed, there_again = kill(desk, name)
    failed = sum(one.status not in (200, 204) for one in [*frozen.met, *killed.met])
    figure = f"{failed} of {len(frozen.met) + len(killed.met):,} requests failed"
    promise("P19", f"{name} frozen for {FROZEN_FOR:.0f} s, then killed", figure=figure, target="0")
    assert failed == 0
    hold_to_promise(frozen, since)
    hold_to_promise(killed, there_again)


@promises("P19")
def test_a_killed_web_worker_breaks_its_connections_and_no_others(desk: FaultDesk, promise: Promise) -> None:
    clients, since = kill(desk, "web")
    figure = figure_of(clients, since)
    promise("P19", "a web worker killed (0: connections that broke with it)", figure=figure, target=TARGET)
    hold_to_promise(clients, since, broken=True)
    assert clients.statuses(*API, "snapshot", "ready")[0] <= 7  # no more than were in its hand


@promises("P19")
def test_a_frozen_web_worker_holds_what_it_has_and_nothing_else(desk: FaultDesk, promise: Promise) -> None:
    """Nobody answers in its place; once it goes on, so do they."""
    clients, since = freeze(desk, "web", seconds=4)
    promise("P19", "a web worker frozen for 4 s", figure=figure_of(clients, since), target=TARGET)
    hold_to_promise(clients, since)


@promises("P12")
def test_a_snapshot_that_is_served_without_its_worker_says_how_old_it_is(desk: FaultDesk, promise: Promise) -> None:
    for name in WORKERS:
        desk.running[name].kill()
    status, headers, body = desk.ask("GET", ROLLUP)
    time.sleep(2)
    again, later, _ = desk.ask("GET", ROLLUP)
    for name in WORKERS:
        desk.start(name)
    figure = f"{status} and {again}, checked at {headers['snapshot-checked-at']}"
    promise("P12", "worker, beat and ingestion dead", figure=figure, target="the last good one, with its age")
    assert (status, again, headers["etag"]) == (200, 200, later["etag"])
    assert "stale" in json.loads(body)
