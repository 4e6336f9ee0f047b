"""When snapshots are computed: rows of django-celery-beat, which operators see and change in the back office [P6]."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from celery.schedules import crontab, schedule
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from partner.kinds import KINDS

REFRESH_TASK: Final = "partner.tasks.refresh_due_snapshots"
REQUESTED_TASK: Final = "partner.tasks.refresh_requested_snapshots"
REQUESTED_EVERY: Final = timedelta(seconds=5)
PRUNE_TASK: Final = "partner.tasks.prune_versions"
EXPIRE_SECONDS: Final = 120  # of runs that nobody took meanwhile, one is enough


@dataclass(frozen=True)
class Stamps:
    """What follows from a run: when the next one is due, and since when the document is stale without one."""

    next_check_at: datetime
    stale_from: datetime


def stamps_after(*, kind: str, now: datetime) -> Stamps:
    """The stamps of a run at this instant: the next one is due after one period, stale it is after two."""
    found = _schedule_of(kind)
    next_check_at = _due_after(now, found)
    return Stamps(next_check_at=next_check_at, stale_from=_due_after(next_check_at, found))


def create_missing(**_signal: Any) -> None:
    """Schedule what has no schedule yet. Those that operators have changed stay as they are."""
    for kind in KINDS.values():
        _create(f"Refresh {kind.name} snapshots", REFRESH_TASK, kind.period, kwargs={"kind": kind.name})
    _create("Refresh snapshots that operators ask for", REQUESTED_TASK, REQUESTED_EVERY, kwargs={})
    _create("Prune snapshot versions", PRUNE_TASK, timedelta(days=1), kwargs={})


def _create(name: str, task: str, period: timedelta, *, kwargs: dict[str, str]) -> None:
    if PeriodicTask.objects.filter(name=name).exists():
        return
    every = {"every": int(period.total_seconds()), "period": IntervalSchedule.SECONDS}
    interval = IntervalSchedule.objects.filter(**every).first() or IntervalSchedule.objects.create(**every)
    PeriodicTask.objects.create(
        name=name, task=task, interval=interval, kwargs=json.dumps(kwargs), expire_seconds=EXPIRE_SECONDS
    )


def _schedule_of(kind: str) -> Any:
    """The kind's schedule as Celery has it: of an enabled row first, else of any, else the default."""
    rows = (
        PeriodicTask.objects.filter(task=REFRESH_TASK).select_related("interval", "crontab").order_by("-enabled", "id")
    )
    return next(_schedules_for(kind, rows), schedule(KINDS[kind].period))


def _schedules_for(kind: str, rows: Any) -> Iterator[Any]:
    for row in rows:
        if json.loads(row.kwargs).get("kind", kind) == kind and (row.interval or row.crontab):
            yield row.schedule


def _due_after(instant: datetime, found: Any) -> datetime:
    if isinstance(found, crontab):
        last, step, _ = found.remaining_delta(instant)
        return last + step  # type: ignore[no-any-return]
    return instant + found.run_every  # type: ignore[no-any-return]
