"""The audit trail in the back office: every change has its author, before and after [P23] [C15]."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assets.statuses import set_status
from assets.vocabulary import ReasonCategory, Status
from config.desk.audit_list import Wanted, kinds, page
from tests.back_office import page_of
from tests.factories.assets import NOW, make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser, role_named

pytestmark = pytest.mark.django_db

AUDIT = "/admin/audit/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def changes(desk: Client, query: str = "") -> list[Any]:
    answer = desk.get(f"{AUDIT}?{query}")
    assert answer.status_code == 200
    return [change for change, *_ in answer.context["changes"]]


def told(change: Any) -> tuple[Any, ...]:
    return change.what, change.record, change.action, change.actor, change.before, change.after


def test_a_change_is_told_with_who_and_what_it_was_before(desk: Client) -> None:
    asset = make_asset()
    desk.post(page_of(asset, "move/commission"))

    newest = changes(desk, f"record={asset.pk}")[0]

    assert told(newest) == (
        "asset",
        asset.pk,
        "update",
        "user:anna",
        {"lifecycle": "DRAFT"},
        {"lifecycle": "COMMISSIONING"},
    )
    assert newest.request_id == "request-of-the-test"


def test_what_operators_do_to_users_is_told_without_their_passwords(desk: Client) -> None:
    olga = make_operator(name="olga")
    desk.post(page_of(olga), {"username": "olga", "email": "olga@example.org", "is_active": "on", "is_staff": "on"})

    newest = next(one for one in changes(desk, "what=operator&actor=anna") if one.action == "update")

    assert newest.after == {"email": "olga@example.org"}
    assert "password" not in str([one.after for one in changes(desk, "what=operator")])


def test_a_login_is_no_change(desk: Client) -> None:
    make_operator(name="olga")
    before = len(changes(desk, "what=operator"))

    Client().force_login(User.objects.get(username="olga"))

    assert len(changes(desk, "what=operator")) == before


def test_giving_a_role_is_told(desk: Client) -> None:
    olga = make_operator(name="olga")
    olga.groups.add(role_named("Trader"))

    assert [one.action for one in changes(desk, "what=operator+role")] == ["insert"]


def test_a_status_that_an_operator_sets_is_told(desk: Client) -> None:
    asset = make_asset()
    set_status(
        asset_id=asset.pk,
        status=Status.MAINTENANCE,
        category=ReasonCategory.MAINTENANCE,
        detail="Inverter replaced",
        by="user:olga",
        now=NOW.replace(hour=12),
    )

    (newest,) = changes(desk, "what=status")

    assert told(newest) == (
        "status",
        asset.pk,
        "set",
        "user:olga",
        {"status": "UNKNOWN", "reason": None},
        {"status": "MAINTENANCE", "reason": "Inverter replaced"},
    )


@pytest.mark.parametrize(
    ("query", "number"), [("record=NOWHERE", 0), ("actor=ANNA&what=asset", 3), ("actor=nobody", 0), ("request_id=x", 0)]
)
def test_it_is_searched(desk: Client, query: str, number: int) -> None:
    make_asset(name="A"), make_asset(name="B"), make_asset(name="C")

    assert len(changes(desk, query)) == number


def test_it_is_read_page_by_page_and_nothing_is_lost(desk: Client) -> None:
    for _ in range(30):
        make_asset()
    among = [kind for kind in kinds() if kind.name == "asset"]

    found: list[Any] = []
    before = None
    while True:
        part, before = page(Wanted(before=before), among=among, size=7)
        found += part
        if before is None:
            break

    assert len({one.record for one in found}) == len(found) == 30
    assert found == sorted(found, key=lambda one: one.at, reverse=True)


def test_it_is_taken_away_as_csv(desk: Client) -> None:
    make_asset(name="=cmd()")

    answer = desk.get(f"{AUDIT}?what=asset&format=csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [row["action"] for row in rows] == ["insert"]
    assert not any(cell.startswith("=") for cell in rows[0].values())


def test_each_sees_what_they_may_see() -> None:
    make_asset()
    viewer = desk_of(make_operator("sites.view_site"))

    assert changes(viewer) == []
    assert viewer.get(AUDIT).context["kinds"] == [("site", "site")]
    assert desk_of(make_operator(name="nora")).get(AUDIT).status_code == 403


@pytest.mark.parametrize(
    "query", ["from=abc", "to=9999-12-31", "before=abc", "before=0001-01-01T00:00:00%2B14:00", "what=%00", "record=%00"]
)
def test_no_question_breaks_it(desk: Client, query: str) -> None:
    assert desk.get(f"{AUDIT}?{query}").status_code in (200, 400)


def test_every_record_that_the_back_office_changes_has_a_trail() -> None:
    """[P23]: whatever can be added or changed by a form is audited, or keeps its own trail."""
    names = {kind.name for kind in kinds()}

    assert names >= {
        *("asset", "site", "inverter", "spec", "API key", "partner key", "partner profile", "tariff period"),
        *("operator", "role", "operator role", "operator right", "role right", "schedule", "interval", "crontab"),
        *("limits", "status", "custom kind"),
    }
