"""Pages of lists [C5], as the list of assets has them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from tests.clients import Api, faults_of, next_page, read
from tests.factories.assets import make_asset

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    return Api.with_key()


@pytest.fixture
def assets() -> list[str]:
    """The ids of seven assets, in their order."""
    return [make_asset().pk for _ in range(7)]


def ids_of(answer: HttpResponse) -> list[str]:
    return [asset["id"] for asset in read(answer)["assets"]]


def test_a_page_says_which_it_is(api: Api, assets: list[str]) -> None:
    page = read(api.get("/assets?limit=2&offset=3"))
    assert (page["limit"], page["offset"]) == (2, 3)
    assert [asset["id"] for asset in page["assets"]] == assets[3:5]


def test_without_limit_and_offset_it_is_the_first_fifty(api: Api, assets: list[str]) -> None:
    page = read(api.get("/assets"))
    assert (page["limit"], page["offset"]) == (50, 0)
    assert [asset["id"] for asset in page["assets"]] == assets


def test_the_link_leads_through_all_pages_and_ends(api: Api, assets: list[str]) -> None:
    seen: list[str] = []
    path: str | None = "/assets?limit=3"
    while path:
        answer = api.get(path)
        seen += ids_of(answer)
        path = next_page(answer)
    assert seen == assets


def test_a_cursor_page_has_no_offset_and_keeps_the_limit(api: Api, assets: list[str]) -> None:
    page = read(api.get(next_page(api.get("/assets?limit=3&offset=1")) or ""))
    assert (page["limit"], page["offset"]) == (3, None)
    assert [asset["id"] for asset in page["assets"]] == assets[4:]


@pytest.mark.parametrize(
    "query", ["?limit=7", "?limit=8", "?limit=3&offset=4", "?offset=100", "?offset=4611686018427387904"]
)
def test_there_is_no_link_where_nothing_follows(api: Api, assets: list[str], query: str) -> None:
    assert next_page(api.get(f"/assets{query}")) is None


def test_the_link_is_an_absolute_url_with_the_filters_and_a_cursor(api: Api, assets: list[str]) -> None:
    answer = api.get("/assets?limit=3&type=BESS&type=PV&region=DE,PL&offset=1")
    address = urlsplit(answer["Link"].partition(">")[0].removeprefix("<"))
    query = parse_qs(address.query)
    assert (address.scheme, address.netloc, address.path) == ("http", "testserver", "/api/v1/assets")
    assert set(query) == {"limit", "type", "region", "cursor"}
    assert query["type"] == ["BESS", "PV"]
    assert query["region"] == ["DE,PL"]


def test_a_cursor_is_not_moved_by_what_comes_and_goes_before_it(api: Api, assets: list[str]) -> None:
    path = next_page(api.get("/assets?limit=3"))
    api.delete(f"/assets/{assets[0]}")
    api.delete(f"/assets/{assets[2]}")
    make_asset(code="AA")
    added = make_asset(code="ZZ").pk
    assert ids_of(api.get(path or "")) == assets[3:6]
    api.delete(f"/assets/{assets[6]}")
    assert ids_of(api.get(next_page(api.get(path or "")) or "")) == [added]


def test_a_cursor_may_be_used_again_and_with_another_limit(api: Api, assets: list[str]) -> None:
    path = next_page(api.get("/assets?limit=3")) or ""
    assert ids_of(api.get(path)) == ids_of(api.get(path))
    assert ids_of(api.get(path.replace("limit=3", "limit=1"))) == assets[3:4]


def test_cursor_and_offset_exclude_each_other(api: Api, assets: list[str]) -> None:
    path = next_page(api.get("/assets?limit=3"))
    assert faults_of(api.get(f"{path}&offset=0")) == [(("query",), "cursor_or_offset")]


@pytest.mark.parametrize("cursor", ["", "x", "a:b:c", "WyJhIl0:1:2", "%00", "%F0%9F%92%A5", "." * 100, "x" * 2001])
def test_a_cursor_that_is_made_up_is_refused(api: Api, cursor: str) -> None:
    assert [loc for loc, _ in faults_of(api.get(f"/assets?cursor={cursor}"))] == [("query", "cursor")]


def test_a_cursor_that_was_tampered_with_is_refused(api: Api, assets: list[str]) -> None:
    path = next_page(api.get("/assets?limit=3")) or ""
    head, _, cursor = path.partition("cursor=")
    for index in range(0, len(cursor), 7):
        other = "A" if cursor[index] != "A" else "B"
        tampered = cursor[:index] + other + cursor[index + 1 :]
        assert faults_of(api.get(f"{head}cursor={tampered}")) == [(("query", "cursor"), "cursor")]


@pytest.mark.parametrize("other", ["/assets?limit=3&region=DE", "/assets?type=PV", "/assets?limit=3&type=BESS,PV"])
def test_a_cursor_is_refused_with_other_filters(api: Api, assets: list[str], other: str) -> None:
    cursor = (next_page(api.get("/assets?limit=3&type=BESS")) or "").partition("cursor=")[2]
    assert faults_of(api.get(f"{other}&cursor={cursor}")) == [(("query", "cursor"), "cursor")]


def test_a_cursor_of_one_list_is_refused_by_another(api: Api, assets: list[str]) -> None:
    api.patch(f"/assets/{assets[0]}", {"name": "other"})
    cursor = (next_page(api.get(f"/assets/{assets[0]}/history?limit=1")) or "").partition("cursor=")[2]
    assert cursor
    for path in (f"/assets/{assets[1]}/history", "/assets"):
        assert faults_of(api.get(f"{path}?cursor={cursor}")) == [(("query", "cursor"), "cursor")]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=1001", "limit=1000000000", "offset=-1", "offset=" + "9" * 19]
)
def test_a_hostile_page_is_refused(api: Api, query: str) -> None:
    """The strict reading of numbers is tested in test_queries.py."""
    assert [loc for loc, _ in faults_of(api.get(f"/assets?{query}"))] == [("query", query.partition("=")[0])]


def test_a_page_is_one_query_however_deep_and_nothing_is_counted(
    api: Api, assets: list[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cursor = next_page(api.get("/assets?limit=3")) or ""
    for path in ("/assets?limit=2", "/assets?limit=2&offset=5", cursor):
        with django_assert_num_queries(2) as found:  # the key, the page
            api.get(path)
        assert not any("COUNT(" in query["sql"].upper() for query in found.captured_queries)


def test_a_cursor_page_starts_at_its_key_and_skips_nothing(
    api: Api, assets: list[str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """So it does not grow slower with depth."""
    path = next_page(api.get("/assets?limit=3")) or ""
    with django_assert_num_queries(2) as found:
        api.get(path)
    page = found.captured_queries[-1]["sql"]
    assert '"id" >' in page
    assert "OFFSET" not in page
