"""P13: snapshots are fresh: while beat and a worker live, with two beats, and when the worker is killed [P6].

A desk of the check's own, whose schedule is tightened to one period for all kinds. Twenty times in each period the age
of the oldest snapshot is looked at; what the workers' logs say is what was done, and how often.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config.desk import parts
from config.processes import Child
from tests.trust.conftest import Promise, promises
from tests.trust.event_desk import EventDesk

PERIOD = 15  # seconds
SITES, KINDS, PERIODS, LOOKS = 5, 4, 4, 20
PREPARE = f"""
from datetime import UTC, datetime
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
from partner.schedules import REFRESH_TASK
from tests.factories.plants import make_inverter, make_profile, make_site
for _ in range({SITES}):
    site = make_site()
    make_inverter(site)
    make_profile(site)
every, _ = IntervalSchedule.objects.get_or_create(every={PERIOD}, period="seconds")
PeriodicTask.objects.filter(task=REFRESH_TASK).update(interval=every)
PeriodicTasks.update_changed()
"""
AGES = "SELECT extract(epoch FROM now() - min(last_success_at))::float, count(last_success_at) FROM partner_snapshot"
# One input of every site changes.
CHANGE = """
INSERT INTO assets_revision AS stored (owner_id, kind, number, changed_at)
SELECT id, 'telemetry', 1, now() FROM sites_site
ON CONFLICT (owner_id, kind) DO UPDATE SET number = stored.number + 1, changed_at = now()
"""
DONE = re.compile(r"Task partner\.tasks\.(\w+)\[([\w-]+)\] succeeded")
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"


@dataclass
class FreshDesk(EventDesk):
    """With Celery's workers and beats, as `make run` starts them."""

    celery: list[Child] = field(default_factory=list)

    def start(self, part: parts.Part, name: str) -> Child:
        program = replace(part.program, log=self.data / "logs" / f"{name}.log", environment=self.environment)
        self.celery.append(Child(program))
        return self.celery[-1]

    def done(self) -> list[tuple[str, str]]:
        """Every task that a worker has finished, and its number."""
        logs = (self.data / "logs").glob("worker*.log")
        return [found for log in logs for found in DONE.findall(log.read_text(errors="replace"))]

    def close(self) -> None:
        for child in self.celery:
            child.stop()
        super().close()


@pytest.fixture
def desk() -> Iterator[FreshDesk]:
    with TemporaryDirectory(prefix="leitstand-fresh-") as folder:
        made = FreshDesk(Path(folder) / "data")
        try:
            made.prepare()
            assert made.manage("shell", "-c", PREPARE).wait(120) == 0
            yield made
        finally:
            made.close()


def wait_until_published(desk: FreshDesk) -> None:
    """Until each site has all its snapshots."""
    deadline = time.monotonic() + 180
    while desk.query(AGES)[0][1] < KINDS * (SITES + 1):
        assert time.monotonic() < deadline, desk.query(AGES)
        time.sleep(0.2)


def oldest(desk: FreshDesk, *, periods: int) -> float:
    """The highest age, in periods, that any snapshot had meanwhile; its inputs change all the time."""
    worst = 0.0
    for look in range(periods * LOOKS):
        if look % LOOKS == LOOKS // 2:
            desk.run(CHANGE)
        worst = max(worst, float(desk.query(AGES)[0][0]))
        time.sleep(PERIOD / LOOKS)
    return worst / PERIOD


@promises("P13")
def test_snapshots_are_fresh_and_nothing_is_done_twice(desk: FreshDesk, promise: Promise) -> None:
    worker = desk.start(parts.worker(desk.data), "worker-1")
    beat = desk.start(parts.beat(desk.data), "beat-1")
    wait_until_published(desk)
    ages = {"beat and worker alive": oldest(desk, periods=PERIODS)}

    desk.start(parts.beat(desk.data), "beat-2")
    before, began = len(refreshes(desk)), time.monotonic()
    ages["two beats"] = oldest(desk, periods=PERIODS)
    due = KINDS * ((time.monotonic() - began) / PERIOD + 1)
    sent = len(refreshes(desk)) - before
    assert desk.query(HELD)[0][0] == 1

    worker.kill()
    desk.start(parts.worker(desk.data), "worker-2")
    ages["worker killed and replaced"] = oldest(desk, periods=PERIODS)

    beat.kill()
    ages["the first beat killed"] = oldest(desk, periods=PERIODS)
    twice = [number for number, count in Counter(number for _, number in desk.done()).items() if count > 1]
    said = ", ".join(f"{name} {age:.2f}" for name, age in ages.items())
    promise("P13", "the oldest snapshot's age, in periods", figure=said, target="<= 2")
    figure = f"{sent} refreshes in the time of {due:.0f}, {len(twice)} of {len(desk.done()):,} tasks done twice"
    promise("P13", "no double work, with two beats", figure=figure, target="none")
    assert max(ages.values()) <= 2, ages
    assert sent <= due
    assert not twice


def refreshes(desk: FreshDesk) -> list[str]:
    """The rounds over all sites that were made."""
    return [number for name, number in desk.done() if name == "refresh_due_snapshots"]
