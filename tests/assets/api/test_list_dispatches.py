"""Listing dispatches over HTTP [D1]."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from assets import operations
from assets.models import Asset, Dispatch
from assets.periods import delivery_day_window
from assets.vocabulary import DispatchStatus
from tests.clients import Api, faults_of, next_page, read
from tests.factories.assets import ACTOR, make_asset
from tests.factories.dispatches import MAY, PATH, listed, make_dispatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@pytest.fixture
def battery() -> Asset:
    return make_asset()


@pytest.fixture
def neighbour() -> Asset:
    """Another battery, whose id comes after the first one's."""
    return make_asset(code="WV")


def ids_of(dispatches: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in dispatches]


def test_a_dispatch_is_answered_as_it_is_stored(api: Api, battery: Asset) -> None:
    """[D1] [C2]"""
    acknowledged = datetime(2026, 5, 1, 5, 0, 1, 250_000, tzinfo=UTC)
    attributes = {"order": "A-1", "legs": [{"mw": 1.5}], "note": None}
    make_dispatch(
        battery,
        "e1",
        power="-7.500000",
        status=DispatchStatus.ACKNOWLEDGED,
        acknowledged_at=acknowledged,
        attributes=attributes,
    )
    assert read(api.get(f"{PATH}?asset_ids={battery.pk}&{MAY}")) == {
        "limit": 50,
        "offset": 0,
        "dispatches": [
            {
                "id": "e1",
                "asset_id": battery.pk,
                "start_time": "2026-05-01T06:00:00Z",
                "end_time": "2026-05-01T06:15:00Z",
                "delivery_day": "2026-05-01",
                "power": "-7.5",
                "source": "OPTIMIZER",
                "market": "INTRADAY",
                "issued_at": "2026-05-01T05:00:00.000000Z",
                "acknowledged_at": "2026-05-01T05:00:01.250000Z",
                "status": "ACKNOWLEDGED",
                "attributes": attributes,
                "created_at": "2026-05-01T08:00:00.000000Z",
            }
        ],
    }


def test_what_was_not_acknowledged_says_so(api: Api, battery: Asset) -> None:
    make_dispatch(battery, "e1")
    (one,) = listed(api, f"asset_ids={battery.pk}&{MAY}")
    assert (one["acknowledged_at"], one["status"], one["attributes"]) == (None, "ISSUED", {})


@pytest.mark.parametrize(
    ("second", "answered"),
    [("20", "06:00:20Z"), ("20.5", "06:00:20.500000Z"), ("00.000001", "06:00:00.000001Z"), ("10.000000", "06:00:10Z")],
)
def test_it_may_start_on_no_grid_and_loses_nothing(api: Api, battery: Asset, second: str, answered: str) -> None:
    """[D1] (decided): a fraction is answered where there is one."""
    start = datetime.fromisoformat("2026-05-01T06:00:00+00:00") + timedelta(seconds=float(second))
    make_dispatch(battery, "e1", start_time=start, end_time=start + timedelta(seconds=4))
    (one,) = listed(api, f"asset_ids={battery.pk}&{MAY}")
    assert one["start_time"] == f"2026-05-01T{answered}"
    again = listed(api, f"asset_ids={battery.pk}&from={one['start_time']}&to={one['end_time']}")
    assert ids_of(again) == ["e1"]


