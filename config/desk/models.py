"""What is audited of other people's models: operators, their roles and rights, and schedules [P23].

Proxies, so that the triggers come with our migrations. Passwords, and what a clock writes, are no changes that anybody
made, and are not in the trail.
"""

import pghistory
from django.contrib.auth.models import Group, User
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.desk.imports.models import Import

__all__ = [
    "Crontab",
    "Import",
    "Interval",
    "Operator",
    "OperatorRight",
    "OperatorRole",
    "Role",
    "RoleRight",
    "Schedule",
]


def every_change() -> tuple[pghistory.RowEvent, ...]:
    """New ones for each model: a trigger learns from its model which columns count."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


def given_and_taken() -> tuple[pghistory.RowEvent, ...]:
    """Of what is never changed."""
    return pghistory.InsertEvent(), pghistory.DeleteEvent()


@pghistory.track(*every_change(), exclude=["password", "last_login"])
class Operator(User):
    """Somebody who logs in."""

    class Meta:
        proxy = True


@pghistory.track(*every_change())
class Role(Group):
    """A group of rights."""

    class Meta:
        proxy = True


@pghistory.track(*given_and_taken())
class OperatorRole(User.groups.through):  # type: ignore[name-defined]
    """Who has which role."""

    class Meta:
        proxy = True


@pghistory.track(*given_and_taken())
class OperatorRight(User.user_permissions.through):  # type: ignore[name-defined]
    """Who has which right of their own."""

    class Meta:
        proxy = True


@pghistory.track(*given_and_taken())
class RoleRight(Group.permissions.through):  # type: ignore[name-defined]
    """Which role has which right."""

    class Meta:
        proxy = True


@pghistory.track(*every_change(), exclude=["last_run_at", "total_run_count", "date_changed"])
class Schedule(PeriodicTask):
    """What is done when."""

    class Meta:
        proxy = True


@pghistory.track(*every_change())
class Interval(IntervalSchedule):
    """Every so often."""

    class Meta:
        proxy = True


@pghistory.track(*every_change())
class Crontab(CrontabSchedule):
    """At these times."""

    class Meta:
        proxy = True
