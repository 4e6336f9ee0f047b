"""What operators manage beside the fleet: the sidebar, schedules, users and groups."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from partner.schedules import REFRESH_TASK, create_missing
from partner.vocabulary import KPI_ROLLUP
from tests.back_office import SAVED, faults_of, page_of, text_of
from tests.factories.operators import desk_of, make_operator, make_superuser

pytestmark = pytest.mark.django_db

SCHEDULES = "/admin/django_celery_beat/periodictask/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


class TestNavigation:
    def entries_for(self, client: Client) -> dict[str, list[str]]:
        groups = client.get("/admin/").context["sidebar_navigation"]
        return {group["title"]: [entry["title"] for entry in group["items"]] for group in groups}

    def test_it_groups_what_there_is(self, desk: Client) -> None:
        assert self.entries_for(desk) == {
            "Fleet": [
                "Assets",
                "Sites",
                "Inverters",
                "Changes of limits",
                "Changes of sites' limits",
                "Imports and exports",
            ],
            "Partners": ["Profiles", "Partner keys", "Snapshots", "Custom kinds"],
            "System": [
                "API keys",
                "Schedules",
                "Users",
                "Groups",
                "One-time codes",
                "Failed logins",
                "Audit trail",
                "Health",
                "Dead events",
            ],
        }

    def test_it_shows_an_operator_what_they_may_open(self) -> None:
        operator = make_operator("sites.view_site", "partner.change_apikey")

        assert self.entries_for(desk_of(operator)) == {"Fleet": ["Sites"], "System": ["API keys", "Health"]}

    @pytest.mark.parametrize(("name", "colour"), [("Training", "info"), ("Production", "danger")])
    def test_a_label_tells_desks_apart(self, desk: Client, settings: Any, name: str, colour: str) -> None:
        settings.ENVIRONMENT = name

        assert desk.get("/admin/").context["environment"] == [name, colour]

    def test_nothing_on_a_page_comes_from_outside(self, desk: Client) -> None:
        """[C16]"""
        text = text_of(desk.get("/admin/"))

        assert 'src="http' not in text
        assert '<link href="http' not in text


class TestSchedules:
    @pytest.fixture
    def task(self) -> PeriodicTask:
        create_missing()
        return PeriodicTask.objects.get(task=REFRESH_TASK, kwargs__contains=KPI_ROLLUP)

    def form_of(self, stored: PeriodicTask, **fields: str) -> dict[str, str]:
        schedule = {"interval": str(stored.interval_id or ""), "crontab": str(stored.crontab_id or "")}
        form = {"name": stored.name, "task": stored.task, "enabled": "on", "args": stored.args, "kwargs": stored.kwargs}
        return form | schedule | {"expire_seconds": "120"} | fields

    def test_an_operator_changes_how_often_snapshots_are_computed(self, desk: Client, task: PeriodicTask) -> None:
        """[P6]"""
        often = IntervalSchedule.objects.create(every=5, period="minutes")

        assert desk.post(page_of(task), self.form_of(task, interval=str(often.pk))).status_code == SAVED

        task.refresh_from_db()
        assert (task.interval, json.loads(task.kwargs)) == (often, {"kind": "kpi-rollup"})

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"kwargs": "[]"}, 'This should be JSON: an object, such as {"kind": "kpi-rollup"}.'),
            ({"kwargs": "{"}, 'This should be JSON: an object, such as {"kind": "kpi-rollup"}.'),
            ({"args": "5"}, "This should be JSON: a list, such as []."),
            ({"task": "os.system"}, "Select a valid choice. os.system is not one of the available choices."),
            ({"interval": ""}, "One of clocked, interval, crontab, or solar must be set."),
        ],
    )
    def test_it_says_what_cannot_be(
        self, desk: Client, task: PeriodicTask, fields: dict[str, str], sentence: str
    ) -> None:
        assert sentence in faults_of(desk.post(page_of(task), self.form_of(task, **fields)))

    @pytest.mark.parametrize(
        ("every", "period"), [("0", "seconds"), ("1", "microseconds"), ("367", "days"), ("2147483647", "days")]
    )
    def test_no_interval_is_stored_that_a_clock_cannot_keep(self, desk: Client, every: str, period: str) -> None:
        before = IntervalSchedule.objects.count()

        faults_of(desk.post("/admin/django_celery_beat/intervalschedule/add/", {"every": every, "period": period}))

        assert IntervalSchedule.objects.count() == before

    def test_no_time_is_stored_that_never_comes(self, desk: Client) -> None:
        never = {"minute": "0", "hour": "0", "day_of_month": "31", "month_of_year": "2", "day_of_week": "*"}

        answer = desk.post("/admin/django_celery_beat/crontabschedule/add/", never | {"timezone": "UTC"})

        assert faults_of(answer) == ["This time never comes."]

    def test_a_time_that_comes_is_stored(self, desk: Client) -> None:
        daily = {"minute": "30", "hour": "4", "day_of_month": "*", "month_of_year": "*", "day_of_week": "*"}

        desk.post("/admin/django_celery_beat/crontabschedule/add/", daily | {"timezone": "Europe/Berlin"})

        assert CrontabSchedule.objects.filter(hour="4", minute="30").exists()


class TestAccounts:
    @pytest.fixture
    def manager(self) -> Client:
        """Somebody who looks after users, and is no superuser."""
        return desk_of(
            make_operator("auth.view_user", "auth.change_user", "auth.add_user", "auth.delete_user", name="m")
        )

    def test_who_looks_after_users_gives_nobody_more_rights(self, manager: Client) -> None:
        olga = make_operator()
        everything = [str(permission.pk) for permission in Permission.objects.all()]
        form = {"username": "olga", "first_name": "Olga", "is_active": "on", "is_superuser": "on"}

        manager.post(page_of(olga), form | {"user_permissions": everything})

        olga.refresh_from_db()
        assert (olga.first_name, olga.is_superuser, olga.user_permissions.count()) == ("Olga", False, 0)

    def test_a_superuser_is_changed_by_superusers_alone(self, manager: Client) -> None:
        anna = make_superuser()

        assert manager.post(page_of(anna), {"username": "anna2"}).status_code == 403
        assert manager.post(page_of(anna, "delete"), {"post": "yes"}).status_code == 403
        assert manager.post(page_of(anna, "password"), {"password1": "x"}).status_code == 403
        assert User.objects.filter(username="anna").exists()

    def test_groups_are_edited_by_superusers_alone(self) -> None:
        group = Group.objects.create(name="Traders")
        manager = desk_of(make_operator("auth.view_group", "auth.change_group", "auth.add_group"))

        assert manager.post(page_of(group), {"name": "x"}).status_code == 403
        assert manager.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403


class TestLogin:
    def test_it_leads_to_the_desk(self, client: Client) -> None:
        User.objects.create_superuser("anna", password="a password for tests")

        answer = client.post("/admin/login/", {"username": "anna", "password": "a password for tests"})

        assert answer["Location"] == "/admin/"

    @pytest.mark.parametrize("cookie", ['"\\000aaaaaaaaaaaa"', "x" * 5000, "short"])
    def test_a_session_cookie_that_none_can_have_is_no_session(self, client: Client, cookie: str) -> None:
        client.cookies.load(f"sessionid={cookie}")

        assert client.get("/admin/").status_code == 302
