"""Limits sent as rows: each line an item, expanded as those of a batch are [L1] to [L7] [B3]."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from markets.models import Limit
from tests.clients import Api, detail_of, faults_of, read
from tests.factories.limits import limit_item, make_limits, slot_item, stored_rows, values_of
from tests.factories.rows import CSV, NDJSON, WRITTEN, csv_text, places, send_rows

pytestmark = pytest.mark.django_db

PATH = "/limits"
EITHER = pytest.mark.parametrize("media", [NDJSON, CSV])
ALL_DAY = {"start_time": "00:00", "end_time": "24:00"}
YEAR = {"valid_from": "2026-01-01", "valid_until": "2026-12-31"}


@pytest.fixture
def keyed() -> Api:
    return Api.with_key()


def counts(api: Api, media: str, *items: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many rows a PATCH has inserted, updated and left as they were."""
    answer = read(send_rows(api, "PATCH", PATH, WRITTEN[media](*items), media, Prefer="return=representation"))
    return answer["inserted"], answer["updated"], answer["unchanged"]


def refused(api: Api, media: str, *items: Mapping[str, Any]) -> list[tuple[int | str, ...]]:
    """The places of the faults of a PATCH that writes nothing; lines as if there were no header."""
    before = stored_rows()
    found = places(send_rows(api, "PATCH", PATH, WRITTEN[media](*items), media))
    assert stored_rows() == before
    header = 1 if media == CSV else 0
    return [(int(line) - header, *rest) for line, *rest in found]


@EITHER
def test_items_are_expanded_as_those_of_a_batch(keyed: Api, battery: str, neighbour: str, media: str) -> None:
    """[L2] [L3] [C11] More of them than a batch may have; sent again they change nothing."""
    quarters = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)] + ["24:00"]
    items = [
        limit_item(asset, start_time=start, end_time=end, valid_from=day, valid_until=day, power_charge=-2)
        for asset in (neighbour, battery)
        for day in (f"2026-{month:02}-{number:02}" for month in (5, 6) for number in range(1, 28))
        for start, end in pairwise(quarters)
    ]
    assert len(items) > 10_000
    assert counts(keyed, media, *items) == (len(items), 0, 0)
    assert counts(keyed, media, *reversed(items)) == (0, 0, len(items))
    whole = limit_item(battery, **ALL_DAY, valid_until="2026-05-02", power_charge=-3)
    assert counts(keyed, media, whole) == (0, 192, 0)


@EITHER
def test_rows_answer_204_unless_counts_are_preferred(keyed: Api, battery: str, media: str) -> None:
    """[C11]"""
    answer = send_rows(keyed, "PATCH", PATH, WRITTEN[media](slot_item(battery)), media)
    assert (answer.status_code, answer.content) == (204, b"")


@EITHER
def test_items_of_the_same_slot_apply_in_the_order_of_their_lines(keyed: Api, battery: str, media: str) -> None:
    """[L3] The same key twice is no fault; what is left out keeps what is stored."""
    make_limits(slot_item(battery, energy_low=1))
    yes, no, nothing = (True, False, None) if media == NDJSON else ("true", "false", "")
    first = slot_item(battery, power_charge=-5, power_discharge=4, trading_locked=yes)
    second = slot_item(battery, power_charge=-6, power_discharge=nothing, trading_locked=no)
    assert counts(keyed, media, first, second) == (0, 1, 0)
    assert [[value and float(value) for value in row[3:]] for row in stored_rows()] == [[-6, 4, 1, None, False]]


@EITHER
def test_of_each_value_the_later_line_counts(keyed: Api, battery: str, media: str) -> None:
    """[L3]"""
    yes, no = (True, False) if media == NDJSON else ("true", "false")
    first = slot_item(battery, power_charge=-5, power_discharge=4, energy_low=1, energy_high=9, trading_locked=yes)
    second = slot_item(battery, power_charge=-6, power_discharge=5, energy_low=2, energy_high=8, trading_locked=no)
    assert counts(keyed, media, first, second) == (1, 0, 0)
    assert [[float(value) for value in row[3:]] for row in stored_rows()] == [[-6, 5, 2, 8, False]]


