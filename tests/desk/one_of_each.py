"""One record of each kind that the back office has pages of."""

from collections.abc import Callable, Mapping
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_otp.plugins.otp_totp.models import TOTPDevice

from markets.models import LimitChange
from partner.models import CustomKind, Snapshot
from sites.models import SiteLimitChange
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.operators import make_operator
from tests.factories.plants import make_profile, make_site
from tests.factories.sites import add_inverter, add_site
from tests.factories.specs import put_spec


def a_snapshot() -> Snapshot:
    now = timezone.now()
    return Snapshot.objects.create(site=make_site(), kind="kpi-rollup", last_checked_at=now, next_check_at=now)


def an_attempt() -> AccessAttempt:
    return AccessAttempt.objects.create(username="ludwig", ip_address="127.0.0.1", failures_since_start=5)


def a_device() -> TOTPDevice:
    return TOTPDevice.objects.create(user=_somebody("dora"), name="app")


def _somebody(name: str) -> User:
    return User.objects.filter(username=name).first() or make_operator(name=name)


def _a_schedule() -> PeriodicTask:
    every = IntervalSchedule.objects.create(every=7, period="days")
    return PeriodicTask.objects.create(name="Of the test", task="none", interval=every)


def _a_change() -> LimitChange:
    return LimitChange.objects.create(action="LOCK", source="OPERATIONS", slots=1, actor="user:nobody")


ONE: Mapping[str, Callable[[], Any]] = {
    "assets.asset": make_asset,
    "assets.spec": lambda: put_spec(make_asset(), 1, rated_power=5),
    "auth.group": lambda: Group.objects.create(name="Of the test"),
    "auth.user": lambda: _somebody("ulla"),
    "axes.accessattempt": an_attempt,
    "django_celery_beat.crontabschedule": lambda: CrontabSchedule.objects.create(minute="7"),
    "django_celery_beat.intervalschedule": lambda: IntervalSchedule.objects.create(every=9, period="days"),
    "django_celery_beat.periodictask": _a_schedule,
    "markets.limitchange": _a_change,
    "otp_totp.totpdevice": a_device,
    "partner.apikey": lambda: make_api_key().key,
    "partner.customkind": lambda: CustomKind.objects.create(name="soiling", schema={}),
    "partner.partnerkey": lambda: make_partner_key(make_site()).key,
    "partner.partnerprofile": lambda: make_profile(make_site()),
    "partner.snapshot": a_snapshot,
    "sites.inverter": lambda: add_inverter(add_site()),
    "sites.site": make_site,
    "sites.sitelimitchange": lambda: SiteLimitChange.objects.create(site_id="X", action="CLEAR", slots=1, actor="-"),
}
# What a bulk action's form is filled in with, where it has one.
FILLED_IN: Mapping[str, Mapping[str, str]] = {
    "assets.asset set-status": {"status": "FAULT", "category": "TECHNICAL", "detail": "Odd"},
}
