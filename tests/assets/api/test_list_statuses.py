"""Listing status entries over HTTP [S1] [S2]."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets import operations
from assets.models import Asset, StatusEntry
from assets.vocabulary import Status
from tests.clients import Api, faults_of, next_page, read
from tests.factories.assets import ACTOR, NOW, asset_body, make_asset
from tests.factories.statuses import PATH, listed, note

pytestmark = pytest.mark.django_db

DAY = "2026-05-01T00:00:00Z"
REASON = {"category": "GRID", "detail": "Redispatch", "source": "SCADA", "attributes": {"code": 17, "of": [1, None]}}


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@pytest.fixture
def battery() -> Asset:
    """An asset whose first entry is of eight o'clock."""
    return make_asset()


@pytest.fixture
def neighbour() -> Asset:
    """Another, whose id comes after the first one's."""
    return make_asset(code="WV")


def said(entries: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    """The code of the asset, the hour and the status of each entry."""
    return [(one["asset_id"].split("_")[2], int(one["effective_at"][11:13]), one["status"]) for one in entries]


def test_an_entry_is_answered_as_it_is_stored(api: Api, battery: Asset) -> None:
    """[S2]"""
    note(battery, Status.DEGRADED, hour=9, reasons=[REASON])
    path = f"{PATH}?asset_ids={battery.pk}&from=2026-05-01T09:00:00Z"
    assert read(api.get(path)) == {
        "limit": 50,
        "offset": 0,
        "statuses": [
            {
                "asset_id": battery.pk,
                "status": "DEGRADED",
                "effective_at": "2026-05-01T09:00:00.000000Z",
                "reasons": [REASON],
                "created_at": "2026-05-01T08:00:00.000000Z",
            }
        ],
    }


def test_the_history_is_ordered_by_instant_asset_and_event(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[S1]: whenever they arrived."""
    note(neighbour, Status.FAULT, hour=10, event_id="b")
    note(neighbour, Status.ONLINE, hour=10, event_id="a")
    note(battery, Status.OFFLINE, hour=10)
    note(battery, Status.ONLINE, hour=9)
    found = listed(api, f"asset_ids={neighbour.pk},{battery.pk}&to=2026-05-02T00:00:00Z")
    assert said(found) == [
        ("WU", 8, "UNKNOWN"),
        ("WV", 8, "UNKNOWN"),
        ("WU", 9, "ONLINE"),
        ("WU", 10, "OFFLINE"),
        ("WV", 10, "ONLINE"),
        ("WV", 10, "FAULT"),
    ]


@pytest.mark.parametrize(
    ("window", "hours"),
    [
        ("from=2026-05-01T09:00:00Z&to=2026-05-01T11:00:00Z", [9, 10]),
        ("from=2026-05-01T10:00:00Z", [10, 11]),
        ("to=2026-05-01T10:00:00Z", [8, 9]),
        ("latest=false&to=2026-05-01T10:00:00Z", [8, 9]),
        ("from=2026-05-01T09:00:00Z&to=2026-05-01T09:00:00Z", []),
        ("from=2026-05-01T09:00:00.000001Z&to=2026-05-01T10:00:00.000001Z", [10]),
        ("from=2026-05-01T11:00:00%2B02:00&to=2026-05-01T10:00:00Z", [9]),
        ("from=0001-01-01T00:00:00Z", [8, 9, 10, 11]),
        ("to=9999-12-31T23:59:59.999999Z", [8, 9, 10, 11]),
    ],
)
def test_the_window_is_half_open_and_may_have_one_edge(api: Api, battery: Asset, window: str, hours: list[int]) -> None:
    """[S1] [C7]"""
    for hour in (11, 9, 10):
        note(battery, Status.ONLINE, hour=hour)
    assert [hour for _code, hour, _status in said(listed(api, f"asset_ids={battery.pk}&{window}"))] == hours


def test_a_window_without_an_end_reaches_into_the_future(api: Api, battery: Asset) -> None:
    """(decided): an entry may announce what is to come, and the answer does not depend on the clock."""
    note(battery, Status.MAINTENANCE, hour=9, effective_at=NOW.replace(year=2999))
    found = listed(api, f"asset_ids={battery.pk}&from=2026-06-01T00:00:00Z")
    assert [one["effective_at"][:4] for one in found] == ["2999"]


def test_the_latest_of_an_asset_is_the_one_that_is_effective_last(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[S1]: one per asset, ordered by asset."""
    note(neighbour, Status.FAULT, hour=12, event_id="b")
    note(neighbour, Status.ONLINE, hour=12, event_id="a")
    note(neighbour, Status.OFFLINE, hour=11)
    found = listed(api, f"asset_ids={neighbour.pk},{battery.pk},NONE,{battery.pk}&latest=true")
    assert said(found) == [("WU", 8, "UNKNOWN"), ("WV", 12, "FAULT")]


def test_a_status_is_looked_for_in_the_history(api: Api, battery: Asset) -> None:
    """[S1] [C6]: any of those that are given."""
    for hour, status in ((9, Status.ONLINE), (10, Status.FAULT), (11, Status.ONLINE), (12, Status.OFFLINE)):
        note(battery, status, hour=hour)
    query = f"asset_ids={battery.pk}&from=2026-05-01T00:00:00Z"
    assert [hour for _code, hour, _status in said(listed(api, f"{query}&status=ONLINE"))] == [9, 11]
    assert [hour for _code, hour, _status in said(listed(api, f"{query}&status=FAULT,OFFLINE&status=FAULT"))] == [
        10,
        12,
    ]
    assert listed(api, f"{query}&status=DEGRADED") == []


def test_with_latest_a_status_is_looked_for_in_the_latest_entries_alone(
    api: Api, battery: Asset, neighbour: Asset
) -> None:
    """[S1]: an asset that was faulty before is not."""
    note(battery, Status.FAULT, hour=9)
    note(battery, Status.ONLINE, hour=10)
    note(neighbour, Status.FAULT, hour=9)
    query = f"asset_ids={battery.pk},{neighbour.pk}&latest=true"
    assert said(listed(api, f"{query}&status=FAULT")) == [("WV", 9, "FAULT")]
    assert said(listed(api, f"{query}&status=ONLINE&status=FAULT")) == [("WU", 10, "ONLINE"), ("WV", 9, "FAULT")]
    assert listed(api, f"{query}&status=UNKNOWN") == []


@pytest.mark.parametrize(
    "query", ["from=2026-05-01T00:00:00Z", "latest=true", "from=2026-05-01T00:00:00Z&status=ONLINE"]
)
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_without_gap_or_repeat(api: Api, query: str, limit: int) -> None:
    """[C5]"""
    assets = [make_asset(code=code) for code in ("A", "B", "C")]
    for asset in assets:
        for event_id in ("a", "b"):
            note(asset, Status.ONLINE, hour=9, event_id=event_id)
    whole = f"{PATH}?asset_ids={','.join(asset.pk for asset in reversed(assets))}&{query}"
    everything = read(api.get(whole))["statuses"]
    assert len(everything) == {"from": 9, "late": 3}[query[:4]] - (3 if "ONLINE" in query else 0)
    offsets = [read(api.get(f"{whole}&limit={limit}&offset={start}"))["statuses"] for start in range(0, 9, limit)]
    assert [entry for page in offsets for entry in page] == everything

    path: str | None = f"{whole}&limit={limit}"
    gathered: list[dict[str, Any]] = []
    while path:
        answer = api.get(path)
        gathered += read(answer)["statuses"]
        path = next_page(answer)
    assert gathered == everything


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("latest=true", [("asset_ids", "missing")]),
        ("asset_ids=A", [("from", "missing")]),
        ("asset_ids=A&latest=false", [("from", "missing")]),
        ("asset_ids=A&status=ONLINE", [("from", "missing")]),
        ("asset_ids=A&latest=true&from=2026-05-01T00:00:00Z", [("from", "latest_or_window")]),
        ("asset_ids=A&latest=true&to=2026-05-01T00:00:00Z", [("to", "latest_or_window")]),
        ("asset_ids=A&from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", [("to", "window")]),
        ("asset_ids=A&from=2026-05-01", [("from", "datetime_parsing")]),
        ("asset_ids=A&from=", [("from", "datetime_parsing")]),
        ("asset_ids=A&to=2026-05-01T06:00:00", [("to", "timezone_aware")]),
        ("asset_ids=A&latest=yes", [("latest", "bool_parsing"), ("from", "missing")]),
        ("asset_ids=A&latest=true&status=online", [("status", 0, "enum")]),
        ("asset_ids=A&latest=true&status=ONLINE,,FAULT", [("status", "empty_element")]),
        ("asset_ids=A&delivery_day=2026-05-01", [("from", "missing"), ("delivery_day", "extra_forbidden")]),
        ("asset_ids=A&latest=true&cursor=made-up", [("cursor", "cursor")]),
        (f"asset_ids={','.join(map(str, range(501)))}&latest=true", [("asset_ids", "too_long")]),
    ],
)
def test_a_wrong_query_is_named(api: Api, query: str, faults: list[tuple[str | int, ...]]) -> None:
    """[S1] [C4] [C5] [C6] [C7]"""
    assert faults_of(api.get(f"{PATH}?{query}")) == [(("query", *place), kind) for *place, kind in faults]


