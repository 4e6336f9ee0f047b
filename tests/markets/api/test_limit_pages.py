"""GET /limits: pages count slots, and are as quick to reach at the end as at the beginning [C5]."""

import re
from typing import Any

import pytest
from django.http import HttpResponse

from tests.factories.clients import ApiClient
from tests.factories.limits import limit_item, make_limits, slot_item
from tests.factories.limits import window as day

pytestmark = pytest.mark.django_db

Key = tuple[str, str]


@pytest.fixture
def listed(battery: str, neighbour: str) -> str:
    """The address of three slots of one battery and two of another, with several sources in some."""
    make_limits(
        limit_item(battery, end_time="06:45"),
        limit_item(neighbour),
        slot_item(battery, source="PV"),
        slot_item(neighbour, source="REPORTED"),
    )
    return f"/limits?asset_ids={neighbour},{battery}&from={day()['from']}&to={day()['to']}"


def keys_of(answer: HttpResponse) -> list[Key]:
    assert answer.status_code == 200, answer.content
    return [(slot["asset_id"], slot["start_time"]) for slot in answer.json()["limits"]]  # type: ignore[attr-defined]


def next_of(answer: HttpResponse) -> str | None:
    """The path of the next page below /api/v1, out of the Link header."""
    if "Link" not in answer:
        return None
    match = re.fullmatch(r'<http://testserver/api/v1(/limits\?[^>]+)>; rel="next"', answer["Link"])
    assert match
    return match[1]


def walk(api: ApiClient, path: str | None) -> list[list[Key]]:
    """The keys of all pages, following the links."""
    pages = []
    while path:
        answer = api.call("GET", path)
        pages.append(keys_of(answer))
        path = next_of(answer)
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_pages_follow_one_another_without_gap_or_repeat(api: ApiClient, listed: str, limit: int) -> None:
    """Also where an asset's last slot ends a page, and where the last page is full."""
    everything = keys_of(api.call("GET", listed))
    assert len(everything) == 5
    pages = walk(api, f"{listed}&limit={limit}")
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert [key for page in pages for key in page] == everything


@pytest.mark.parametrize(("sources", "slots"), [("PV", 1), ("PV,REPORTED", 2), ("CUSTOMER", 5), ("AVAILABILITY", 0)])
def test_pages_of_some_sources_count_the_slots_that_are_listed(
    api: ApiClient, listed: str, sources: str, slots: int
) -> None:
    assert [len(page) for page in walk(api, f"{listed}&sources={sources}&limit=1")] == [1] * slots or [[]]


def test_a_page_says_which_it_is(api: ApiClient, listed: str) -> None:
    first = api.call("GET", f"{listed}&limit=2&offset=1")
    following = api.call("GET", str(next_of(first)))
    assert [answer.json()["limit"] for answer in (first, following)] == [2, 2]  # type: ignore[attr-defined]
    assert [answer.json()["offset"] for answer in (first, following)] == [1, None]  # type: ignore[attr-defined]


def test_offsets_count_slots(api: ApiClient, listed: str) -> None:
    everything = keys_of(api.call("GET", listed))
    for offset in range(7):
        assert keys_of(api.call("GET", f"{listed}&limit=2&offset={offset}")) == everything[offset : offset + 2]
    assert keys_of(api.call("GET", f"{listed}&offset={2**62}")) == []


def test_a_cursor_is_bound_to_what_was_asked(api: ApiClient, listed: str) -> None:
    """One of other filters, a made-up one, and one with an offset are refused."""
    path = str(next_of(api.call("GET", f"{listed}&limit=1")))
    assert api.call("GET", f"{path}&sources=PV").status_code == 422
    assert api.call("GET", f"{path}&offset=0").status_code == 422
    assert api.call("GET", f"{listed}&cursor=made-up").status_code == 422


def test_a_page_behind_a_cursor_shows_a_key_only_its_own_assets(listed: str, battery: str, neighbour: str) -> None:
    """[C14] Also when the cursor is another key's."""
    path = str(next_of(ApiClient().call("GET", f"{listed}&limit=2")))
    for own, slots in ((battery, 1), (neighbour, 2)):
        seen = keys_of(ApiClient(asset_ids=[own]).call("GET", path))
        assert [asset_id for asset_id, _ in seen] == [own] * slots


def test_rows_written_between_pages_neither_hide_nor_repeat_others(
    api: ApiClient, listed: str, battery: str, neighbour: str
) -> None:
    first = api.call("GET", f"{listed}&limit=2")
    rest: list[Key] = keys_of(api.call("GET", f"{listed}&offset=2"))
    make_limits(slot_item(battery, 1), slot_item(neighbour, 23))
    pages: list[Any] = walk(api, next_of(first))
    assert [key for page in pages for key in page] == [*rest, (neighbour, "2026-05-01T23:00:00Z")]