def test_a_cell_of_csv_may_be_empty_and_columns_may_be_missing(keyed: Api, battery: str) -> None:
    """[B3] Empty or missing, it is a field left out: what is stored stays."""
    make_limits(slot_item(battery, power_charge=-5, energy_low=1))
    rows = [
        slot_item(battery, energy_low="2", trading_locked="true"),
        slot_item(battery, 7, energy_low="", trading_locked="false"),
    ]
    content = csv_text(*rows)
    assert b"power_charge" not in content
    assert send_rows(keyed, "PATCH", PATH, content, CSV).status_code == 204
    found = {
        (charge and float(charge), low and float(low), locked) for charge, _, low, _, locked in values_of(stored_rows())
    }
    assert found == {(-5, 2, True), (None, None, False)}


@EITHER
def test_every_bad_line_is_named_and_nothing_is_written(keyed: Api, battery: str, media: str) -> None:
    """[B1] [L1] In any position."""
    items = [slot_item(battery, hour % 24, power_charge=-1, energy_low="") for hour in range(150)]
    items = [{name: value for name, value in item.items() if value != "" or media == CSV} for item in items]
    items[0] |= {"source": "NOBODY"}
    items[101] |= {"power_charge": "1"}
    items[149] |= {"valid_until": "2026-04-30"}
    assert refused(keyed, media, *items) == [(1, "source"), (102, "power_charge"), (150, "valid_until")]


@EITHER
def test_an_item_without_a_value_is_named(keyed: Api, battery: str, media: str) -> None:
    """[L1]"""
    empty = slot_item(battery) | {"power_charge": "" if media == CSV else None}
    assert refused(keyed, media, slot_item(battery), empty) == [(2,)]


@EITHER
def test_rows_that_expand_to_too_many_are_counted_and_not_generated(keyed: Api, battery: str, media: str) -> None:
    """[L2] The sentence names the count, which is that of the whole body, and the limit."""
    year = limit_item(battery, **ALL_DAY, **YEAR)
    answer = send_rows(keyed, "PATCH", PATH, WRITTEN[media](*[year] * 8), media)
    assert faults_of(answer) == [(("body",), "too_many_rows")]
    (fault,) = read(answer, 422)["detail"]
    assert fault["msg"] == "The items expand to 280320 rows of 15 minutes; the limit is 250000"
    ages = limit_item(battery, **ALL_DAY, valid_from="0001-01-01", valid_until="9999-12-30")
    answer = send_rows(keyed, "PATCH", PATH, WRITTEN[media](*[ages] * 200), media)
    assert "70119513600 rows" in read(answer, 422)["detail"][0]["msg"]
    assert not Limit.objects.exists()


