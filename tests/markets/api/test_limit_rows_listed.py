"""Limits listed as rows: one for each slot [L4] [L5] [B3]."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from config.api.rows import columns_of
from markets.api.bodies import SlotLimits
from markets.vocabulary import LimitSource
from tests.clients import Api, next_page, read
from tests.conformance import content_of
from tests.factories.limits import limit_item, make_limits, slot_item
from tests.factories.rows import CSV, NDJSON, listed

pytestmark = pytest.mark.django_db

EITHER = pytest.mark.parametrize("media", [NDJSON, CSV])
DAYS = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"
ALL_DAY = {"start_time": "00:00", "end_time": "24:00"}


@pytest.fixture
def keyed() -> Api:
    return Api.with_key()


@pytest.fixture
def path(battery: str, neighbour: str) -> str:
    """A list of 1,152 slots, more than a page can hold: ties, locks, sources without values and without rows."""
    make_limits(
        limit_item(battery, **ALL_DAY, valid_until="2026-05-09", power_charge="-4.50", energy_low=1),
        limit_item(neighbour, **ALL_DAY, valid_until="2026-05-03", power_discharge=3),
        limit_item(
            battery, source="PV", start_time="06:00", end_time="12:00", power_charge="-4.5", trading_locked=True
        ),
        limit_item(battery, source="REPORTED", start_time="08:00", end_time="10:00", energy_low=2, energy_high="9.25"),
        limit_item(battery, source="AVAILABILITY", start_time="09:00", end_time="09:30", trading_locked=False),
    )
    return f"/limits?asset_ids={neighbour},{battery}&{DAYS}"


def cell(value: Any) -> str:
    """A value of JSON as a cell of CSV."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else value


def flat(slot: dict[str, Any]) -> dict[str, str]:
    """A slot of a JSON list as a line of CSV: a column for each value of each source, those that say nothing too."""
    fields = ("power_charge", "power_discharge", "energy_low", "energy_high", "trading_locked")
    said = {one["source"]: one for one in slot["sources"]}
    computed = slot["computed"]
    return {
        **{name: slot[name] for name in ("asset_id", "start_time", "end_time", "delivery_day")},
        **{
            f"sources.{source}.{field}": cell(said.get(source, {}).get(field))
            for source in LimitSource.values
            for field in (*fields, "updated_at")
        },
        **{f"computed.{field}": cell(computed[field]) for field in fields},
        **{f"computed.binding.{field}": cell(computed["binding"][field]) for field in fields},
    }


def slots_of(api: Api, path: str) -> list[dict[str, Any]]:
    """All slots of a JSON list, page by page."""
    first = read(api.get(f"{path}&limit=1000"))["limits"]
    rest = read(api.get(f"{path}&limit=1000&offset=1000"))["limits"]
    return [*first, *rest]


def test_rows_of_ndjson_are_the_slots_of_json(keyed: Api, path: str) -> None:
    """[B3] All of them, in the same order, without the 1000 limit."""
    slots = slots_of(keyed, path)
    assert listed(keyed, path) == slots
    assert len(slots) == 1_152


def test_a_line_of_csv_is_a_slot_with_a_column_for_each_value_of_each_source(keyed: Api, path: str) -> None:
    """[B3] [L5] So that it is one line per slot whoever says something; two that bind are one cell."""
    rows = listed(keyed, path, CSV)
    assert rows == [flat(slot) for slot in slots_of(keyed, path)]
    assert list(rows[0]) == [column.name for column in columns_of(SlotLimits, "serialization")]
    assert {row["computed.binding.power_charge"] for row in rows} == {"", "CUSTOMER", "CUSTOMER,PV"}
    assert {row["sources.AVAILABILITY.trading_locked"] for row in rows} == {"", "false"}


@EITHER
def test_sources_filter_what_is_listed_and_not_what_is_computed(keyed: Api, path: str, media: str) -> None:
    """[L5] Columns stay; those of other sources are empty."""
    filtered = f"{path}&sources=PV,REPORTED"
    slots = read(keyed.get(f"{filtered}&limit=1000"))["limits"]
    assert len(slots) == 24
    assert listed(keyed, filtered, media) == (slots if media == NDJSON else [flat(slot) for slot in slots])
    assert {slot["computed"]["binding"]["power_charge"] for slot in slots} == {"CUSTOMER,PV"}


@EITHER
def test_pages_of_rows_go_on_where_the_one_before_ended(keyed: Api, path: str, media: str) -> None:
    """[C5] By Link, by offset, and from a JSON page's cursor."""
    whole = listed(keyed, path, media)
    assert listed(keyed, f"{path}&limit=7&offset=860", media) == whole[860:867]
    seen = []
    page: str | None = f"{path}&limit=432"
    while page:
        seen += listed(keyed, page, media)
        page = next_page(keyed.get(page, Accept=media))
    assert seen == whole
    after_json = next_page(keyed.get(f"{path}&limit=900"))
    assert after_json
    assert listed(keyed, after_json.replace("limit=900", "limit=1000000"), media) == whole[900:]


@EITHER
def test_an_empty_list_has_no_rows(keyed: Api, battery: str, media: str) -> None:
    path = f"/limits?asset_ids={battery}&delivery_day=2026-05-01"
    assert listed(keyed, path, media) == []
    assert content_of(keyed.get(path, Accept=media)).startswith(b"asset_id," if media == CSV else b"")


@EITHER
def test_any_number_of_rows_takes_the_same_statements(
    keyed: Api, path: str, media: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for limit in (1, 1_152):
        with django_assert_num_queries(5):  # the key, the revisions, and the COPY in a transaction
            assert len(listed(keyed, f"{path}&limit={limit}", media)) == limit


@EITHER
def test_a_tag_answers_304_without_a_look_at_the_rows(
    keyed: Api, path: str, media: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """[C13]"""
    answer = keyed.get(path, Accept=media)
    assert answer["ETag"] != keyed.get(path)["ETag"]
    with django_assert_num_queries(2):
        assert keyed.get(path, Accept=media, If_None_Match=answer["ETag"]).status_code == 304


@EITHER
def test_a_key_bound_to_assets_sees_no_others(path: str, battery: str, media: str) -> None:
    """[C14]"""
    rows = listed(Api.with_key(asset_ids=[battery]), path, media)
    assert len(rows) == 864
    assert {row["asset_id"] for row in rows} == {battery}


def test_ndjson_of_one_slot_is_on_one_line(keyed: Api, battery: str) -> None:
    make_limits(slot_item(battery))
    content = content_of(keyed.get(f"/limits?asset_ids={battery}&{DAYS}", Accept=NDJSON))
    assert content.count(b"\n") == 1
    assert content.endswith(b"}\n")
