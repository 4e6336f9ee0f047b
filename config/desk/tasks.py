"""What the worker does for the desk: long imports, and forgetting what is old."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from config.desk import retention
from config.desk.imports import operations
from config.desk.imports.schedules import EXPIRE_SECONDS, FORGET_TASK, WORK_TASK


@shared_task(name=WORK_TASK)
def work_on_imports() -> None:
    """Have the imports checked and applied that operators ask for: a task for each, so that none holds up another."""
    for import_id in operations.under_way():
        work_on_import.apply_async(kwargs={"import_id": import_id}, expires=EXPIRE_SECONDS)


@shared_task(name="config.desk.tasks.work_on_import")
def work_on_import(import_id: int) -> None:
    """Check or apply one, unless another worker is at it."""
    operations.work_on(import_id, now=timezone.now(), is_worker=True)


@shared_task(name=FORGET_TASK)
def forget_import_contents() -> int:
    """Delete the contents of files that nobody applied within a week."""
    return operations.forget_contents(now=timezone.now())


@shared_task(name=retention.FORGET_TASK)
def forget_old_periods(**months: Any) -> dict[str, int]:
    """Delete periods that are older than so many months, by their kinds; what was deleted, for the worker's log."""
    return retention.forget_periods(months, now=timezone.now())


@shared_task(name=retention.MONTHS_TASK)
def make_months() -> list[str]:
    """Make the partitions that periods of the coming months belong in, where tables are partitioned."""
    return retention.make_months(now=timezone.now())