@pytest.mark.parametrize("query", ["from=2026-05-01T00:00:00Z", "latest=true"])
def test_a_key_sees_the_entries_of_its_own_assets(api: Api, battery: Asset, neighbour: Asset, query: str) -> None:
    """[C14]"""
    path = f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&{query}"
    assert len(read(api.get(path))["statuses"]) == 2
    seen = read(Api.with_key("assets:read", asset_ids=[neighbour.pk]).get(path))["statuses"]
    assert [one["asset_id"] for one in seen] == [neighbour.pk]


def test_a_list_is_304_until_an_entry_of_it_comes(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[C13]"""
    path = f"{PATH}?asset_ids={battery.pk}&latest=true"
    tag = api.get(path)["ETag"]
    note(neighbour, Status.ONLINE, hour=9)
    assert api.get(path, If_None_Match=tag).status_code == 304
    note(battery, Status.ONLINE, hour=9)
    assert api.get(path, If_None_Match=tag).status_code == 200


def test_an_asset_that_is_made_later_is_another_list(api: Api) -> None:
    """[C13] [A6]: a new asset has an entry."""
    path = f"{PATH}?asset_ids=DE_50HZ_NEW_1&latest=true"
    tag = api.get(path)["ETag"]
    operations.create_asset(fields=asset_body(code="NEW"), by=ACTOR, now=NOW)
    assert len(read(api.get(path, If_None_Match=tag))["statuses"]) == 1


def test_the_entries_of_a_deleted_asset_go_with_it(api: Api, battery: Asset) -> None:
    """[A4]"""
    note(battery, Status.ONLINE, hour=9)
    operations.delete_asset(asset_id=battery.pk, by=ACTOR)
    assert StatusEntry.objects.count() == 0
    assert listed(api, f"asset_ids={battery.pk}&latest=true") == []


def test_the_list_takes_two_statements_beside_the_key(
    api: Api, battery: Asset, neighbour: Asset, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One for the revisions, one for the page."""
    path = f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&latest=true"
    tag = api.get(path)["ETag"]
    with django_assert_num_queries(3):
        api.get(path)
    with django_assert_num_queries(2):
        assert api.get(path, If_None_Match=tag).status_code == 304


def test_it_is_not_written_over_http(api: Api) -> None:
    """[S2]"""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api.send(method, PATH).status_code == 405