def test_dispatches_are_ordered_by_asset_start_issue_and_id(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[D1]"""
    make_dispatch(neighbour, "a", hour=6)
    make_dispatch(battery, "b", hour=7)
    make_dispatch(battery, "d", hour=6)
    make_dispatch(battery, "c", hour=6)
    make_dispatch(battery, "e", hour=6, issued_at=datetime(2026, 5, 1, 4, tzinfo=UTC))
    assert ids_of(listed(api, f"asset_ids={neighbour.pk},{battery.pk}&{MAY}")) == ["e", "c", "d", "b", "a"]


@pytest.mark.parametrize(
    ("window", "found"),
    [
        ("from=2026-05-01T06:00:00Z&to=2026-05-01T08:00:00Z", ["e6", "e7"]),
        ("from=2026-05-01T07:00:00Z&to=2026-05-01T07:00:00Z", []),
        ("from=2026-05-01T06:00:00.000001Z&to=2026-05-01T08:00:00.000001Z", ["e7", "e8"]),
        ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999999Z", ["e6", "e7", "e8"]),
        ("delivery_day=2026-05-01", ["e6", "e7", "e8"]),
        ("delivery_day=2026-05-02", []),
    ],
)
def test_the_window_is_half_open_and_holds_starts(api: Api, battery: Asset, window: str, found: list[str]) -> None:
    """[D1] [C7]"""
    for hour in (6, 7, 8):
        make_dispatch(battery, f"e{hour}", hour=hour)
    assert ids_of(listed(api, f"asset_ids={battery.pk}&{window}")) == found


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 1)])
def test_the_delivery_day_is_the_markets_day_of_its_start(api: Api, battery: Asset, day: date) -> None:
    """[C7]: derived by the server, of 23, 25 or 24 hours."""
    start, end = delivery_day_window(day)
    for name, instant in (
        ("before", start - timedelta(seconds=1)),
        ("last", end - timedelta(seconds=1)),
        ("first", start),
    ):
        make_dispatch(battery, name, start_time=instant, end_time=instant + timedelta(minutes=5))
    found = listed(api, f"asset_ids={battery.pk}&delivery_day={day}")
    assert [(one["id"], one["delivery_day"]) for one in found] == [("first", str(day)), ("last", str(day))]


@pytest.mark.parametrize("limit", [1, 2, 4, 9])
def test_pages_follow_each_other_without_gap_or_repeat(api: Api, limit: int) -> None:
    """[C5]"""
    assets = [make_asset(code=code) for code in ("A", "B", "C")]
    for asset in assets:
        for number in range(3):
            make_dispatch(asset, f"e{number}", hour=6 + number // 2)
    whole = f"{PATH}?asset_ids={','.join(asset.pk for asset in reversed(assets))}&{MAY}"
    everything = read(api.get(whole))["dispatches"]
    assert len(everything) == 9
    path: str | None = f"{whole}&limit={limit}"
    gathered: list[dict[str, Any]] = []
    while path:
        answer = api.get(path)
        gathered += read(answer)["dispatches"]
        path = next_page(answer)
    assert gathered == everything


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        (MAY, [("asset_ids", "missing")]),
        ("asset_ids=A", [("from", "missing"), ("to", "missing")]),
        ("asset_ids=A&from=2026-05-01T00:00:00Z", [("to", "missing")]),
        (f"asset_ids=A&delivery_day=2026-05-01&{MAY}", [("from", "window"), ("to", "window")]),
        ("asset_ids=A&from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", [("to", "window")]),
        (f"asset_ids=A&{MAY}&latest=true", [("latest", "extra_forbidden")]),
        (f"asset_ids=A&{MAY}&cursor=made-up", [("cursor", "cursor")]),
        (f"asset_ids=A&{MAY}&limit=0", [("limit", "greater_than_equal")]),
    ],
)
def test_a_wrong_query_is_named(api: Api, query: str, faults: list[tuple[str, str]]) -> None:
    """[D1] [C4] [C5] [C7]"""
    assert faults_of(api.get(f"{PATH}?{query}")) == [(("query", name), kind) for name, kind in faults]


def test_a_key_sees_the_dispatches_of_its_own_assets(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[C14]; and [C8]: of assets that do not exist there are none."""
    make_dispatch(battery, "e1")
    make_dispatch(neighbour, "e2")
    query = f"asset_ids={battery.pk},{neighbour.pk},NONE&{MAY}"
    assert ids_of(listed(api, query)) == ["e1", "e2"]
    assert ids_of(listed(Api.with_key("assets:read", asset_ids=[neighbour.pk]), query)) == ["e2"]


def test_a_list_is_304_until_a_dispatch_of_it_comes(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[C13]"""
    path = f"{PATH}?asset_ids={battery.pk}&{MAY}"
    tag = api.get(path)["ETag"]
    make_dispatch(neighbour, "e1")
    assert api.get(path, If_None_Match=tag).status_code == 304
    make_dispatch(battery, "e1")
    assert ids_of(read(api.get(path, If_None_Match=tag))["dispatches"]) == ["e1"]


def test_the_dispatches_of_a_deleted_asset_go_with_it(api: Api, battery: Asset) -> None:
    """[A4]"""
    make_dispatch(battery, "e1")
    operations.delete_asset(asset_id=battery.pk, by=ACTOR)
    assert listed(api, f"asset_ids={battery.pk}&{MAY}") == []
    assert Dispatch.objects.count() == 0


def test_the_database_refuses_what_no_dispatch_can_be(battery: Asset) -> None:
    """One id twice for an asset; an end that is not after the start; a word that is no status."""
    start = datetime(2026, 5, 1, 6, tzinfo=UTC)
    make_dispatch(battery, "e1")
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"start_time": start - timedelta(hours=1)}, "one_dispatch_of_an_asset_has_an_id"),
        ({"dispatch_id": "e2", "end_time": start}, "dispatch_has_a_window"),
        ({"dispatch_id": "e2", "status": "DONE"}, "dispatch_status_is_known"),
    )
    for fields, constraint in wrong:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make_dispatch(battery, **{"dispatch_id": "e1", **fields})


def test_a_list_takes_two_statements_beside_the_key(
    api: Api, battery: Asset, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One for the revisions, one for the page."""
    make_dispatch(battery, "e1")
    with django_assert_num_queries(3):
        listed(api, f"asset_ids={battery.pk}&{MAY}")


def test_it_is_not_written_over_http(api: Api) -> None:
    """[D1]"""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api.send(method, PATH).status_code == 405
