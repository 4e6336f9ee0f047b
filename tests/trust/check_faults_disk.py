"""PostgreSQL's disk is full: it is said, what can be read is read, nothing that was acknowledged is lost, and once
there is space again all is as before, without anybody's hand [P19].

A desk as `make run` starts it, with its PostgreSQL on a small disk of its own (a tmpfs, so root has to run this).
"""

import http.client
import json
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from config.embedded import BASE_DIR, database_url, postgres
from config.embedded.account import server_account
from tests.desk.desks import MANAGE, RunningDesk, environment, running_desk
from tests.granian import LOCALHOST
from tests.trust.conftest import Promise, promises
from tests.trust.fault_desk import HANGS, Met

DISK = "400m"
ROWS = 2_000  # of a batch: full pages, so that it needs space before long
FULL_FOR, FREED_WITHIN, CALM = 40.0, 40.0, 3.0
NORMAL_WITHIN = 30.0  # `make run` waits for up to 15 s before it starts a part again that has died again and again
START = datetime(2027, 1, 1, tzinfo=UTC)
KEY = "from tests.factories.keys import make_api_key; print('KEY', make_api_key().text)"
STORED = "SELECT generation, count(*) FROM markets_forecast WHERE generation > 1000 GROUP BY 1"


@contextmanager
def small_disk(data: Path) -> Iterator[Path]:
    """A cluster for the data folder on a disk of its own; answers where that is mounted."""
    account = server_account(data)
    postgres.make_cluster(data, account=account)
    made, mounted = data / "made", data / "postgres"
    mounted.rename(made)
    mounted.mkdir()
    options = f"size={DISK},mode=0700,uid={account.uid},gid={account.gid}" if account else f"size={DISK},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "leitstand-check", str(mounted)], check=True)
    try:
        subprocess.run(["cp", "--archive", f"{made}/.", str(mounted)], check=True)
        shutil.rmtree(made)
        yield mounted
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def fill(disk: Path) -> Path:
    """Somebody else's file takes all that is left."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024 * 1024))
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


def exhaust_log(data: Path) -> str:
    """Write into the write-ahead log alone until there is no space for more of it; what PostgreSQL's last word was."""
    try:
        with psycopg.connect(database_url(data), autocommit=True) as connected:
            for _ in range(200):
                connected.execute("SELECT pg_logical_emit_message(false, 'check', repeat('x', 4000000))")
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return "it went on"


