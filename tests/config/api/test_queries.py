"""Query strings, read strictly [C4] [C6]."""

from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import Field

from config.api.pagination import PageQuery
from config.api.queries import NoQuery, Query, parse_query, several
from config.api.values import Instant
from config.errors import InvalidError


class PeriodQuery(Query):
    """A query with an array, an alias and a plain parameter."""

    asset_ids: several(str)  # type: ignore[valid-type]
    from_: Instant | None = Field(None, alias="from")
    name: str | None = None


def faults(model: type[Query], text: str) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(InvalidError) as refused:
        parse_query(text, model)
    return [(fault.loc, fault.type) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("asset_ids=a", ["a"]),
        ("asset_ids=a&asset_ids=b", ["a", "b"]),
        ("asset_ids=a,b", ["a", "b"]),
        ("asset_ids=a%2Cb&asset_ids=c,d", ["a", "b", "c", "d"]),
        ("asset_ids=b,a,b&asset_ids=a", ["b", "a"]),
    ],
)
def test_arrays_are_repeated_or_separated_by_commas_in_any_mix(text: str, ids: list[str]) -> None:
    """[C6]: duplicates are dropped."""
    assert parse_query(text, PeriodQuery).asset_ids == ids


@pytest.mark.parametrize(
    "text", ["asset_ids=", "asset_ids=a,", "asset_ids=,a", "asset_ids=a,,b", "asset_ids=a&asset_ids="]
)
def test_empty_elements_are_refused(text: str) -> None:
    """[C6]"""
    assert faults(PeriodQuery, text) == [(("query", "asset_ids"), "empty_element")]


def test_an_array_takes_1_to_500_different_elements() -> None:
    """[C6]"""
    ids = [f"id{number}" for number in range(501)]
    assert len(parse_query(urlencode({"asset_ids": ids[:500]}, doseq=True), PeriodQuery).asset_ids) == 500
    assert len(parse_query("asset_ids=" + ",".join(ids[:500] * 2), PeriodQuery).asset_ids) == 500
    assert faults(PeriodQuery, urlencode({"asset_ids": ids}, doseq=True)) == [(("query", "asset_ids"), "too_long")]
    assert faults(PeriodQuery, "") == [(("query", "asset_ids"), "missing")]


def test_a_parameter_has_its_documented_name_and_no_other() -> None:
    """[C4]: not even the name that it has in our code."""
    assert parse_query("asset_ids=a&from=2026-05-01T00:00:00Z", PeriodQuery).from_ is not None
    assert faults(PeriodQuery, "asset_ids=a&from_=2026-05-01T00:00:00Z") == [(("query", "from_"), "extra_forbidden")]
    assert faults(PeriodQuery, "asset_ids=a&FROM=1&Name=x") == [
        (("query", "FROM"), "extra_forbidden"),
        (("query", "Name"), "extra_forbidden"),
    ]


def test_a_parameter_that_takes_one_value_is_not_given_twice() -> None:
    """[C4]: whichever was meant."""
    assert faults(PeriodQuery, "asset_ids=a&name=x&name=x") == [(("query", "name"), "repeated")]


def test_every_fault_is_named() -> None:
    """[C3]"""
    assert faults(PeriodQuery, "from=yesterday&strange=1") == [
        (("query", "asset_ids"), "missing"),
        (("query", "from"), "datetime_parsing"),
        (("query", "strange"), "extra_forbidden"),
    ]


@pytest.mark.parametrize(
    ("text", "loc"),
    [
        ("name=%FF", ("query",)),
        ("name=%ED%A0%80", ("query",)),
        ("name=a%00b", ("query", "name")),
        ("a%00b=1", ("query", "a?b")),
    ],
)
def test_text_that_is_not_utf_8_or_holds_nul_is_refused(text: str, loc: tuple[str, ...]) -> None:
    assert faults(NoQuery, text) == [(loc, "string_unicode")]


def test_a_query_of_thousands_of_parameters_is_refused_at_once() -> None:
    assert faults(NoQuery, "&".join(["a=1"] * 2_000)) == [(("query",), "too_long")]


@pytest.mark.parametrize("text", ["", "&", "&&&"])
def test_a_query_that_says_nothing_is_empty(text: str) -> None:
    assert parse_query(text, NoQuery) == NoQuery()


@pytest.mark.parametrize(("name", "value"), [("limit", 1), ("limit", 1000), ("offset", 0), ("offset", 2**62)])
def test_the_least_and_the_most_of_a_page_are_taken(name: str, value: int) -> None:
    """[C5]"""
    assert getattr(parse_query(f"{name}={value}", PageQuery), name) == value


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize(
    "value",
    ["", "-1", "%2B5", "+5", "5.0", "1e3", "0x10", "%D9%A5", "%EF%BC%95", "9" * 19, "9" * 50, "5,6", "null", "%005"],
)
def test_a_hostile_page_is_refused(name: str, value: str) -> None:
    """[C5]: `limit=-1`, digits of other alphabets, what no bigint holds."""
    assert [loc for loc, _ in faults(PageQuery, f"{name}={value}")] == [("query", name)]


@pytest.mark.parametrize("value", ["0", "1001", "1000000000"])
def test_a_limit_is_1_to_1000(value: str) -> None:
    """[C5]"""
    assert [loc for loc, _ in faults(PageQuery, f"limit={value}")] == [("query", "limit")]


def test_a_page_has_50_items_from_the_first_on() -> None:
    """[C5]"""
    page: Any = parse_query("", PageQuery)
    assert (page.limit, page.offset, page.cursor) == (50, 0, None)
