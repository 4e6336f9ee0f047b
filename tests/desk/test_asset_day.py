"""An asset's delivery day, as its page's chart gets it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.periods import MARKET_ZONE
from tests.factories.assets import make_asset
from tests.factories.clients import ApiClient
from tests.factories.limits import limit_item, make_limits
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.periods import forecast, reservation
from tests.factories.specs import put_spec
from tests.factories.state_snapshots import make_snapshots, snapshot

pytestmark = pytest.mark.django_db

ALL_LISTS = {"limits", "reservations", "forecasts", "dispatches", "state_snapshots", "statuses"}


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def day_of(desk: Client, asset_id: str, day: str = "2026-05-01") -> dict[str, Any]:
    answer = desk.get(f"/admin/asset-day/{asset_id}?day={day}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_it_holds_what_the_api_lists_of_the_day(desk: Client) -> None:
    asset = make_asset()
    api = ApiClient()
    make_limits(limit_item(asset.pk))
    make_snapshots(snapshot(asset))
    api.represented("PUT", "/forecasts", {"forecasts": [forecast(asset.pk)]})
    api.represented("PUT", "/reservations", {"reservations": [reservation(asset.pk)]})

    day = day_of(desk, asset.pk)

    window = "from=2026-04-30T22:00:00Z&to=2026-05-01T22:00:00Z"
    for name, path in {"limits": "limits", "forecasts": "forecasts", "reservations": "reservations"}.items():
        assert day[name] == api.get(f"/{path}?asset_ids={asset.pk}&{window}")[name]
        assert day[name]
    assert [one["energy"] for one in day["state_snapshots"]] == [{"value": "5", "unit": "MWh"}]


@pytest.mark.parametrize(("day", "slots"), [("2026-03-29", 92), ("2026-05-01", 96), ("2026-10-25", 100)])
def test_a_day_has_the_slots_of_its_clock(desk: Client, day: str, slots: int) -> None:
    assert day_of(desk, make_asset().pk, day)["slots"] == slots


def test_a_window_that_reaches_into_the_day_is_in_it(desk: Client) -> None:
    asset = make_asset()
    early: dict[str, Any] = {"start_time": "2026-04-30T10:00:00Z", "end_time": "2026-05-01T10:00:00Z"}
    ApiClient().represented("PUT", "/forecasts", {"forecasts": [forecast(asset.pk, **early)]})

    assert [one["end_time"] for one in day_of(desk, asset.pk)["forecasts"]] == ["2026-05-01T10:00:00Z"]


def test_it_says_what_the_asset_was_doing_when_the_day_began(desk: Client) -> None:
    asset = make_asset()

    assert day_of(desk, asset.pk)["status_before"] is None
    assert day_of(desk, asset.pk, "2026-05-02")["status_before"] == "UNKNOWN"


def test_it_says_what_the_asset_can_do(desk: Client) -> None:
    asset = make_asset()
    put_spec(asset, 1)

    assert day_of(desk, asset.pk)["spec"] is None
    assert set(day_of(desk, asset.pk, "2026-06-01")["spec"]) == {
        "rated_power",
        "grid_connection_max_power",
        "max_capacity",
    }


def test_without_a_day_it_is_today(desk: Client) -> None:
    answer = desk.get(f"/admin/asset-day/{make_asset().pk}")

    assert answer.json()["day"] == f"{timezone.now().astimezone(MARKET_ZONE):%Y-%m-%d}"


def test_what_an_operator_may_not_see_is_left_out() -> None:
    asset = make_asset()
    viewer = desk_of(make_operator("assets.view_asset", "markets.view_limit"))

    assert set(day_of(viewer, asset.pk)) & ALL_LISTS == {"limits"}
    assert desk_of(make_operator(name="nora")).get(f"/admin/asset-day/{asset.pk}").status_code == 403


def test_who_is_not_logged_in_is_sent_to_the_login(client: Client) -> None:
    assert client.get("/admin/asset-day/X")["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("day", ["abc", "2026-13-01", "0001-01-01", "9999-12-31", "2026-W01-1%00"])
def test_what_is_no_day_is_refused(desk: Client, day: str) -> None:
    assert desk.get(f"/admin/asset-day/{make_asset().pk}?day={day}").status_code == 400


def test_an_unknown_asset_is_404(desk: Client) -> None:
    assert desk.get("/admin/asset-day/NOWHERE").status_code == 404


def test_it_takes_the_same_queries_whatever_the_day_holds(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asset = make_asset()
    make_limits(limit_item(asset.pk, start_time="00:00", end_time="24:00"))
    day_of(desk, asset.pk)

    with django_assert_num_queries(11):  # session, user, asset, spec, status before, and the six parts
        day_of(desk, asset.pk)
