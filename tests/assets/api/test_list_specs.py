"""Listing specs over HTTP [SP4]."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from pytest_django import DjangoAssertNumQueries

from assets import specs
from assets.models import Asset
from tests.clients import Api, faults_of, next_page, read
from tests.factories.assets import ACTOR, NOW, make_asset
from tests.factories.specs import put_spec, stamp

pytestmark = pytest.mark.django_db


@pytest.fixture
def battery() -> Asset:
    """A battery with three specs, each open until the next: from the 1st, the 10th and the 20th."""
    asset = make_asset(code="B")
    for start in (1, 10, 20):
        put_spec(asset, start)
    return asset


@pytest.fixture
def virtual() -> Asset:
    """A virtual battery with specs of a day each: the 5th, the 10th and the 15th."""
    asset = make_asset(code="A", type="VBAT")
    for start in (15, 5, 10):
        put_spec(asset, start, start + 1)
    return asset


@pytest.fixture
def api() -> Api:
    return Api.with_key()


def found(api: Api, assets: list[Asset], query: str = "") -> list[tuple[str, int]]:
    """The code of the asset and the day of each spec that is listed."""
    ids = ",".join(asset.pk for asset in assets)
    return keys_of(read(api.get(f"/specs?asset_ids={ids}{query}"))["specs"])


def keys_of(listed: list[dict[str, str]]) -> list[tuple[str, int]]:
    return [(spec["asset_id"].split("_")[2], int(spec["valid_from"][8:10])) for spec in listed]


def test_specs_are_listed_by_asset_from_the_last_to_the_first(api: Api, battery: Asset, virtual: Asset) -> None:
    """[SP4]"""
    expected = [("A", 15), ("A", 10), ("A", 5), ("B", 20), ("B", 10), ("B", 1)]

    assert found(api, [battery, virtual]) == expected
    assert found(api, [virtual]) == expected[:3]


def test_the_latest_of_an_asset_is_the_one_that_begins_last(api: Api, battery: Asset, virtual: Asset) -> None:
    """[SP4]: also where it has ended, or has not yet begun."""
    assert found(api, [battery, virtual], "&latest=true") == [("A", 15), ("B", 20)]
    assert found(api, [battery], "&latest=false") == [("B", 20), ("B", 10), ("B", 1)]


@pytest.mark.parametrize(
    ("window", "days"),
    [
        (f"&from={stamp(10)}", [20, 10]),
        (f"&from={quote('2026-05-10T00:00:00.000001+00:00')}", [20]),
        (f"&to={stamp(10)}", [10, 1]),
        ("&to=2026-05-09T23:59:59.999999Z", [1]),
        (f"&from={stamp(10)}&to={stamp(20)}", [20, 10]),
        (f"&from={stamp(10)}&to={stamp(10)}", [10]),
        (f"&from={stamp(11)}&to={stamp(19)}", []),
        ("&from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z", [20, 10, 1]),
        ("&from=0001-01-01T00:00:00Z", [20, 10, 1]),
        ("&to=9999-12-31T23:59:59.999999Z", [20, 10, 1]),
    ],
)
def test_from_and_to_bound_the_beginning_and_are_part_of_the_window(
    api: Api, battery: Asset, window: str, days: list[int]
) -> None:
    """[SP4] [C7]: each alone may be as far as one likes."""
    assert [day for _code, day in found(api, [battery], window)] == days


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("", [("asset_ids", "missing")]),
        ("asset_ids=", [("asset_ids", "empty_element")]),
        ("asset_ids=A,,B", [("asset_ids", "empty_element")]),
        (f"asset_ids={','.join(f'A{number}' for number in range(501))}", [("asset_ids", "too_long")]),
        ("asset_ids=A&latest=1", [("latest", "bool_parsing")]),
        (f"asset_ids=A&latest=true&from={stamp(1)}", [("from", "latest_or_window")]),
        (f"asset_ids=A&latest=true&to={stamp(1)}", [("to", "latest_or_window")]),
        (f"asset_ids=A&from={stamp(2)}&to={stamp(1)}", [("to", "window")]),
        ("asset_ids=A&from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00.000001Z", [("to", "window")]),
        (
            "asset_ids=A&from=2026-05-01&to=2026-05-02T00:00:00",
            [("from", "datetime_parsing"), ("to", "timezone_aware")],
        ),
        ("asset_ids=A&from_=2026-05-01T00:00:00Z", [("from_", "extra_forbidden")]),
        ("asset_ids=A&delivery_day=2026-05-01", [("delivery_day", "extra_forbidden")]),
        ("asset_ids=A&limit=0&offset=-1", [("limit", "greater_than_equal"), ("offset", "int_parsing")]),
        ("asset_ids=A&cursor=made-up", [("cursor", "cursor")]),
    ],
)
def test_a_wrong_query_for_specs_is_named(api: Api, query: str, faults: list[tuple[str, str]]) -> None:
    """[SP4] [C4] [C5] [C6] [C7]"""
    assert faults_of(api.get(f"/specs?{query}")) == [(("query", name), kind) for name, kind in faults]


def test_assets_that_are_unknown_or_not_the_callers_are_left_out(api: Api, battery: Asset, virtual: Asset) -> None:
    """[C8] [C14]"""
    bound = Api.with_key(asset_ids=[virtual.pk])

    assert read(api.get("/specs?asset_ids=DE_50HZ_NONE_1")) == {"limit": 50, "offset": 0, "specs": []}
    assert read(bound.get(f"/specs?asset_ids={battery.pk}"))["specs"] == []
    assert found(bound, [battery, virtual], "&latest=true") == [("A", 15)]
    assert found(api, [battery], ",DE_50HZ_NONE_1&latest=true") == [("B", 20)]


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
@pytest.mark.parametrize(
    ("query", "count"),
    [("", 6), ("&latest=true", 2), (f"&from={stamp(10)}", 4), (f"&to={stamp(10)}", 4)],
)
def test_pages_by_cursor_and_by_offset_are_the_whole_list(
    api: Api, battery: Asset, virtual: Asset, query: str, count: int, limit: int
) -> None:
    """[C5] [SP4]: `latest=true` is paged the same."""
    whole = found(api, [battery, virtual], query)
    assert len(whole) == count
    by_cursor: list[tuple[str, int]] = []
    path: str | None = f"/specs?asset_ids={battery.pk},{virtual.pk}{query}&limit={limit}"
    offsets = []
    while path:
        answer = api.get(path)
        page = read(answer)
        assert len(page["specs"]) <= page["limit"] == limit
        offsets.append(page["offset"])
        by_cursor += keys_of(page["specs"])
        path = next_page(answer)
    by_offset = [
        key
        for offset in range(0, count, limit)
        for key in found(api, [battery, virtual], f"{query}&limit={limit}&offset={offset}")
    ]

    assert by_cursor == by_offset == whole
    assert offsets == [0, *[None] * (len(offsets) - 1)]


def test_a_cursor_belongs_to_its_list_and_its_filters(api: Api, battery: Asset, virtual: Asset) -> None:
    """[C5]"""
    path = next_page(api.get(f"/specs?asset_ids={battery.pk}&limit=1"))
    assert path

    for other in (path.replace(battery.pk, virtual.pk), f"{path}&latest=true", f"{path}&from={stamp(1)}"):
        assert faults_of(api.get(other)) == [(("query", "cursor"), "cursor")]


def test_a_cursor_reaches_behind_the_first_instant_there_is(api: Api, battery: Asset, virtual: Asset) -> None:
    """[C5]"""
    first = datetime(1, 1, 1, tzinfo=UTC)
    specs.put_spec(asset_id=virtual.pk, valid_from=first, changes={"valid_to": NOW.replace(month=1)}, by=ACTOR, now=NOW)
    answer = api.get(f"/specs?asset_ids={battery.pk},{virtual.pk}&limit=4")
    assert read(answer)["specs"][-1]["valid_from"] == "0001-01-01T00:00:00.000000Z"

    following = next_page(answer)

    assert following
    assert keys_of(read(api.get(following))["specs"]) == [("B", 20), ("B", 10), ("B", 1)]


@pytest.mark.parametrize("query", ["", "&latest=true", f"&from={stamp(1)}&to={stamp(25)}"])
def test_a_list_takes_two_queries_however_many_specs_it_has(
    api: Api, battery: Asset, virtual: Asset, query: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One for the key, one for the page."""
    with django_assert_num_queries(2):
        assert found(api, [battery, virtual], query)
