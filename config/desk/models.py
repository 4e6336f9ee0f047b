"""What is audited of other people's models: operators, their roles and rights, and schedules [P23].

Proxies, so that the triggers come with our migrations. What a clock writes is no change that anybody made, and not in
the trail; of passwords and of the secrets of one-time codes it says that they were set, and by whom.
"""

import pghistory
from django.contrib.auth.models import Group, User
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.desk.deeds import Deed
from config.desk.imports.models import Import, ImportedRow
from partner.models import Snapshot

__all__ = [
    "Crontab",
    "Deed",
    "Import",
    "ImportedRow",
    "Interval",
    "OneTimeCode",
    "Operator",
    "OperatorRight",
    "OperatorRole",
    "Role",
    "RoleRight",
    "Schedule",
    "SnapshotRequest",
]


def every_change() -> tuple[pghistory.RowEvent, ...]:
    """New ones for each model: a trigger learns from its model which columns count."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


def given_and_taken() -> tuple[pghistory.RowEvent, ...]:
    """Of what is never changed."""
    return pghistory.InsertEvent(), pghistory.DeleteEvent()


@pghistory.track(
    *every_change(),
    pghistory.UpdateEvent("password", condition=pghistory.AnyChange("password")),
    exclude=["password", "last_login"],
)
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


@pghistory.track(*every_change(), fields=["id", "user", "name", "confirmed"], model_name="OneTimeCodeEvent")
class OneTimeCode(TOTPDevice):
    """Who logs in with one-time codes."""

    class Meta:
        proxy = True
        verbose_name = "one-time code"


@pghistory.track(
    pghistory.UpdateEvent(
        "request",
        condition=pghistory.Q(old__requested_at__df=pghistory.F("new__requested_at"), new__requested_at__isnull=False),
    ),
    fields=["id", "site", "kind", "requested_at"],
    model_name="SnapshotRequestEvent",
)
class SnapshotRequest(Snapshot):
    """What an operator had computed anew."""

    class Meta:
        proxy = True
        verbose_name = "snapshot request"
