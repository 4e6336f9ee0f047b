"""P4, P5: a batch is all or nothing, and what was acknowledged is there, whoever is killed at whatever moment [B1].

A desk of the check's own: PostgreSQL with its data on disk and a real web server. Four writers overwrite the days that
each has to itself, a thousand rows at once, each time with another number; after each kill every day's rows must hold
one number, and that of the last batch that was acknowledged, or of one that was sent since and never answered.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from tests.granian import LOCALHOST, Server, request
from tests.trust.conftest import Promise, promises
from tests.trust.event_desk import MANAGE, EventDesk

BATCHES, WRITERS, ROWS, ROUNDS = 1_000, 4, 1_000, 20
START = datetime(2026, 5, 1, tzinfo=UTC)
KEY = "from tests.factories.keys import make_api_key; print('KEY', make_api_key('markets:write').text)"
HEAD = "asset_id,start_time,end_time,generation,consumption"
# Of the rows of each asset: how many, and which numbers they hold.
HELD = "SELECT asset_id, count(*), array_agg(DISTINCT generation) FROM markets_forecast GROUP BY asset_id"


@dataclass
class CrashDesk(EventDesk):
    """With a web server, which can be killed and started again on its port."""

    web: Child | None = None
    port: int = 0

    def start_web(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind((LOCALHOST, 0))
                self.port = probe.getsockname()[1]
        options = f"--interface wsgi --no-ws --host {LOCALHOST} --port {self.port} --workers 1 --blocking-threads 8"
        argv = (sys.executable, "-m", "granian", *options.split(), "config.wsgi:application")
        log = self.data / "logs" / "web.log"
        self.web = Child(Program(name="the web", argv=argv, log=log, cwd=BASE_DIR, environment=self.environment))
        wait_for(self.web, until=self.is_up, patience=120)

    def is_up(self) -> bool:
        try:
            return Server(self.port).send(request("GET", "/health"), patience=10).status == http.HTTPStatus.OK
        except OSError:
            return False

    def kill_web(self) -> None:
        """kill -9 of the web server and its worker."""
        assert self.web
        self.web.kill()
        self.start_web()

    def kill_backend(self) -> None:
        """kill -9 of a process of PostgreSQL that writes; it then ends all others and recovers."""
        busy = "SELECT pid FROM pg_stat_activity WHERE strpos(query, 'forecast') > 0 AND pid <> pg_backend_pid()"
        if found := self.query(busy):
            os.kill(random.choice(found)[0], signal.SIGKILL)
        self.wait_for_database()

    def kill_database(self) -> None:
        """kill -9 of every process of PostgreSQL."""
        self.signal_database(signal.SIGKILL)
        self.database.kill()
        self.start_database()

    def stop_immediate(self) -> None:
        """What `pg_ctl stop -m immediate` does: no checkpoint, nothing is written on the way out."""
        self.database.process.send_signal(signal.SIGQUIT)
        self.database.process.wait(60)
        self.start_database()

    def wait_for_database(self) -> None:
        time.sleep(0.3)  # it has to notice first
        wait_for(self.database, until=self.answers, patience=60)

    def answers(self) -> bool:
        try:
            return bool(self.query("SELECT 1"))
        except Exception:  # noqa: BLE001  whatever it says while it recovers
            return False

    def key(self) -> str:
        """A key that may write, made within this desk."""
        made = subprocess.run([*MANAGE, "shell", "-c", KEY], env=self.environment, cwd=BASE_DIR, stdout=-1, check=True)
        return made.stdout.decode().rpartition("KEY ")[2].strip()

    def close(self) -> None:
        if self.web:
            self.web.stop()
        super().close()


@pytest.fixture
def desk() -> Iterator[CrashDesk]:
    with TemporaryDirectory(prefix="leitstand-crashes-") as folder:
        made = CrashDesk(Path(folder) / "data")
        try:
            made.prepare()
            made.run("TRUNCATE markets_forecast")
            made.start_web()
            yield made
        finally:
            made.close()


@dataclass
class Writer:
    """Overwrites the rows of one asset again and again, until it is told to stop."""

    port: int
    key: str
    asset_id: str
    as_csv: bool
    number: int = 0  # of the last batch that was sent
    answered: int = 0  # how many were
    acknowledged: int = 0  # the last of them
    open: set[int] = field(default_factory=set)  # those that were sent and never answered
    statuses: set[int] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.stop.is_set():
            self.number += 1
            self.open.add(self.number)
            try:
                status = self.send()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            self.statuses.add(status)
            if status == http.HTTPStatus.NO_CONTENT:
                self.answered += 1
                self.acknowledged = self.number
                self.open.discard(self.number)
            elif status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                return

    def send(self) -> int:
        media, content = ("text/csv", self.csv()) if self.as_csv else ("application/json", self.json())
        wire = http.client.HTTPConnection(LOCALHOST, self.port, timeout=60)
        wire.request("PUT", "/api/v1/forecasts", content, {"X-API-Key": self.key, "Content-Type": media})
        answer = wire.getresponse()
        answer.read()
        wire.close()
        return answer.status

    def csv(self) -> bytes:
        lines = [f"{self.asset_id},{start},{end},{self.number},0" for start, end in WINDOWS]
        return "\r\n".join([HEAD, *lines, ""]).encode()

    def json(self) -> bytes:
        same = {"asset_id": self.asset_id, "generation": self.number, "consumption": 0}
        return json.dumps({"forecasts": [{**same, "start_time": a, "end_time": b} for a, b in WINDOWS]}).encode()


def _window(number: int) -> tuple[str, str]:
    begins = START + timedelta(minutes=15 * number)
    return f"{begins:%Y-%m-%dT%H:%M:%SZ}", f"{begins + timedelta(minutes=15):%Y-%m-%dT%H:%M:%SZ}"


WINDOWS = [_window(number) for number in range(ROWS)]


@dataclass
class Outcome:
    """What came of a run."""

    sent: int = 0
    acknowledged: int = 0
    kills: int = 0
    partial: int = 0
    lost: int = 0
    statuses: set[int] = field(default_factory=set)


def survive(desk: CrashDesk, kills: list[Callable[[], None]], *, enough: Callable[[Outcome], bool]) -> Outcome:
    """Kill in turns at random moments while four write, and look at what is there after each, until it is enough."""
    key, outcome, chance = desk.key(), Outcome(), random.Random(4)
    assets = [row[0] for row in desk.query("SELECT id FROM assets_asset ORDER BY id LIMIT %s", WRITERS)]
    writers = [Writer(desk.port, key, one, turn % 2 == 1) for turn, one in enumerate(assets)]
    while not enough(outcome):
        threads = [threading.Thread(target=one.run) for one in writers]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.5, 3))
        kills[outcome.kills % len(kills)]()
        outcome.kills += 1
        time.sleep(chance.uniform(0, 0.3))  # it goes on, too
        for one in writers:
            one.stop.set()
        for thread in threads:
            thread.join()
        look(desk, writers, outcome)
    return outcome


def look(desk: CrashDesk, writers: list[Writer], outcome: Outcome) -> None:
    """Compare what is there with what was sent and acknowledged; what is there now is where the next round begins."""
    held = {asset: (rows, {int(one) for one in found}) for asset, rows, found in desk.query(HELD)}
    for one in writers:
        rows, numbers = held.get(one.asset_id, (0, set()))
        outcome.partial += len(numbers) > 1 or rows not in (0, ROWS)
        outcome.lost += not (numbers or {0}) & {one.acknowledged, *one.open}
        outcome.statuses |= one.statuses
        one.acknowledged = max(numbers, default=0)
        one.open.clear()
        one.stop.clear()
    outcome.sent = sum(one.number for one in writers)
    outcome.acknowledged = sum(one.answered for one in writers)


@promises("P4")
def test_a_batch_is_there_as_a_whole_or_not_at_all(desk: CrashDesk, promise: Promise) -> None:
    kills = [desk.kill_web, desk.kill_backend, desk.kill_database]
    found = survive(desk, kills, enough=lambda so_far: so_far.sent >= BATCHES and so_far.kills >= 12)
    figure = f"{found.partial} partial of {found.sent:,} batches of 1,000 rows, {found.kills} kills"
    promise("P4", "a batch is all or nothing", figure=figure, target=f"0 of {BATCHES:,}")
    assert (found.partial, found.lost) == (0, 0)
    assert found.statuses <= {204, 503}


@promises("P5")
def test_what_was_acknowledged_is_there(desk: CrashDesk, promise: Promise) -> None:
    found = survive(desk, [desk.stop_immediate], enough=lambda so_far: so_far.kills >= ROUNDS)
    figure = f"{found.lost} lost of {found.acknowledged:,} acknowledged batches, {found.kills} immediate stops"
    promise("P5", "acknowledged is durable", figure=figure, target="0 lost in 20 rounds")
    assert (found.partial, found.lost) == (0, 0)
    assert found.acknowledged > ROUNDS
    assert found.statuses <= {204, 503}
