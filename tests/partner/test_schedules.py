"""When snapshots are computed, as operators see and change it [P6]."""

from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from partner.kinds import KINDS
from partner.schedules import PRUNE_TASK, REFRESH_TASK, create_missing, stamps_after
from partner.vocabulary import KPI_ROLLUP, MAINTENANCE_SCHEDULE

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)


def refreshing(kind: str = KPI_ROLLUP) -> PeriodicTask:
    return PeriodicTask.objects.get(task=REFRESH_TASK, name=f"Refresh {kind} snapshots")


def test_every_kind_is_refreshed_every_thirty_seconds_unless_changed() -> None:
    row = refreshing()
    assert row.kwargs == '{"kind": "kpi-rollup"}'
    assert (row.interval.every, row.interval.period, row.enabled) == (30, "seconds", True)
    assert PeriodicTask.objects.filter(task=REFRESH_TASK).count() == len(KINDS)
    assert PeriodicTask.objects.filter(task=PRUNE_TASK).count() == 1


def test_a_schedule_of_days_is_refreshed_every_five_minutes() -> None:
    assert refreshing(MAINTENANCE_SCHEDULE).interval.every == 300


def test_what_operators_changed_stays() -> None:
    PeriodicTask.objects.filter(task=REFRESH_TASK).update(enabled=False)
    create_missing()
    assert not refreshing().enabled
    PeriodicTask.objects.all().delete()
    create_missing()
    assert PeriodicTask.objects.filter(task=REFRESH_TASK).count() == len(KINDS)


def test_the_next_run_is_due_after_one_period_and_stale_it_is_after_two() -> None:
    stamps = stamps_after(kind=KPI_ROLLUP, now=NOW)
    assert (stamps.next_check_at - NOW, stamps.stale_from - NOW) == (timedelta(seconds=30), timedelta(seconds=60))


def test_the_period_is_the_schedules() -> None:
    row = refreshing()
    row.interval = IntervalSchedule.objects.create(every=5, period="minutes")
    row.save()
    assert stamps_after(kind=KPI_ROLLUP, now=NOW).stale_from - NOW == timedelta(minutes=10)


def test_a_crontab_is_followed_from_run_to_run() -> None:
    row = refreshing()
    row.interval, row.crontab = None, CrontabSchedule.objects.create(minute="*/15", timezone="UTC")
    row.save()
    stamps = stamps_after(kind=KPI_ROLLUP, now=NOW)
    assert stamps.next_check_at == datetime(2026, 5, 1, 12, 15, tzinfo=UTC)
    assert stamps.stale_from == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


def test_without_a_schedule_the_default_period_holds() -> None:
    PeriodicTask.objects.all().delete()
    assert stamps_after(kind=KPI_ROLLUP, now=NOW).next_check_at - NOW == timedelta(seconds=30)


def test_an_enabled_schedule_comes_before_a_disabled_one() -> None:
    PeriodicTask.objects.filter(task=REFRESH_TASK).update(enabled=False)
    hourly = IntervalSchedule.objects.create(every=1, period="hours")
    PeriodicTask.objects.create(name="hourly", task=REFRESH_TASK, interval=hourly, kwargs="{}")
    assert stamps_after(kind=KPI_ROLLUP, now=NOW).next_check_at - NOW == timedelta(hours=1)