@EITHER
def test_250_000_rows_may_be_had_and_no_more(
    keyed: Api, battery: str, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L2]"""
    monkeypatch.setattr("markets.operations.limit_rows.LARGEST_EXPANSION", 8)
    items = [limit_item(battery, start_time=f"{hour:02}:00", end_time=f"{hour + 1:02}:00") for hour in range(3)]
    answer = send_rows(keyed, "PATCH", PATH, WRITTEN[media](*items), media)
    assert faults_of(answer) == [(("body",), "too_many_rows")]
    assert counts(keyed, media, *items[:2]) == (8, 0, 0)


@EITHER
def test_a_line_that_crosses_a_band_is_named(keyed: Api, battery: str, media: str) -> None:
    """[L7] By itself, with what is stored, or with an earlier line; a later line may set it right."""
    both = {"energy_low": "", "energy_high": ""}
    make_limits(slot_item(battery, 8, energy_high=5))

    def band(hour: int, **values: Any) -> dict[str, Any]:
        item = slot_item(battery, hour) | {"power_charge": "-1"} | both | values
        return item if media == CSV else {name: value for name, value in item.items() if value != ""}

    assert refused(keyed, media, band(1), band(2, energy_low="9", energy_high="3")) == [(2, "energy_low")]
    assert refused(keyed, media, band(1), band(8, energy_low="6")) == [(2, "energy_low")]
    assert refused(keyed, media, band(1, energy_low="6"), band(2), band(1, energy_high="5")) == [(3, "energy_high")]
    crossed_and_right = [band(1, energy_low="6", energy_high="5"), band(1, energy_high="7")]
    assert counts(keyed, media, *crossed_and_right) == (1, 0, 0)


@EITHER
def test_what_crosses_by_itself_is_said_before_an_asset_is_looked_up(keyed: Api, media: str) -> None:
    """[C3] 422 comes before 404; and nothing that is stored is told to those who may not see it."""
    bad = slot_item("DE_50HZ_NO_1", energy_low=9, energy_high=3)
    assert refused(keyed, media, bad) == [(1, "energy_low")]
    assert refused(keyed, media, slot_item("DE_50HZ_NO_2", energy_low=1, energy_high=3), bad) == [(2, "energy_low")]


@EITHER
def test_a_bound_key_is_told_nothing_of_assets_that_it_does_not_see(battery: str, neighbour: str, media: str) -> None:
    """[C14] They are as if unknown, also where a band with what is stored would be crossed."""
    make_limits(slot_item(neighbour, energy_high=5))
    bound = Api.with_key(asset_ids=[battery])
    answer = send_rows(bound, "PATCH", PATH, WRITTEN[media](slot_item(neighbour, energy_low=6)), media)
    assert detail_of(answer, 404) == f"Unknown asset: {neighbour}."


@EITHER
def test_all_unknown_assets_are_named(keyed: Api, battery: str, media: str) -> None:
    """[C8]"""
    content = WRITTEN[media](slot_item("DE_50HZ_NO_2"), slot_item(battery), slot_item("DE_50HZ_NO_1"))
    answer = send_rows(keyed, "PATCH", PATH, content, media)
    assert detail_of(answer, 404) == "Unknown assets: DE_50HZ_NO_1, DE_50HZ_NO_2."
    assert not Limit.objects.exists()


@EITHER
def test_a_key_that_is_bound_to_sources_writes_no_others(battery: str, media: str) -> None:
    """[C14]"""
    bound = Api.with_key(sources=["CUSTOMER"])
    content = WRITTEN[media](slot_item(battery), slot_item(battery, source="PV"), slot_item("NONE", source="REPORTED"))
    answer = send_rows(bound, "PATCH", PATH, content, media)
    assert detail_of(answer, 403) == "This key cannot write limits of source PV, REPORTED."
    assert not Limit.objects.exists()
    assert counts(bound, media, slot_item(battery)) == (1, 0, 0)


@EITHER
@pytest.mark.parametrize("days", [1, 30])
def test_any_number_of_rows_takes_the_same_statements(
    keyed: Api, battery: str, media: str, days: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    items = [limit_item(battery, **ALL_DAY, valid_until=f"2026-05-{day:02}") for day in range(1, days + 1)]
    send_rows(keyed, "PATCH", PATH, WRITTEN[media](*items), media)  # the key is looked up once
    # the key; savepoint, table, COPY; savepoint, owners, lock, upsert, release; drop, release
    with django_assert_num_queries(11):
        send_rows(keyed, "PATCH", PATH, WRITTEN[media](*items), media)


@EITHER
def test_rows_change_the_etag_only_when_they_change_something(keyed: Api, battery: str, media: str) -> None:
    """[C13]"""
    path = f"{PATH}?asset_ids={battery}&delivery_day=2026-05-01"
    tags = [keyed.get(path)["ETag"]]
    for _ in range(2):
        counts(keyed, media, slot_item(battery))
        tags.append(keyed.get(path)["ETag"])
    assert tags[0] != tags[1] == tags[2]
