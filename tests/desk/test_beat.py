"""One beat at a time, and tasks that are lost with nobody."""

import logging
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection
from django_celery_beat.models import PeriodicTask

from config.celery import app
from config.desk.beat import NAME, BeatLock, GuardedScheduler

pytestmark = pytest.mark.django_db
# a beat closes old connections, and the transaction of a test with them
runs_beats = pytest.mark.django_db(transaction=True)


@pytest.fixture
def locks() -> Iterator[tuple[BeatLock, BeatLock]]:
    """Those of two beats."""
    both = BeatLock(), BeatLock()
    yield both
    for lock in both:
        lock.release()


@pytest.fixture
def beats() -> Iterator[tuple[GuardedScheduler, GuardedScheduler]]:
    """Two beats that run at the same time; everything was due long ago."""
    PeriodicTask.objects.update(last_run_at="2026-01-01T00:00:00Z")
    both = GuardedScheduler(app=app), GuardedScheduler(app=app)
    yield both
    for beat in both:
        beat.close()


def sent() -> int:
    """How many tasks wait for a worker."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return int(client.llen(settings.CELERY_TASK_DEFAULT_QUEUE))


def tick(beat: GuardedScheduler) -> None:
    """As often as there may be something to send."""
    for _ in range(20):
        beat.tick()


def wait_until(true: Callable[[], bool]) -> None:
    """PostgreSQL ends a session a moment after its client has left."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def end_connections() -> None:
    """As when PostgreSQL is restarted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s AND datname = %s",
            [NAME, connection.settings_dict["NAME"]],
        )


def test_one_of_two_holds_the_lock_until_it_lets_go(locks: tuple[BeatLock, BeatLock]) -> None:
    first, second = locks
    assert [first.is_held(), second.is_held(), first.is_held(), second.is_held()] == [True, False, True, False]
    first.release()
    wait_until(second.is_held)
    assert not first.is_held()


def test_who_loses_the_connection_has_lost_the_lock_and_knows_it(locks: tuple[BeatLock, BeatLock]) -> None:
    first, second = locks
    assert first.is_held()
    end_connections()
    wait_until(second.is_held)
    with pytest.raises(psycopg.OperationalError):
        first.is_held()
    assert not first.is_held()


@runs_beats
def test_only_one_of_two_beats_sends_what_is_due(
    beats: tuple[GuardedScheduler, GuardedScheduler], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = beats
    with caplog.at_level(logging.INFO, logger="config.desk.beat"):
        for beat in (first, second, first, second):
            tick(beat)
    assert sent() == PeriodicTask.objects.filter(enabled=True).count()
    assert [record.message for record in caplog.records if record.name == "config.desk.beat"] == [
        "This is the beat.",
        "Another beat runs; this one waits until it ends.",
    ]


@runs_beats
def test_who_takes_over_does_not_send_again_what_was_sent(beats: tuple[GuardedScheduler, GuardedScheduler]) -> None:
    first, second = beats
    tick(second)
    tick(first)
    number = sent()
    assert number > 0
    second.close()
    wait_until(first._lock.is_held)
    tick(first)
    assert sent() == number


@runs_beats
def test_without_the_lock_in_reach_nothing_is_sent(
    beats: tuple[GuardedScheduler, GuardedScheduler], caplog: pytest.LogCaptureFixture
) -> None:
    beat, _other = beats
    assert beat._lock.is_held()
    end_connections()
    assert beat.tick() > 0
    assert sent() == 0
    assert "out of reach" in caplog.text
    tick(beat)
    assert sent() > 0


def test_every_beat_is_guarded_however_it_is_started() -> None:
    assert app.conf.beat_scheduler == "config.desk.beat:GuardedScheduler"


def test_tasks_are_acknowledged_when_they_are_done_end_in_time_and_leave_no_results() -> None:
    """What a killed worker had in hand comes back, and not before the longest task could have ended."""
    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.task_ignore_result) == (True, True, True)
    assert conf.result_backend is None
    assert 0 < conf.task_soft_time_limit < conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    assert conf.worker_prefetch_multiplier == 1
    app.loader.import_default_modules()
    for task in app.tasks.values():
        if not task.name.startswith("celery."):
            assert (task.acks_late, task.reject_on_worker_lost, task.ignore_result) == (True, True, True), task.name
