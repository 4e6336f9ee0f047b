"""Documents of the maintenance schedule: their summary, and what is left of them for who asks for less [P5]."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from partner.signal_documents import counted
from partner.vocabulary import Severity, TaskType

Task = Mapping[str, Any]


def filtered(document: Mapping[str, Any], *, since: datetime | None = None) -> dict[str, Any]:
    """The document with the tasks that are recommended after `since`, and their summary [P5].

    A task's day counts from its midnight in UTC; None filters nothing.
    """
    kept = [task for task in document["tasks"] if since is None or _midnight(task["recommended_date"]) > since]
    return {**document, "tasks": kept, "summary": summary(kept)}


def summary(tasks: Collection[Task]) -> dict[str, Any]:
    """How many tasks there are, and how many of each priority, type and asset that has any."""
    return {
        "total_tasks": len(tasks),
        "by_priority": counted((task["priority"] for task in tasks), order=Severity.values),
        "by_task_type": counted((task["task_type"] for task in tasks), order=TaskType.values),
        "by_asset": counted(task["asset_id"] for task in tasks),
    }


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), tzinfo=UTC)
