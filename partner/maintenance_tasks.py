"""What is to be done at an inverter, from each of its causes (contract 13.2, docs/partner-metrics.md). All pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from partner.plant import Device
from partner.signal_documents import SEVERITIES
from partner.vocabulary import Severity, TaskType

HORIZON: Final = timedelta(days=90)
HOURS: Final = {TaskType.INSPECTION: 2.0, TaskType.CORRECTIVE_MAINTENANCE: 4.0, TaskType.SCHEDULED_SERVICE: 3.0}
# Of two causes of one visit, the one that says what kind of visit it is.
WEIGHT: Final = (TaskType.CORRECTIVE_MAINTENANCE, TaskType.SCHEDULED_SERVICE, TaskType.INSPECTION)
CORRECTED_WITHIN: Final = timedelta(days=1)
INSPECTED_WITHIN: Final = {
    Severity.HIGH: timedelta(days=7),
    Severity.MEDIUM: timedelta(days=14),
    Severity.LOW: timedelta(days=30),
}
# Anomalies a day from which on an inspection has this priority.
FREQUENT: Final = ((5, Severity.HIGH), (1, Severity.MEDIUM))
SERVICE_IS_NEAR: Final = timedelta(days=14)
SERVICE_IS_LATE: Final = timedelta(days=30)


@dataclass(frozen=True)
class Task:
    """One visit to one inverter, and why."""

    device: Device
    type: TaskType
    day: date
    priority: Severity
    reason: str

    @property
    def hours(self) -> float:
        """How long it takes."""
        return HOURS[self.type]


def inspection(device: Device, *, severities: Collection[Severity], newest: date, days: int, today: date) -> Task:
    """What anomalies of the last days ask for, of these severities and the newest of them on that day."""
    often = next((priority for least, priority in FREQUENT if len(severities) >= least * days), Severity.LOW)
    # Critical is left to what is out of order now.
    priority = worst([often, *(Severity.HIGH if one == Severity.CRITICAL else one for one in severities)])
    counted = f"{len(severities)} anomal{'y' if len(severities) == 1 else 'ies'}"
    reason = f"{counted} detected in the last {days} day{'' if days == 1 else 's'}"
    return Task(device, TaskType.INSPECTION, max(today, newest + INSPECTED_WITHIN[priority]), priority, reason)


def correction(device: Device, *, state: str, since: date, today: date) -> Task:
    """What an inverter asks for that is in a critical state now."""
    day = max(today, since + CORRECTED_WITHIN)
    reason = f"In state {state} since {since}"
    return Task(device, TaskType.CORRECTIVE_MAINTENANCE, day, Severity.CRITICAL, reason)


def services(device: Device, *, today: date) -> Iterator[Task]:
    """The services that fall due within the horizon; what is overdue is due today."""
    if device.service_interval_days is None:
        return
    interval = timedelta(days=device.service_interval_days)
    last = device.last_service_on or device.commissioned_on
    due = today if last is None else last + interval
    every = f"every {interval.days} day{'' if interval.days == 1 else 's'}"
    yield Task(device, TaskType.SCHEDULED_SERVICE, max(today, due), *_service(device, due, every, today))
    day = max(today, due) + interval
    while day < today + HORIZON:
        yield Task(device, TaskType.SCHEDULED_SERVICE, day, _nearness(day, today), f"Service due, {every}")
        day += interval


def _service(device: Device, due: date, every: str, today: date) -> tuple[Severity, str]:
    """Priority and reason of the first service."""
    if device.last_service_on:
        return _nearness(due, today), f"Service due on {due}, {every}, last on {device.last_service_on}"
    if device.commissioned_on:
        return _nearness(due, today), f"First service due on {due}, {every}, commissioned on {device.commissioned_on}"
    return Severity.HIGH, f"No service is on record, one is due {every}"


def _nearness(due: date, today: date) -> Severity:
    if due + SERVICE_IS_LATE < today:
        return Severity.HIGH
    return Severity.MEDIUM if due < today + SERVICE_IS_NEAR else Severity.LOW


def planned(tasks: Iterable[Task], *, today: date) -> list[Task]:
    """The tasks of the horizon: of one inverter one a day, by day, then the most urgent first, then by inverter."""
    within = sorted(
        (task for task in tasks if today <= task.day < today + HORIZON),
        key=lambda task: (task.day, task.device.id, WEIGHT.index(task.type)),
    )
    visits = [_together(list(same)) for _, same in groupby(within, key=lambda task: (task.day, task.device.id))]
    return sorted(visits, key=lambda task: (task.day, SEVERITIES[task.priority], task.device.asset_id, task.device.id))


def _together(causes: Sequence[Task]) -> Task:
    first = causes[0]
    reason = "; ".join(task.reason for task in causes)
    return Task(first.device, first.type, first.day, worst(task.priority for task in causes), reason)


def worst(severities: Iterable[Severity]) -> Severity:
    """The first of them in the order of severities."""
    return min(severities, key=lambda one: SEVERITIES[one])
