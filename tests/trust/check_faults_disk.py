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
        begin = START + timedelta(minutes=15) * ROWS * (number % 500)
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

    def between(self, what: str, begin: float, end: float) -> Counter[int]:
        return Counter(one.status for one in self.met if one.what == what and begin <= one.ended <= end)

    def last_failure(self) -> float:
        return max(one.ended for one in self.met if one.status not in (200, 204))


def prepared(desk: RunningDesk, data: Path) -> Work:
    names = environment(data, port=desk.port)
    made = subprocess.run([*MANAGE, "shell", "-c", KEY], env=names, cwd=BASE_DIR, stdout=-1, check=True)
    with psycopg.connect(database_url(data)) as connected:
        found = connected.execute("SELECT id FROM assets_asset ORDER BY id LIMIT 1").fetchone()
    assert found
    return Work(desk.port, made.stdout.decode().rpartition("KEY ")[2].strip(), str(found[0]))


@promises("P19")
def test_a_full_disk_is_reported_and_recovered_from(promise: Promise) -> None:
    with TemporaryDirectory(prefix="leitstand-disk-") as folder:
        data = Path(folder) / "data"
        with small_disk(data) as disk, running_desk(data) as desk:
            work = prepared(desk, data)
            with work.at_it():
                time.sleep(CALM)
                full_at = time.monotonic()
                ballast = fill(disk)
                time.sleep(FULL_FOR)
                freed_at = time.monotonic()
                ballast.unlink()
                time.sleep(FREED_WITHIN)
            with psycopg.connect(database_url(data)) as connected:
                stored = dict(connected.execute(STORED).fetchall())
            desk.stop()
    lost = [number for number in work.acknowledged if stored.get(number) != ROWS]
    partial = [number for number, rows in stored.items() if rows != ROWS]
    longest = max(one.took for one in work.met)
    while_full = {what: work.between(what, full_at, freed_at) for what in ("read", "write", "ready")}
    normal = work.last_failure() - freed_at
    statuses = {
        what: ", ".join(f"{count} x {status}" for status, count in sorted(found.items()))
        for what, found in while_full.items()
    }
    figure = (
        f"writes {statuses['write']}; reads {statuses['read']}; ready {statuses['ready']}; longest {longest:.1f} s; "
        f"{len(lost)} of {len(work.acknowledged)} acknowledged batches lost; normal {normal:.1f} s after"
    )
    promise("P19", "PostgreSQL's disk full for 40 s", figure=figure, target="503 and never 500, 0 lost, normal again")
    assert set(while_full["write"]) <= {204, 503}, work.sentences
    assert while_full["write"][503] > 10
    assert while_full["read"][200] > 10
    assert set(while_full["read"]) <= {200, 503}
    assert 503 in while_full["ready"]
    assert all(one.retry_after for one in work.met if one.status == http.HTTPStatus.SERVICE_UNAVAILABLE)
    assert any("space" in sentence for sentence in work.sentences)
    assert (lost, partial) == ([], [])
    assert longest <= HANGS
    assert normal < FREED_WITHIN - CALM
