"""What filters leave of signals and of the schedule, and that summaries are those of what is left [P5]."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner import schedule_documents, signal_documents
from partner.api.maintenance_bodies import MAINTENANCE_SCHEDULE_EXAMPLE, MAINTENANCE_SIGNALS_EXAMPLE
from partner.documents import instant_text
from partner.kinds import KINDS
from partner.vocabulary import MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS, Severity, SignalType, TaskType

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
instants = st.integers(0, 20).map(lambda number: NOON + timedelta(microseconds=number))
signals = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 9**9).map(lambda number: f"sig_{number:024x}"),
            "timestamp": instants.map(instant_text),
            "asset_id": st.sampled_from(["INV-1", "INV-2"]),
            "type": st.sampled_from(SignalType.values),
            "severity": st.sampled_from(Severity.values),
        }
    ),
    max_size=12,
    unique_by=lambda one: one["id"],
)
tasks = st.lists(
    st.fixed_dictionaries(
        {
            "asset_id": st.sampled_from(["INV-1", "INV-2"]),
            "task_type": st.sampled_from(TaskType.values),
            "recommended_date": st.dates(NOON.date(), NOON.date() + timedelta(days=5)).map(str),
            "priority": st.sampled_from(Severity.values),
        }
    )
)


def document(signals: list[dict[str, Any]]) -> dict[str, Any]:
    ordered = signal_documents.ordered(signals)
    return {"site_id": "Sibaya", "cursor": "as it was", "signals": ordered, "summary": None}


@given(signals, st.none() | st.sets(st.sampled_from(Severity.values)), st.none() | instants)
def test_what_is_left_is_what_was_asked_for_in_its_order(
    found: list[dict[str, Any]], severities: set[str] | None, since: datetime | None
) -> None:
    whole = document(found)
    left = signal_documents.filtered(whole, severities=severities, since=since)
    assert left["signals"] == [
        one
        for one in whole["signals"]
        if (severities is None or one["severity"] in severities)
        and (since is None or datetime.fromisoformat(one["timestamp"]) > since)
    ]
    assert (left["site_id"], left["cursor"]) == ("Sibaya", "as it was")
    for counts in left["summary"].values():
        assert sum(counts.values()) == len(left["signals"])
        assert all(counts.values())


@given(signals)
def test_the_latest_comes_first_then_the_worst_then_the_id(found: list[dict[str, Any]]) -> None:
    ordered = signal_documents.ordered(found)
    keys = [
        (-(datetime.fromisoformat(one["timestamp"]) - NOON), Severity.values.index(one["severity"]), one["id"])
        for one in ordered
    ]
    assert keys == sorted(keys)


def test_since_is_strictly_after_and_knows_fractions_and_offsets() -> None:
    """A text without a fraction sorts after one with; instants do not."""
    example = MAINTENANCE_SIGNALS_EXAMPLE
    cursor = datetime.fromisoformat(example["cursor"])
    assert signal_documents.filtered(example, since=cursor)["signals"] == []
    for earlier in (cursor - timedelta.resolution, cursor.replace(microsecond=0)):
        assert signal_documents.filtered(example, since=earlier) == example
        elsewhere = earlier.astimezone(timezone(timedelta(hours=5)))
        assert signal_documents.filtered(example, since=elsewhere) == example


@given(tasks, st.none() | st.datetimes(NOON.replace(tzinfo=None), NOON.replace(tzinfo=None) + timedelta(days=4)))
def test_the_schedule_keeps_what_is_recommended_later(found: list[dict[str, Any]], since: datetime | None) -> None:
    instant = since and since.replace(tzinfo=UTC)
    left = schedule_documents.filtered({"tasks": found}, since=instant)
    assert left["tasks"] == [
        one
        for one in found
        if instant is None or f"{one['recommended_date']}T00:00:00" > f"{since:%Y-%m-%dT%H:%M:%S.%f}"
    ]
    summary = left["summary"]
    assert summary.pop("total_tasks") == len(left["tasks"])
    for counts in summary.values():
        assert sum(counts.values()) == len(left["tasks"])


@pytest.mark.parametrize(
    ("kind", "example", "filtered"),
    [
        (MAINTENANCE_SIGNALS, MAINTENANCE_SIGNALS_EXAMPLE, signal_documents.filtered),
        (MAINTENANCE_SCHEDULE, MAINTENANCE_SCHEDULE_EXAMPLE, schedule_documents.filtered),
    ],
)
def test_what_is_left_is_still_what_the_schema_says(kind: str, example: dict[str, Any], filtered: Any) -> None:
    KINDS[kind].validator.validate(example)
    assert filtered(example) == example
    KINDS[kind].validator.validate(filtered(example, since=datetime(2030, 1, 1, tzinfo=UTC)))