@dataclass
class Work:
    """Somebody who reads and somebody who writes ever new batches, each with a number of its own in all of its rows."""

    port: int
    key: str
    asset_id: str
    met: list[Met] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    sentences: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_it(self) -> Iterator[None]:
        threads = [threading.Thread(target=one) for one in (self.read, self.write, self.ask_whether_ready)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def read(self) -> None:
        while not self.stop.is_set():
            self.ask("read", "GET", f"/api/v1/assets/{self.asset_id}")
            time.sleep(0.1)

    def ask_whether_ready(self) -> None:
        while not self.stop.is_set():
            self.ask("ready", "GET", "/health/ready")
            time.sleep(0.5)

    def write(self) -> None:
        number = 1000
        while not self.stop.is_set():
            number += 1
            if self.ask("write", "PUT", "/api/v1/forecasts", self.batch(number)) == http.HTTPStatus.NO_CONTENT:
                self.acknowledged.append(number)
            time.sleep(0.05)

    def batch(self, number: int) -> bytes:
        begin = START + timedelta(minutes=15) * ROWS * (number - 1000)
        edges = [f"{begin + timedelta(minutes=15 * slot):%Y-%m-%dT%H:%M:%SZ}" for slot in range(ROWS + 1)]
        same = {"asset_id": self.asset_id, "generation": number, "consumption": 0}
        rows = [{**same, "start_time": a, "end_time": b} for a, b in pairwise(edges)]
        return json.dumps({"forecasts": rows}).encode()

    def ask(self, what: str, method: str, path: str, body: bytes | None = None) -> int:
        began = time.monotonic()
        wire = http.client.HTTPConnection(LOCALHOST, self.port, timeout=60)
        try:
            wire.request(method, path, body, {"X-API-Key": self.key, "Content-Type": "application/json"})
            answer = wire.getresponse()
            text = answer.read()
            status, retry_after = answer.status, answer.headers.get("Retry-After", "")
            if status >= http.HTTPStatus.BAD_REQUEST:
                self.sentences.add(f"{what} {status}: {json.loads(text)['detail']}")
        finally:
            wire.close()
        ended = time.monotonic()
        self.met.append(Met(what, ended, ended - began, status, retry_after))
        return status


def prepared(desk: RunningDesk, data: Path) -> Work:
    names = environment(data, port=desk.port)
    made = subprocess.run([*MANAGE, "shell", "-c", KEY], env=names, cwd=BASE_DIR, stdout=-1, check=True)
    with psycopg.connect(database_url(data)) as connected:
        found = connected.execute("SELECT id FROM assets_asset ORDER BY id LIMIT 1").fetchone()
    assert found
    return Work(desk.port, made.stdout.decode().rpartition("KEY ")[2].strip(), str(found[0]))


@dataclass(frozen=True)
class Outcome:
    """What came of it: from when to when the disk was full, and what is stored in the end."""

    work: Work
    full_at: float
    freed_at: float
    last_word: str
    stored: dict[int, int]

    def statuses(self, what: str) -> Counter[int]:
        """Of the requests that ended while the disk was full."""
        return Counter(
            one.status for one in self.work.met if one.what == what and self.full_at <= one.ended <= self.freed_at
        )

    def said(self, what: str) -> str:
        return ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses(what).items()))

    @property
    def lost(self) -> list[int]:
        return [number for number in self.work.acknowledged if self.stored.get(number) != ROWS]

    @property
    def partial(self) -> list[int]:
        return [number for number, rows in self.stored.items() if rows != ROWS]

    @property
    def longest(self) -> float:
        return max(one.took for one in self.work.met)

    @property
    def normal_after(self) -> float:
        return max(one.ended for one in self.work.met if one.status not in (200, 204)) - self.freed_at


def run(folder: Path) -> Outcome:
    """A disk that is full for a while: first for data, then for the log before it, too."""
    data = folder / "data"
    with small_disk(data) as disk, running_desk(data) as desk:
        work = prepared(desk, data)
        with work.at_it():
            time.sleep(CALM)
            full_at = time.monotonic()
            ballast = fill(disk)
            time.sleep(FULL_FOR / 2)
            last_word = exhaust_log(data)
            time.sleep(FULL_FOR / 2)
            freed_at = time.monotonic()
            ballast.unlink()
            time.sleep(FREED_WITHIN)
        with psycopg.connect(database_url(data)) as connected:
            stored: dict[int, int] = dict(connected.execute(STORED).fetchall())
        desk.stop()
    return Outcome(work, full_at, freed_at, last_word, stored)


@promises("P19")
def test_a_full_disk_is_reported_and_recovered_from(promise: Promise) -> None:
    with TemporaryDirectory(prefix="leitstand-disk-") as folder:
        seen = run(Path(folder))
    figure = (
        f"writes {seen.said('write')}; reads {seen.said('read')}; ready {seen.said('ready')}; longest "
        f"{seen.longest:.1f} s; no space for its log: {seen.last_word}; {len(seen.lost)} of "
        f"{len(seen.work.acknowledged)} acknowledged batches lost; normal {seen.normal_after:.1f} s after"
    )
    target = f"503 and never 500, 0 lost, normal within {NORMAL_WITHIN:.0f} s, by itself"
    promise("P19", f"PostgreSQL's disk full for {FULL_FOR:.0f} s", figure=figure, target=target)
    assert set(seen.statuses("write")) <= {204, 503}, seen.work.sentences
    assert set(seen.statuses("read")) <= {200, 503}, seen.work.sentences
    assert seen.statuses("write")[503] > 10
    assert seen.statuses("read")[200] > 10
    assert 503 in seen.statuses("ready")
    assert all(one.retry_after for one in seen.work.met if one.status == http.HTTPStatus.SERVICE_UNAVAILABLE)
    assert any("space" in sentence for sentence in seen.work.sentences)
    assert (seen.lost, seen.partial) == ([], [])
    assert seen.longest <= HANGS
    assert seen.normal_after <= NORMAL_WITHIN
