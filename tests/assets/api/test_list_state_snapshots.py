"""Listing state snapshots over HTTP [SS2]."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset
from assets.periods import delivery_day_window
from config.api.values import recorded
from tests.clients import Api, faults_of, next_page, read
from tests.factories.assets import make_asset
from tests.factories.state_snapshots import MAY, PATH, at, listed, make_snapshots, mwh, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def battery() -> Asset:
    return make_asset()


@pytest.fixture
def neighbour() -> Asset:
    """Another battery, whose id comes after the first one's."""
    return make_asset(code="WV")


@pytest.fixture
def api() -> Api:
    return Api.with_key()


def keys_of(snapshots: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """The code of the asset and the hour of each snapshot."""
    return [(one["asset_id"].split("_")[2], int(one["effective_at"][11:13])) for one in snapshots]


def test_snapshots_are_listed_by_instant_and_asset(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[SS2]"""
    make_snapshots(*(snapshot(asset, hour) for hour in (8, 6, 7) for asset in (neighbour, battery)))
    found = listed(api, f"{neighbour.pk},{battery.pk}")
    assert keys_of(found) == [(code, hour) for hour in (6, 7, 8) for code in ("WU", "WV")]


@pytest.mark.parametrize(
    ("window", "hours"),
    [
        (f"from={at(6)}&to={at(8)}", [6, 7]),
        (f"from={at(7)}&to={at(7)}", []),
        ("from=2026-05-01T06:00:00.000001Z&to=2026-05-01T08:00:00.000001Z", [7, 8]),
        ("from=2026-05-01T08:00:00%2B02:00&to=2026-05-01T09:00:00%2B02:00", [6]),
        ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999999Z", [6, 7, 8]),
        (f"latest=false&from={at(8)}", [8]),
        ("delivery_day=2026-05-01", [6, 7, 8]),
        ("delivery_day=2026-05-02", []),
    ],
)
def test_the_window_is_half_open(api: Api, battery: Asset, window: str, hours: list[int]) -> None:
    """[SS2] [C7]"""
    make_snapshots(*(snapshot(battery, hour) for hour in (6, 7, 8)))
    assert [hour for _code, hour in keys_of(listed(api, battery.pk, window))] == hours


def test_a_window_without_an_end_ends_now(api: Api, battery: Asset) -> None:
    """[SS2]: what lies in the future is in a window that says so."""
    now = timezone.now()
    past, future = (recorded(now + timedelta(minutes=minutes)) for minutes in (-1, 1))
    make_snapshots(*(snapshot(battery, effective_at=instant) for instant in (past, future)))
    begun = f"from={recorded(now - timedelta(hours=1))}"
    assert [one["effective_at"] for one in listed(api, battery.pk, begun)] == [past]
    end = recorded(now + timedelta(hours=1))
    assert [one["effective_at"] for one in listed(api, battery.pk, f"{begun}&to={end}")] == [past, future]
    assert listed(api, battery.pk, f"from={end}") == []


@pytest.mark.parametrize(("day", "slots"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-05-01", 96)])
def test_a_delivery_day_is_the_markets_day(api: Api, battery: Asset, day: str, slots: int) -> None:
    """[C7]: 92, 96 or 100 quarters of an hour, from midnight to midnight in Europe/Berlin."""
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    quarters = [midnight + timedelta(minutes=15 * number) for number in range(-96, 192)]
    make_snapshots(*(snapshot(battery, effective_at=recorded(quarter)) for quarter in quarters))

    found = listed(api, battery.pk, f"delivery_day={day}")

    start, end = delivery_day_window(midnight.date())
    assert len(found) == slots
    assert found[0]["effective_at"] == recorded(start)
    assert found[-1]["effective_at"] == recorded(end - timedelta(minutes=15))


def test_the_latest_of_an_asset_is_the_one_that_is_effective_last(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[SS2]: also where it lies in the future; ordered by asset."""
    idle = make_asset(code="WT")
    make_snapshots(snapshot(neighbour, 3), *(snapshot(battery, hour) for hour in (6, 9, 7)))
    make_snapshots(snapshot(neighbour, effective_at="2999-01-01T04:00:00Z", energy=mwh("7")))
    found = listed(api, f"{neighbour.pk},{idle.pk},{battery.pk},{battery.pk}", "latest=true")
    assert keys_of(found) == [("WU", 9), ("WV", 4)]
    assert found[1]["energy"] == mwh("7")


def test_totals_are_those_of_the_whole_selection_on_every_page(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[SS2]: null counts as nothing; what is outside of the window or of other assets does not count."""
    make_snapshots(
        snapshot(battery, 1, charged_energy=mwh("100"), discharged_energy=mwh("100")),
        snapshot(battery, 6, charged_energy=mwh("0.25")),
        snapshot(battery, 7, charged_energy=mwh("1.000001"), discharged_energy=mwh("2")),
        snapshot(neighbour, 6, discharged_energy=mwh("0.5")),
        snapshot(make_asset(code="WX"), 6, charged_energy=mwh("100")),
    )
    path: str | None = f"{PATH}?asset_ids={neighbour.pk},{battery.pk}&from={at(6)}&to={at(8)}&limit=1"
    pages = 0
    while path:
        answer = api.get(path)
        page = read(answer)
        assert len(page["state_snapshots"]) == 1
        assert page["total_charged_energy"] == mwh("1.250001")
        assert page["total_discharged_energy"] == mwh("2.5")
        path, pages = next_page(answer), pages + 1
    assert pages == 3
    beyond = read(api.get(f"{PATH}?asset_ids={battery.pk}&from={at(6)}&to={at(8)}&offset=9"))
    assert (beyond["state_snapshots"], beyond["total_charged_energy"]) == ([], mwh("1.250001"))


def test_totals_of_the_latest_are_those_of_the_latest(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[SS2]: and not of the page."""
    make_snapshots(
        snapshot(battery, 6, charged_energy=mwh("100"), discharged_energy=mwh("100")),
        snapshot(battery, 7, charged_energy=mwh("1")),
        snapshot(neighbour, 5, charged_energy=mwh("2"), discharged_energy=mwh("0.5")),
    )
    for page in ("limit=50", "limit=1", "offset=1", "offset=2"):
        answer = read(api.get(f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&latest=true&{page}"))
        assert (answer["total_charged_energy"], answer["total_discharged_energy"]) == (mwh("3"), mwh("0.5"))


@pytest.mark.parametrize("query", [MAY, f"from={at()}", "latest=true", "delivery_day=2026-05-01"])
def test_nothing_comes_to_nothing(api: Api, query: str) -> None:
    """[SS2] [C8]: unknown assets have none, and 0 MWh."""
    assert read(api.get(f"{PATH}?asset_ids=NONE&{query}")) == {
        "limit": 50,
        "offset": 0,
        "state_snapshots": [],
        "total_charged_energy": mwh("0"),
        "total_discharged_energy": mwh("0"),
    }


@pytest.mark.parametrize("query", [MAY, "latest=true"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_without_gap_or_repeat(api: Api, query: str, limit: int) -> None:
    """[C5]"""
    assets = [make_asset(code=code) for code in ("A", "B", "C")]
    make_snapshots(*(snapshot(asset, hour) for asset in assets for hour in (6, 7)))
    ids = ",".join(asset.pk for asset in reversed(assets))
    everything = listed(api, ids, query)
    assert len(everything) == (3 if "latest" in query else 6)
    path: str | None = f"{PATH}?asset_ids={ids}&{query}&limit={limit}"
    gathered: list[dict[str, Any]] = []
    while path:
        answer = api.get(path)
        gathered += read(answer)["state_snapshots"]
        path = next_page(answer)
    assert gathered == everything
    for offset in range(len(everything) + 1):
        page = read(api.get(f"{PATH}?asset_ids={ids}&{query}&limit={limit}&offset={offset}"))
        assert page["state_snapshots"] == everything[offset : offset + limit]


def test_a_newer_snapshot_between_two_pages_of_the_latest_moves_no_asset(
    api: Api, battery: Asset, neighbour: Asset
) -> None:
    """[C5]: each asset is on one page, whatever comes in meanwhile."""
    make_snapshots(snapshot(battery, 6), snapshot(neighbour, 6))
    first = api.get(f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&latest=true&limit=1")
    make_snapshots(snapshot(battery, 9))
    path = next_page(first)
    assert path
    second = api.get(path)
    assert keys_of(read(first)["state_snapshots"] + read(second)["state_snapshots"]) == [("WU", 6), ("WV", 6)]
    assert next_page(second) is None


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        (MAY, [("asset_ids", "missing")]),
        ("asset_ids=A", [("from", "missing")]),
        (f"asset_ids=A&to={at()}", [("from", "missing")]),
        ("asset_ids=A&latest=false", [("from", "missing")]),
        (f"asset_ids=A&latest=true&from={at()}", [("from", "latest_or_window")]),
        (f"asset_ids=A&latest=true&to={at()}", [("to", "latest_or_window")]),
        (f"asset_ids=A&latest=true&{MAY}", [("from", "latest_or_window"), ("to", "latest_or_window")]),
        ("asset_ids=A&latest=true&delivery_day=2026-05-01", [("delivery_day", "latest_or_window")]),
        (f"asset_ids=A&delivery_day=2026-05-01&from={at()}", [("from", "window")]),
        (f"asset_ids=A&delivery_day=2026-05-01&to={at()}", [("to", "window")]),
        (f"asset_ids=A&from={at(7)}&to={at(6)}", [("to", "window")]),
        ("asset_ids=A&delivery_day=9999-12-31", [("delivery_day", "window")]),
        ("asset_ids=A&delivery_day=2026-02-30", [("delivery_day", "date_parsing")]),
        ("asset_ids=A&from=2026-05-01T06:00:00", [("from", "timezone_aware")]),
        ("asset_ids=A&latest=1", [("latest", "bool_parsing"), ("from", "missing")]),
        ("asset_ids=A,,B&latest=true", [("asset_ids", "empty_element")]),
        (f"asset_ids={','.join(map(str, range(501)))}&latest=true", [("asset_ids", "too_long")]),
        ("asset_ids=A&latest=true&limit=1001", [("limit", "less_than_equal")]),
        ("asset_ids=A&latest=true&cursor=made-up", [("cursor", "cursor")]),
        ("asset_ids=A&latest=true&sources=A", [("sources", "extra_forbidden")]),
    ],
)
def test_a_wrong_query_is_named(api: Api, query: str, faults: list[tuple[str, str]]) -> None:
    """[SS2] [C4] [C5] [C6] [C7]"""
    assert faults_of(api.get(f"{PATH}?{query}")) == [(("query", name), kind) for name, kind in faults]


def test_a_cursor_of_a_window_continues_no_list_of_the_latest(api: Api, battery: Asset) -> None:
    """[C5]"""
    make_snapshots(snapshot(battery, 6), snapshot(battery, 7))
    path = next_page(api.get(f"{PATH}?asset_ids={battery.pk}&{MAY}&limit=1"))
    assert path
    cursor = path.partition("cursor=")[2]
    answer = api.get(f"{PATH}?asset_ids={battery.pk}&latest=true&cursor={cursor}")
    assert faults_of(answer) == [(("query", "cursor"), "cursor")]


@pytest.mark.parametrize("query", [MAY, "latest=true"])
def test_a_key_sees_the_snapshots_of_its_own_assets(api: Api, battery: Asset, neighbour: Asset, query: str) -> None:
    """[C14]: in the totals too."""
    make_snapshots(*(snapshot(asset, charged_energy=mwh("1")) for asset in (battery, neighbour)))
    path = f"{PATH}?asset_ids={battery.pk},{neighbour.pk}&{query}"
    assert read(api.get(path))["total_charged_energy"] == mwh("2")
    seen = read(Api.with_key(asset_ids=[battery.pk]).get(path))
    assert [one["asset_id"] for one in seen["state_snapshots"]] == [battery.pk]
    assert seen["total_charged_energy"] == mwh("1")


@pytest.mark.parametrize(("query", "number"), [(MAY, 3), ("latest=true", 3), (f"from={at(5)}", 4)])
def test_a_list_takes_a_fixed_number_of_statements(
    api: Api, battery: Asset, query: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """[SS2]: key, revisions, page with totals; and how far now reaches, where the window ends now."""
    assets = [battery, *(make_asset(code=f"B{index}") for index in range(5))]
    make_snapshots(*(snapshot(asset, hour) for asset in assets for hour in range(24)))
    ids = ",".join(asset.pk for asset in assets)
    for asked in (f"asset_ids={battery.pk}&{query}&limit=1", f"asset_ids={ids}&{query}&limit=1000"):
        with django_assert_num_queries(number):
            read(api.get(f"{PATH}?{asked}"))


def test_a_list_is_304_until_a_snapshot_of_it_changes(api: Api, battery: Asset, neighbour: Asset) -> None:
    """[C13]"""
    make_snapshots(snapshot(battery))
    path = f"{PATH}?asset_ids={battery.pk}&{MAY}"
    tag = api.get(path)["ETag"]
    make_snapshots(snapshot(battery), snapshot(neighbour))
    assert api.get(path, If_None_Match=tag).status_code == 304
    make_snapshots(snapshot(battery, energy=mwh("6")))
    assert api.get(path, If_None_Match=tag).status_code == 200


def test_a_window_that_ends_now_is_another_once_a_snapshot_of_the_future_is_reached(
    api: Api, battery: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C13] [SS2]: time alone changes the answer, and so the tag; where it does not, the tag stays."""
    make_snapshots(snapshot(battery, 6), snapshot(battery, 9))

    def answered_at(hour: int, tag: str = "") -> Any:
        monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 5, 1, hour, 30, tzinfo=UTC))
        return api.get(f"{PATH}?asset_ids={battery.pk}&from={at(0)}", If_None_Match=tag)

    tag = answered_at(7)["ETag"]
    assert answered_at(8, tag).status_code == 304
    assert len(read(answered_at(9, tag))["state_snapshots"]) == 2
