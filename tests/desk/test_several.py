"""Two of each process on one PostgreSQL and one Redis: what one may do is done once, and all know the same.

Web servers, Celery workers, ingestion workers and beats, started as the units start them.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from assets.models import StatusEntry
from config.desk import parts
from config.desk.parts import Part
from config.processes import Child, wait_for
from partner.models import Snapshot, SnapshotVersion
from partner.operations.keys import revoke
from partner.schedules import PRUNE_TASK
from partner.vocabulary import KPI_ROLLUP
from tests.deploy.databases import current_url
from tests.desk.desks import eventually
from tests.desk.ingest.streams import all_settled, dead, send, status
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.plants import make_inverter, make_profile, make_site, put_reading, put_weather
from tests.factories.rollups import NOON
from tests.factories.snapshots import make_snapshot
from tests.granian import RawAnswer, Server, request, running_server

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120
RECEIVED = re.compile(r"Task (\S+)\[(\S+)\] received")


@pytest.fixture
def webs(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    with running_server(_made(tmp_path / "one")) as first, running_server(_made(tmp_path / "two")) as second:
        yield first, second


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[Callable[[Path], Part], str], Child]]:
    """Starts a part of a desk and waits until it says this; all are stopped in the end, and none had to be killed."""
    with ExitStack() as started:

        def begin(part: Callable[[Path], Part], says: str) -> Child:
            made = part(tmp_path / str(time.monotonic_ns())).program
            environment = {**(made.environment or {}), **os.environ, "DATABASE_URL": current_url()}
            child = Child(replace(made, environment=environment))
            started.callback(child.stop)
            wait_for(child, until=lambda: says in child.program.log.read_text(), patience=PATIENCE)
            return child

        yield begin


def said_by(*children: Child) -> str:
    return "".join(child.program.log.read_text() for child in children)


def get(web: Server, path: str, key: str) -> RawAnswer:
    return web.send(request("GET", path, f"X-API-Key: {key}"), patience=30)


def test_a_rate_is_one_rate_on_both(webs: tuple[Server, Server]) -> None:
    issued = make_api_key(rate_per_minute=20)
    while timezone.now().second > 40:  # all within a minute
        time.sleep(0.2)
    turn = cycle(webs)
    answers = Counter(get(next(turn), "/api/v1/assets", issued.text).status for _ in range(50))
    assert answers == {200: 20, 429: 30}


def test_a_revoked_key_is_refused_by_both_within_a_second(webs: tuple[Server, Server]) -> None:
    """Also where an answer would come from a web server's memory."""
    profile = make_profile(make_site())
    make_snapshot(profile, now=timezone.now())
    ours, partners = make_api_key(), make_partner_key(profile.site)
    paths = {"/api/v1/assets": ours.text, f"/partner/kpi-rollup?site_id={profile.site_id}": partners.text}
    for _ in range(5):
        for path, key in paths.items():
            assert [get(web, path, key).status for web in webs] == [200, 200]
        time.sleep(0.2)
    revoke(key=ours.key, by="user:anna", now=timezone.now())
    revoke(key=partners.key, by="user:anna", now=timezone.now())
    time.sleep(1)
    for path, key in paths.items():
        assert [get(web, path, key).status for web in webs] == [401, 401]


def test_events_are_stored_once_by_two_workers(start: Callable[..., Child]) -> None:
    asset_id = make_asset().pk
    workers = [start(parts.ingest, "") for _ in range(2)]
    events = [status(f"s{number}", asset_id) for number in range(2_000)]
    for number in range(0, len(events), 100):
        send("statuses", *events[number : number + 100], *events[number : number + 100 : 10])
    assert all_settled(patience=PATIENCE)
    assert StatusEntry.objects.exclude(event_id="created").count() == 2_000
    assert dead("statuses") == []
    assert all(worker.is_running for worker in workers)


def test_two_beats_and_two_workers_do_what_is_due_once(start: Callable[..., Child]) -> None:
    """A task that is due each second comes once each second; a snapshot whose inputs changed is published once."""
    profile = make_profile(make_site())
    inverter = make_inverter(profile.site)
    put_weather(profile.site, NOON, 400)
    put_reading(inverter, NOON, 28)
    second, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.exclude(name__startswith="celery.").update(enabled=False)
    PeriodicTask.objects.create(name="each second", task=PRUNE_TASK, interval=second)
    PeriodicTask.objects.create(
        name="rollups", task="partner.tasks.refresh_due_snapshots", interval=second, kwargs='{"kind": "kpi-rollup"}'
    )
    workers = [start(parts.worker, "ready.") for _ in range(2)]
    beats = [start(parts.beat, "beat: Starting...") for _ in range(2)]

    assert eventually(lambda: Snapshot.objects.filter(kind=KPI_ROLLUP).exists(), patience=PATIENCE)
    assert eventually(lambda: "Another beat runs" in said_by(*beats), patience=PATIENCE)
    before, began = RECEIVED.findall(said_by(*workers)), time.monotonic()
    time.sleep(12)
    after = RECEIVED.findall(said_by(*workers))
    seconds = time.monotonic() - began

    ids = [task_id for _, task_id in after]
    assert len(ids) == len(set(ids))
    came = Counter(name for name, _ in after) - Counter(name for name, _ in before)
    assert 3 <= came[PRUNE_TASK] <= seconds + 2
    assert SnapshotVersion.objects.filter(kind=KPI_ROLLUP).count() <= 1
    assert all(RECEIVED.search(said_by(worker)) for worker in workers)
    assert said_by(*beats).count("This is the beat.") == 1

    (holder,) = [beat for beat in beats if "This is the beat." in said_by(beat)]
    (other,) = [beat for beat in beats if beat is not holder]
    holder.kill()
    assert eventually(lambda: "This is the beat." in said_by(other), patience=PATIENCE)
