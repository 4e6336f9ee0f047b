"""Each list of the back office asks as many questions of many records as of few, and counts only what it shows."""

from itertools import count
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_otp.plugins.otp_totp.models import TOTPDevice

from partner.models import CustomKind
from tests.desk.addresses import registered
from tests.desk.one_of_each import ONE
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 9
# Session and operator, how many there are, and the rows; a list with more says what for.
QUERIES = dict.fromkeys(ONE, 4) | {
    "auth.user": 5,  # roles to filter by
    "partner.partnerkey": 5,  # the sites of all keys
    "partner.partnerprofile": 5,  # currencies to filter by
    "sites.inverter": 5,  # the assets behind all inverters
}
numbers = count(1)


def another(label: str) -> Any:
    """One more record of the kind, with records of its own behind it."""
    number = next(numbers)
    makers: dict[str, Any] = {
        "auth.group": lambda: Group.objects.create(name=f"Group {number}"),
        "auth.user": lambda: make_operator(name=f"operator-{number}"),
        "axes.accessattempt": lambda: AccessAttempt.objects.create(username=f"name-{number}", failures_since_start=1),
        "django_celery_beat.crontabschedule": lambda: CrontabSchedule.objects.create(minute=str(number % 60)),
        "django_celery_beat.intervalschedule": lambda: _interval(number),
        "django_celery_beat.periodictask": lambda: PeriodicTask.objects.create(
            name=f"Task {number}", task="none", interval=_interval(number)
        ),
        "otp_totp.totpdevice": lambda: TOTPDevice.objects.create(
            user=make_operator(name=f"coder-{number}"), name="app"
        ),
        "partner.customkind": lambda: CustomKind.objects.create(name=f"kind-{number}", schema={}),
        "sites.inverter": lambda: add_inverter(add_site(f"S{number}")),
    }
    return makers.get(label, ONE[label])()


def _interval(number: int) -> IntervalSchedule:
    return IntervalSchedule.objects.create(every=number + 100, period="days")


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


@pytest.mark.parametrize("label", sorted(registered()))
def test_a_list_asks_the_same_of_many_as_of_few(desk: Client, label: str) -> None:
    address = f"/admin/{label.replace('.', '/')}/"
    asked = []
    for number in (FEW, MANY):
        for _ in range(number):
            another(label)
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(address)
        assert len(page.context["cl"].result_list) >= number
        asked.append([query["sql"] for query in queries])

    assert len(asked[0]) == len(asked[1]) == QUERIES[label], asked[1]
    # one count: that of the pages, which is that of what is shown
    assert sum("COUNT(*)" in sql.upper() for sql in asked[1]) <= 1
