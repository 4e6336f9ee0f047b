"""How long periods are kept: for as many months as the schedule in the back office says, or for good."""

import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from assets.dispatches import DISPATCHES
from assets.retention import Aging, forget_old, months_before
from assets.state_snapshots import STATE_SNAPSHOTS
from assets.statuses import STATUSES
from config.database.partitions import make_months_ahead
from config.database.periods import PeriodTable
from markets.models import Limit
from markets.operations.limits import REVISION_KIND
from markets.periods import FORECASTS, PRICES, RESERVATIONS
from sites.limits import INVERTER_LIMITS, SITE_LIMITS
from sites.telemetry import INVERTERS, SITES

FORGET_TASK: Final = "config.desk.tasks.forget_old_periods"
MONTHS_TASK: Final = "config.desk.tasks.make_months"
MEANING: Final = "Off: everything is kept. On: periods that began more than so many months ago are deleted."
SCHEDULE: Final = "Delete old periods"
EVERY: Final = timedelta(hours=1)
EXPIRE_SECONDS: Final = 600  # of runs that nobody took meanwhile, one is enough
LONGEST_SECONDS: Final = 180.0  # the next run goes on: the worker has other things to do
LEAST_MONTHS: Final = 2  # partners' metrics look back more than a month
USUAL_MONTHS: Final = 24

AGING: Mapping[str, Aging] = {
    "statuses": Aging(kind=STATUSES.kind, table=STATUSES.table, keeps_latest=True),
    "dispatches": Aging(kind=DISPATCHES.kind, table=DISPATCHES.table),
    "state_snapshots": Aging(kind=STATE_SNAPSHOTS.kind, table=STATE_SNAPSHOTS.table, keeps_latest=True),
    "limits": Aging(kind=REVISION_KIND, table=PeriodTable(Limit, answer=())),
    "site_limits": Aging(kind=SITE_LIMITS.kind, table=SITE_LIMITS.table),
    "inverter_limits": Aging(kind=INVERTER_LIMITS.kind, table=INVERTER_LIMITS.table),
    "forecasts": Aging(kind=FORECASTS.kind, table=FORECASTS.table),
    "reservations": Aging(kind=RESERVATIONS.kind, table=RESERVATIONS.table),
    "prices": Aging(kind=PRICES.kind, table=PRICES.table),
    "inverter_readings": Aging(kind=INVERTERS.kind, table=INVERTERS.table),
    "site_readings": Aging(kind=SITES.kind, table=SITES.table),
}
logger = logging.getLogger(__name__)


def forget_periods(months: Mapping[str, Any], *, now: datetime, longest: float = LONGEST_SECONDS) -> dict[str, int]:
    """Delete periods of these kinds that began more months ago than is said; how many of each.

    Whole months are kept. ValueError, and nothing deleted, where a kind is not known or a number makes no sense.
    """
    for name, number in months.items():
        if name not in AGING:
            raise ValueError(f"There are no {name} to delete; there are {', '.join(AGING)}.")
        if not isinstance(number, int) or number < LEAST_MONTHS:
            raise ValueError(f"{name} are kept for {number!r} months; it takes a number from {LEAST_MONTHS}.")
    until = time.monotonic() + longest
    forgotten = {}
    for name, number in months.items():
        forgotten[name] = forget_old(AGING[name], before=months_before(now, number), now=now, until=until)
    if sum(forgotten.values()):
        logger.info("Old periods are deleted: %s", forgotten)
    return forgotten


def make_months(*, now: datetime) -> list[str]:
    """Make the partitions of the coming months, of those tables that are partitioned."""
    return [name for aging in AGING.values() for name in make_months_ahead(aging.table, now=now)]


def create_missing(**_signal: Any) -> None:
    """Put the schedules where operators see them. What deletes is off until they switch it on."""
    forget = {"kwargs": json.dumps(dict.fromkeys(AGING, USUAL_MONTHS)), "enabled": False, "description": MEANING}
    _create(SCHEDULE, FORGET_TASK, EVERY, **forget)
    _create("Make partitions of coming months", MONTHS_TASK, timedelta(days=1))


def _create(name: str, task: str, period: timedelta, **fields: Any) -> None:
    if PeriodicTask.objects.filter(name=name).exists():
        return
    every = {"every": int(period.total_seconds()), "period": IntervalSchedule.SECONDS}
    interval = IntervalSchedule.objects.filter(**every).first() or IntervalSchedule.objects.create(**every)
    PeriodicTask.objects.create(name=name, task=task, interval=interval, expire_seconds=EXPIRE_SECONDS, **fields)
