"""How often the worker looks for imports: rows of django-celery-beat, which operators see and change."""

from datetime import timedelta
from typing import Any, Final

from django_celery_beat.models import IntervalSchedule, PeriodicTask

WORK_TASK: Final = "config.desk.tasks.work_on_imports"
FORGET_TASK: Final = "config.desk.tasks.forget_import_contents"
EXPIRE_SECONDS: Final = 30  # of runs that nobody took meanwhile, one is enough
EVERY = {
    "Work on imports": (WORK_TASK, timedelta(seconds=5)),
    "Forget the contents of old imports": (FORGET_TASK, timedelta(days=1)),
}


def create_missing(**_signal: Any) -> None:
    """Schedule what has no schedule yet; those that operators have changed stay as they are."""
    for name, (task, period) in EVERY.items():
        every = {"every": int(period.total_seconds()), "period": IntervalSchedule.SECONDS}
        if not PeriodicTask.objects.filter(name=name).exists():
            interval = IntervalSchedule.objects.filter(**every).first() or IntervalSchedule.objects.create(**every)
            PeriodicTask.objects.create(name=name, task=task, interval=interval, expire_seconds=EXPIRE_SECONDS)
