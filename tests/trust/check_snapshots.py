"""Partners read whole, current documents, whoever is killed meanwhile, and no longer than their key opens [P6] [C14].

A web server of two workers, four readers with a connection of their own each, and writers that publish and are killed.
"""

import http.client
import json
import multiprocessing
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.utils import timezone

from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from partner.documents import etag_of
from partner.models import PartnerProfile, Snapshot
from partner.operations.keys import revoke, set_sites
from tests.factories.keys import make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.trust.conftest import Promise, promises

pytestmark = pytest.mark.django_db(transaction=True)

READERS, READS, WRITERS, KILLS = 4, 2_000, 3, 10
WORKERS, CONNECTIONS = 2, 12
HOST = "127.0.0.1"
ROLLUP = "/partner/kpi-rollup?site_id=Sibaya"
PERIOD = {"start": "2026-05-01", "end": "2026-05-31"}


@contextmanager
def web_server(folder: Path) -> Iterator[int]:
    """The port of a web server as deployments run it, before the test database."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    options = f"--interface wsgi --no-ws --host {HOST} --port {port} --workers {WORKERS} --blocking-threads 4"
    program = Program(
        name="the web server",
        argv=(sys.executable, "-m", "granian", *options.split(), "config.wsgi:application"),
        log=folder / "web.log",
        cwd=BASE_DIR,
        environment={**os.environ, "DATABASE_URL": database.geturl()},
    )
    child = Child(program)
    try:
        wait_for(child, until=lambda: _answers(port), patience=120)
        yield port
    finally:
        child.stop()


def _answers(port: int) -> bool:
    try:
        return Partner(port, "").get("/health")[0] == http.HTTPStatus.OK
    except OSError:
        return False


class Partner:
    """A client with one connection, which stays with the worker that took it."""

    def __init__(self, port: int, key: str) -> None:
        self.wire = http.client.HTTPConnection(HOST, port, timeout=20)
        self.key = key

    def get(self, path: str = ROLLUP, **headers: str) -> tuple[int, dict[str, str], bytes]:
        self.wire.request("GET", path, headers={"x-api-key": self.key, **headers})
        answer = self.wire.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.fixture
def profile() -> PartnerProfile:
    return make_profile(make_site(), public_name="Sibaya")


def write(site_id: int, number: int) -> None:
    """A process that publishes one document after another, each of its own content, until it is killed."""
    connections.close_all()
    profile = PartnerProfile.objects.get(pk=site_id)
    chance = random.Random(number)
    while True:
        figures = {"rated_capacity_kw": float(chance.randrange(10**9)), "device_count": number}
        make_snapshot(profile, now=timezone.now(), system=figures)


def end(process: multiprocessing.Process) -> None:
    """SIGKILL."""
    process.kill()
    process.join()


@promises("P11")
def test_no_reader_sees_half_a_snapshot(profile: PartnerProfile, tmp_path: Path, promise: Promise) -> None:
    """[P6]: body, tag and stamps are of one publication; a document that was replaced does not come back."""
    make_snapshot(profile, now=timezone.now())
    key = make_partner_key(profile.site).text
    seen, torn, backwards = [0] * READERS, [0] * READERS, [0] * READERS
    context = multiprocessing.get_context("fork")

    def start() -> multiprocessing.Process:
        connections.close_all()
        process = context.Process(target=write, args=(profile.pk, random.randrange(1000)), daemon=True)
        process.start()
        return process  # type: ignore[return-value]

    def read(number: int, port: int) -> None:
        partner, newest = Partner(port, key), ""
        for _ in range(READS):
            status, headers, body = partner.get()
            document = json.loads(body)
            seen[number] += 1
            torn[number] += status != http.HTTPStatus.OK or headers["etag"] != etag_of(body.decode())
            backwards[number] += document["generated_at"] < newest
            newest = document["generated_at"]

    with web_server(tmp_path) as port:
        writers = [start() for _ in range(WRITERS)]
        readers = [threading.Thread(target=read, args=(number, port)) for number in range(READERS)]
        for thread in readers:
            thread.start()
        for kill in range(KILLS):
            time.sleep(random.uniform(0.1, 0.6))
            end(writers[kill % WRITERS])
            writers[kill % WRITERS] = start()
        for thread in readers:
            thread.join()
        for process in writers:
            end(process)
    figure = f"{sum(torn)} torn and {sum(backwards)} older ones of {sum(seen):,} reads, {KILLS} writers killed"
    promise("P11", "no reader sees half a snapshot", figure=figure, target="0")
    assert (sum(seen), sum(torn), sum(backwards)) == (READERS * READS, 0, 0)


def until(partners: list[Partner], expected: int, *, path: str = ROLLUP, tag: str | None = None) -> float:
    """Seconds until every connection, and so every worker, answers as expected."""
    began = time.monotonic()
    waiting = list(partners)
    while waiting and time.monotonic() - began < 20:
        waiting = [one for one in waiting if not _is(one.get(path), expected, tag)]
    assert not waiting
    return time.monotonic() - began


def _is(answer: tuple[int, dict[str, str], bytes], expected: int, tag: str | None) -> bool:
    return answer[0] == expected and (tag is None or answer[1]["etag"] == tag)


@promises("P15")
def test_every_worker_hears_of_changes_within_a_second(
    profile: PartnerProfile, tmp_path: Path, promise: Promise
) -> None:
    """A new document, a site taken away and given back, a revoked key: on the fast layer, over a dozen connections."""
    make_snapshot(profile, now=timezone.now())
    issued = make_partner_key(profile.site)
    with web_server(tmp_path) as port:
        partners = [Partner(port, issued.text) for _ in range(CONNECTIONS)]
        for _ in range(20):
            for one in partners:
                assert one.get()[0] == http.HTTPStatus.OK
            time.sleep(0.05)
        took: dict[str, float] = {}
        new = make_snapshot(profile, now=timezone.now(), period=PERIOD)
        took["a new document"] = until(partners, 200, tag=str(new.etag))
        set_sites(key=issued.key, sites=[], by="user:anna")
        took["a site taken away"] = until(partners, 403)
        set_sites(key=issued.key, sites=[profile.site], by="user:anna")
        took["a site given"] = until(partners, 200)
        revoke(key=issued.key, by="user:anna", now=timezone.now())
        took["a revoked key"] = until(partners, 401)
    said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items())
    promise("P15", "every worker hears of changes", figure=said, target="1 s")
    assert max(took.values()) < 1


@promises("P12")
def test_a_document_goes_stale_by_itself_and_stays_served(
    profile: PartnerProfile, tmp_path: Path, promise: Promise
) -> None:
    """No worker, no beat: two periods after its last success it says so, with another tag."""
    key = make_partner_key(profile.site).text
    with web_server(tmp_path) as port:
        now = datetime.now(UTC)
        snapshot = make_snapshot(profile, now=now)
        Snapshot.objects.update(stale_from=now + timedelta(seconds=3))
        partner = Partner(port, key)
        first, stale = partner.get(), partner.get()
        while not json.loads(stale[2])["stale"] and datetime.now(UTC) < now + timedelta(seconds=30):
            time.sleep(0.05)
            stale = partner.get()
        late = (datetime.now(UTC) - now - timedelta(seconds=3)).total_seconds()
    figure = f"{late:.2f} s after its instant, tag changed: {first[1]['etag'] != stale[1]['etag']}"
    promise("P12", "stale, but served", figure=figure, target="at its instant, with another tag")
    assert (first[1]["etag"], stale[0], stale[1]["etag"]) == (snapshot.etag, 200, snapshot.stale_etag)
