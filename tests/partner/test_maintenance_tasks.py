"""What causes become (contract 13.2): services, inspections, corrections, and one visit where they meet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner.maintenance_tasks import HORIZON, Task, correction, inspection, planned, services
from partner.plant import Device
from partner.vocabulary import Severity, TaskType

TODAY = date(2026, 5, 30)


def device(**fields: Any) -> Device:
    given = Device(id="INV_1", serial_number="INV-1", p0=Decimal(100), rated_kw=Decimal(80), is_solar=True)
    return replace(given, **fields)


def due(**fields: Any) -> list[tuple[str, str]]:
    """Days and priorities of the services of the horizon."""
    tasks = planned(services(device(**fields), today=TODAY), today=TODAY)
    return [(task.day.isoformat(), task.priority.value) for task in tasks]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("last_service_on", "expected"),
    [
        (ago(365 - 89), [("2026-08-27", "Low")]),
        (ago(365 - 90), []),
        (ago(365 - 13), [("2026-06-12", "Medium")]),
        (ago(365 - 14), [("2026-06-13", "Low")]),
        (ago(365 + 30), [("2026-05-30", "Medium")]),
        (ago(365 + 31), [("2026-05-30", "High")]),
    ],
)
def test_a_service_is_due_an_interval_after_the_last_one(last_service_on: date, expected: list[Any]) -> None:
    assert due(service_interval_days=365, last_service_on=last_service_on) == expected


def test_one_that_was_never_serviced_is_due_an_interval_after_commissioning() -> None:
    assert due(service_interval_days=365, commissioned_on=ago(300)) == [("2026-08-03", "Low")]
    (task,) = services(device(service_interval_days=365, commissioned_on=ago(300)), today=TODAY)
    assert task.reason == "First service due on 2026-08-03, every 365 days, commissioned on 2025-08-03"


def test_one_of_which_nothing_is_known_is_due_now() -> None:
    (task,) = services(device(service_interval_days=365), today=TODAY)
    assert (task.day, task.priority, task.hours) == (TODAY, Severity.HIGH, 3)
    assert task.reason == "No service is on record, one is due every 365 days"


def test_without_an_interval_nothing_is_due() -> None:
    assert due(last_service_on=ago(3000)) == []


def test_a_short_interval_comes_again_within_the_horizon() -> None:
    assert [day for day, _ in due(service_interval_days=40, last_service_on=ago(50))] == [
        "2026-05-30",
        "2026-07-09",
        "2026-08-18",
    ]


@pytest.mark.parametrize(
    ("severities", "priority", "day"),
    [
        (["Low"], "Low", "2026-06-28"),
        (["Low"] * 2, "Medium", "2026-06-12"),
        (["Low"] * 10, "High", "2026-06-05"),
        (["Medium", "Low"], "Medium", "2026-06-12"),
        (["Low", "High"], "High", "2026-06-05"),
        (["Critical"], "High", "2026-06-05"),
    ],
)
def test_an_inspection_is_as_urgent_as_anomalies_are_frequent_or_bad(
    severities: Sequence[str], priority: str, day: str
) -> None:
    """Of two days, and the newest began yesterday."""
    task = inspection(device(), severities=[Severity(one) for one in severities], newest=ago(1), days=2, today=TODAY)
    assert (task.type, task.priority.value, task.day.isoformat()) == (TaskType.INSPECTION, priority, day)
    assert task.hours == 2


@pytest.mark.parametrize(
    ("count", "days", "reason"),
    [(35, 2, "35 anomalies detected in the last 2 days"), (1, 1, "1 anomaly detected in the last 1 day")],
)
def test_an_inspection_says_why(count: int, days: int, reason: str) -> None:
    assert (
        inspection(device(), severities=[Severity.LOW] * count, newest=TODAY, days=days, today=TODAY).reason == reason
    )


@pytest.mark.parametrize(("since", "day"), [(TODAY, "2026-05-31"), (ago(1), "2026-05-30"), (ago(20), "2026-05-30")])
def test_a_critical_state_is_corrected_the_day_after(since: date, day: str) -> None:
    task = correction(device(), state="FAULT", since=since, today=TODAY)
    assert (task.day.isoformat(), task.priority, task.hours) == (day, Severity.CRITICAL, 4)
    assert task.reason == f"In state FAULT since {since}"


def test_two_causes_for_one_inverter_on_one_day_are_one_task() -> None:
    one = device(service_interval_days=365)
    (task,) = planned(
        [*services(one, today=TODAY), correction(one, state="FAULT", since=ago(3), today=TODAY)], today=TODAY
    )
    assert (task.type, task.priority, task.hours) == (TaskType.CORRECTIVE_MAINTENANCE, Severity.CRITICAL, 4)
    assert task.reason == "In state FAULT since 2026-05-27; No service is on record, one is due every 365 days"


def test_inverters_of_one_serial_number_are_visited_each() -> None:
    tasks = [correction(device(id=name), state="FAULT", since=TODAY, today=TODAY) for name in ("INV_1", "INV_2")]
    assert len(planned(tasks, today=TODAY)) == 2


causes = st.builds(
    Task,
    device=st.sampled_from([device(), device(id="INV_2", serial_number=None)]),
    type=st.sampled_from(TaskType),
    day=st.integers(-5, 95).map(lambda days: TODAY + timedelta(days=days)),
    priority=st.sampled_from(Severity),
    reason=st.integers(0, 99).map("cause {}".format),
)


@given(st.lists(causes))
def test_no_cause_within_the_horizon_is_lost_and_no_inverter_has_two_tasks_a_day(causes: list[Task]) -> None:
    tasks = planned(causes, today=TODAY)
    visits = [(task.device.id, task.day) for task in tasks]
    assert len(visits) == len(set(visits))
    assert [task.day for task in tasks] == sorted(task.day for task in tasks)
    wanted = [cause for cause in causes if TODAY <= cause.day < TODAY + HORIZON]
    assert sum(len(task.reason.split("; ")) for task in tasks) == len(wanted)
    for cause in wanted:
        (task,) = (one for one in tasks if (one.device, one.day) == (cause.device, cause.day))
        assert cause.reason in task.reason.split("; ")
        assert list(Severity).index(task.priority) <= list(Severity).index(cause.priority)
