"""Each role sees and does what its name says: by page, by POST, and by the API with a session [P22] [C14]."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.desk.roles import ROLES, permissions_of
from tests.back_office import page_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, role_named
from tests.factories.plants import make_site

pytestmark = pytest.mark.django_db

REFUSED = 403
PAGES = {
    "assets": "/admin/assets/asset/",
    "sites": "/admin/sites/site/",
    "limits": "/admin/markets/limitchange/",
    "snapshots": "/admin/partner/snapshot/",
    "profiles": "/admin/partner/partnerprofile/",
    "partner keys": "/admin/partner/partnerkey/",
    "schedules": "/admin/django_celery_beat/periodictask/",
    "api keys": "/admin/partner/apikey/",
    "users": "/admin/auth/user/",
    "groups": "/admin/auth/group/",
    "failed logins": "/admin/axes/accessattempt/",
}
FLEET_AND_MARKETS = {"assets", "sites", "limits", "snapshots", "profiles"}
OPENED = {
    "Viewer": FLEET_AND_MARKETS,
    "Trader": FLEET_AND_MARKETS,
    "Operator": {*FLEET_AND_MARKETS, "schedules"},
    "Partner manager": {"assets", "sites", "snapshots", "profiles", "partner keys", "schedules"},
    "Administrator": set(PAGES),
}
# Who may, of: moving an asset, correcting it, setting its status, adding a site, changing limits, issuing keys.
DONE = {
    "Viewer": set(),
    "Trader": {"limits"},
    "Operator": {"move", "correct", "status", "site", "limits"},
    "Partner manager": {"partner key"},
    "Administrator": {"move", "correct", "status", "site", "limits", "partner key", "api key", "user"},
}


def somebody(role: str) -> User:
    operator = User.objects.create_user(f"{role.lower().replace(' ', '-')}", is_staff=True)
    operator.groups.set([role_named(role)])
    return operator


@pytest.fixture(params=list(ROLES))
def role(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def desk(role: str) -> Client:
    return desk_of(somebody(role))


def test_a_role_has_the_permissions_that_it_is_written_with(role: str) -> None:
    found = role_named(role).permissions.values_list("content_type__app_label", "codename")

    assert set(found) == set(permissions_of(role))


def test_a_role_opens_its_pages_and_no_others(role: str, desk: Client) -> None:
    statuses = {name: desk.get(path).status_code for name, path in PAGES.items()}

    assert statuses == {name: 200 if name in OPENED[role] else REFUSED for name in PAGES}


def test_a_role_does_what_it_may_and_nothing_else_by_post(role: str, desk: Client) -> None:
    asset = make_asset()
    posts: dict[str, tuple[str, dict[str, Any]]] = {
        "move": (page_of(asset, "move/commission"), {}),
        "correct": (page_of(asset), {"name": "Another name"}),
        "status": (page_of(asset, "set-status"), {}),
        "site": ("/admin/sites/site/add/", {}),
        "limits": ("/admin/markets/limitchange/add/", {}),
        "partner key": ("/admin/partner/partnerkey/add/", {}),
        "api key": ("/admin/partner/apikey/add/", {}),
        "user": ("/admin/auth/user/add/", {}),
    }

    statuses = {name: desk.post(path, sent).status_code for name, (path, sent) in posts.items()}

    assert {name for name, status in statuses.items() if status != REFUSED} == DONE[role]


def test_a_role_does_the_same_by_the_api_with_its_session(role: str, desk: Client) -> None:
    asset, site = make_asset(), make_site()
    calls = {
        "move": ("post", f"/api/v1/assets/{asset.pk}/actions/commission"),
        "correct": ("patch", f"/api/v1/assets/{asset.pk}"),
        "site": ("patch", f"/api/v1/sites/{site.pk}"),
        "limits": ("patch", "/api/v1/limits"),
        "forecasts": ("put", "/api/v1/forecasts"),
        "telemetry": ("put", "/api/v1/telemetry/sites"),
    }

    answers = {
        name: getattr(desk, method)(path, data="{}" if name != "move" else "", content_type="application/json")
        for name, (method, path) in calls.items()
    }

    means = {"forecasts": "limits", "telemetry": "site"}
    allowed = {name for name in calls if means.get(name, name) in DONE[role]}
    assert {name for name, answer in answers.items() if answer.status_code != REFUSED} == allowed


def test_a_lifecycle_button_is_shown_to_who_may_press_it(role: str, desk: Client) -> None:
    page = desk.get(page_of(make_asset())).content.decode()

    assert ("confirm-commission" in page) == ("move" in DONE[role])


def test_only_a_superuser_gives_roles(desk: Client, role: str) -> None:
    """Nobody makes themselves more than they are."""
    operator = User.objects.get(groups__name=role)

    desk.post(page_of(operator), {"username": operator.username, "is_superuser": "on", "is_active": "on"})

    assert not User.objects.get(pk=operator.pk).is_superuser
