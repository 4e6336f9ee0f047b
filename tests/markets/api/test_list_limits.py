"""GET /limits: groups of sources per asset and slot, and what comes of them [L4] [L5]."""

from typing import Any

import pytest

from markets.vocabulary import LimitSource
from tests.factories.clients import ApiClient
from tests.factories.limits import NOTHING, limit_item, make_limits, slot_item, slots_of

pytestmark = pytest.mark.django_db


def computed(api: ApiClient, asset_id: str, **query: str) -> dict[str, Any]:
    """What is computed for the one slot that is listed."""
    [slot] = slots_of(api, asset_id, **query)
    found: dict[str, Any] = slot["computed"]
    return found


def test_a_slot_is_answered_as_documented(api: ApiClient, battery: str) -> None:
    """[L4] [C2] Sources in the order of the vocabulary; decimals as short strings, edges short, instants long."""
    make_limits(
        slot_item(battery, source="PV", power_discharge="80.500000", energy_high="1e2", trading_locked=False),
        slot_item(battery, source="REPORTED", power_charge="-90", energy_low="0.000001"),
        slot_item(battery, source="AVAILABILITY", power_charge="-0", trading_locked=True),
    )
    updated = {"updated_at": "2026-05-01T08:00:00.000000Z"}
    pv = {"power_discharge": "80.5", "energy_high": "100"}
    [slot] = slots_of(api, battery)
    assert slot == {
        "asset_id": battery,
        "start_time": "2026-05-01T06:00:00Z",
        "end_time": "2026-05-01T06:15:00Z",
        "delivery_day": "2026-05-01",
        "sources": [
            {"source": "REPORTED", **NOTHING, "power_charge": "-90", "energy_low": "0.000001", **updated},
            {"source": "PV", **NOTHING, **pv, "trading_locked": False, **updated},
            {"source": "AVAILABILITY", **NOTHING, "power_charge": "0", "trading_locked": True, **updated},
        ],
        "computed": {
            "power_charge": "0",
            "power_discharge": "80.5",
            "energy_low": "0.000001",
            "energy_high": "100",
            "trading_locked": True,
            "binding": {
                "power_charge": "AVAILABILITY",
                "power_discharge": "PV",
                "energy_low": "REPORTED",
                "energy_high": "PV",
                "trading_locked": "AVAILABILITY",
            },
        },
    }


@pytest.mark.parametrize(
    ("column", "tightest", "laxer"),
    [("power_charge", -1, -9), ("power_discharge", 1, 9), ("energy_low", 9, 1), ("energy_high", 1, 9)],
)
def test_the_most_restrictive_value_binds(api: ApiClient, battery: str, column: str, tightest: int, laxer: int) -> None:
    """[L5] Power towards zero, the energy band inwards; a source without a value has no say."""
    make_limits(
        slot_item(battery, source="REPORTED", **{column: laxer}),
        slot_item(battery, source="OPERATIONS", trading_locked=False),
        slot_item(battery, source="CUSTOMER", **{column: tightest}),
    )
    found = computed(api, battery)
    assert (found[column], found["binding"][column]) == (str(tightest), "CUSTOMER")
    others = set(NOTHING) - {column, "trading_locked"}
    assert all(found[other] is None and found["binding"][other] is None for other in others)


def test_sources_that_tie_are_all_named_in_the_order_of_the_vocabulary(api: ApiClient, battery: str) -> None:
    """[L5] Written in another order, and with other zeros."""
    for source in ("AVAILABILITY", "PV", "CUSTOMER", "OPERATIONS", "REPORTED"):
        make_limits(
            slot_item(battery, source=source, power_charge="-5.0" if source == "PV" else -5, trading_locked=True)
        )
    binding = computed(api, battery)["binding"]
    assert binding["power_charge"] == binding["trading_locked"] == "REPORTED,OPERATIONS,CUSTOMER,PV,AVAILABILITY"
    [slot] = slots_of(api, battery)
    assert [source["source"] for source in slot["sources"]] == LimitSource.values


def test_nothing_locked_is_false_and_bound_by_nobody(api: ApiClient, battery: str) -> None:
    """[L5] trading_locked is never null, its binding is null then."""
    make_limits(slot_item(battery), slot_item(battery, source="PV", trading_locked=False))
    found = computed(api, battery)
    assert (found["trading_locked"], found["binding"]["trading_locked"]) == (False, None)


def test_a_filter_of_sources_never_makes_a_limit_look_laxer(api: ApiClient, battery: str) -> None:
    """[L5] It chooses the rows and the groups that are listed, not what is computed."""
    make_limits(
        slot_item(battery, 6, source="CUSTOMER", power_charge=-9),
        slot_item(battery, 6, source="PV", power_charge=-1, trading_locked=True),
        slot_item(battery, 7, source="PV"),
    )
    [slot] = slots_of(api, battery, sources="CUSTOMER")
    assert [source["source"] for source in slot["sources"]] == ["CUSTOMER"]
    assert (slot["computed"]["power_charge"], slot["computed"]["binding"]["power_charge"]) == ("-1", "PV")
    assert slot["computed"]["trading_locked"] is True
    assert [slot["start_time"][11:16] for slot in slots_of(api, battery, sources="PV")] == ["06:00", "07:00"]
    assert slots_of(api, battery, sources="REPORTED") == []


def test_several_sources_are_listed_in_the_order_of_the_vocabulary(api: ApiClient, battery: str) -> None:
    """[C6] However they are asked for, and however often."""
    make_limits(*(slot_item(battery, source=source) for source in LimitSource.values))
    for asked in ("PV,OPERATIONS", "PV&sources=OPERATIONS", "OPERATIONS,PV,PV&sources=OPERATIONS"):
        [slot] = slots_of(api, battery, sources=asked)
        assert [source["source"] for source in slot["sources"]] == ["OPERATIONS", "PV"]


def test_slots_are_ordered_by_asset_and_start(api: ApiClient, battery: str, neighbour: str) -> None:
    """[L4] However the assets are asked for."""
    make_limits(slot_item(neighbour, 5), slot_item(battery, 7), slot_item(battery, 6))
    for asked in ((battery, neighbour), (neighbour, battery), (neighbour, battery, battery)):
        found = [(slot["asset_id"], slot["start_time"][11:13]) for slot in slots_of(api, *asked)]
        assert found == [(battery, "06"), (battery, "07"), (neighbour, "05")]


def test_a_window_is_half_open(api: ApiClient, battery: str) -> None:
    """[C7] By start_time; offsets are honoured, edges need not lie on the grid."""
    make_limits(limit_item(battery, start_time="06:00", end_time="07:00"))

    def found(start: str, end: str) -> list[str]:
        return [slot["start_time"][11:16] for slot in slots_of(api, battery, **{"from": start, "to": end})]

    assert found("2026-05-01T06:00:00Z", "2026-05-01T06:30:00Z") == ["06:00", "06:15"]
    assert found("2026-05-01T08:15:00%2B02:00", "2026-05-01T06:45:00Z") == ["06:15", "06:30"]
    assert found("2026-05-01T06:00:00.000001Z", "2026-05-01T06:15:00.000001Z") == ["06:15"]
    assert found("2026-05-01T06:00:00Z", "2026-05-01T06:00:00Z") == []
    assert found("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z") == ["06:00", "06:15", "06:30", "06:45"]


@pytest.mark.parametrize(
    ("day", "slots", "first", "last"),
    [
        ("2026-03-29", 92, "2026-03-28T23:00:00Z", "2026-03-29T21:45:00Z"),
        ("2026-10-25", 100, "2026-10-24T22:00:00Z", "2026-10-25T22:45:00Z"),
        ("2026-05-01", 96, "2026-04-30T22:00:00Z", "2026-05-01T21:45:00Z"),
    ],
)
def test_a_delivery_day_is_the_markets(
    api: ApiClient, battery: str, day: str, slots: int, first: str, last: str
) -> None:
    """[C7] With as many slots as the day has where clocks change."""
    whole = {"start_time": "00:00", "end_time": "24:00", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
    make_limits(limit_item(battery, **whole))
    found = slots_of(api, battery, delivery_day=day)
    assert (len(found), found[0]["start_time"], found[-1]["start_time"]) == (slots, first, last)
    assert {slot["delivery_day"] for slot in found} == {day}


def test_assets_that_do_not_exist_or_not_for_the_key_are_left_out(battery: str, neighbour: str) -> None:
    """[C8] [C14]"""
    make_limits(slot_item(battery), slot_item(neighbour))
    assert len(slots_of(ApiClient(), battery, "DE_50HZ_NONE_1", "%25s{}", "x" * 5000, neighbour)) == 2
    bound = ApiClient("markets:read", asset_ids=[battery])
    assert [slot["asset_id"] for slot in slots_of(bound, battery, neighbour)] == [battery]
    assert slots_of(bound, neighbour) == []


def test_a_key_that_is_bound_to_a_source_reads_all(battery: str) -> None:
    """[C14] It is what such a key writes that is bound."""
    make_limits(slot_item(battery), slot_item(battery, source="PV"))
    [slot] = slots_of(ApiClient(sources=["CUSTOMER"]), battery)
    assert len(slot["sources"]) == 2


@pytest.mark.parametrize("assets", [1, 500])
def test_a_page_takes_the_same_statements_whatever_it_holds(
    api: ApiClient, battery: str, assets: int, django_assert_num_queries: Any
) -> None:
    """The key, the revisions of the ETag, and the list [C13]."""
    make_limits(limit_item(battery, end_time="12:00"))
    ids = [battery, *(f"DE_50HZ_NONE_{number}" for number in range(1, assets))]
    with django_assert_num_queries(3):
        assert len(slots_of(api, *ids)) == 24


WINDOW = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", {("asset_ids", "missing"), ("from", "missing"), ("to", "missing")}),
        ("asset_ids=A", {("from", "missing"), ("to", "missing")}),
        (f"asset_ids=&{WINDOW}", {("asset_ids", "empty_element")}),
        (f"asset_ids=A,,B&{WINDOW}", {("asset_ids", "empty_element")}),
        (f"asset_ids={','.join(str(n) for n in range(501))}&{WINDOW}", {("asset_ids", "too_long")}),
        ("asset_ids=A&from=2026-05-01T00:00:00Z", {("to", "missing")}),
        ("asset_ids=A&to=2026-05-01T00:00:00Z", {("from", "missing")}),
        (
            "asset_ids=A&from=2026-05-01T00:00:00&to=2026-05-02",
            {("from", "timezone_aware"), ("to", "datetime_parsing")},
        ),
        ("asset_ids=A&from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", {("to", "window")}),
        (f"asset_ids=A&{WINDOW}&delivery_day=2026-05-01", {("from", "window"), ("to", "window")}),
        ("asset_ids=A&delivery_day=2026-05-01&to=2026-05-02T00:00:00Z", {("to", "window")}),
        ("asset_ids=A&delivery_day=2026-13-01", {("delivery_day", "date_parsing")}),
        ("asset_ids=A&delivery_day=0001-01-01", {("delivery_day", "window")}),
        ("asset_ids=A&delivery_day=9999-12-31", {("delivery_day", "window")}),
        ("asset_ids=A&delivery_day=", {("delivery_day", "date_parsing")}),
        (f"asset_ids=A&{WINDOW}&sources=customer", {("sources.0", "enum")}),
        (f"asset_ids=A&{WINDOW}&sources=PV,GRID", {("sources.1", "enum")}),
        (f"asset_ids=A&{WINDOW}&sources=", {("sources", "empty_element")}),
        (f"asset_ids=A&{WINDOW}&from_=2026-05-01T00:00:00Z", {("from_", "extra_forbidden")}),
        (f"asset_ids=A&{WINDOW}&source=PV", {("source", "extra_forbidden")}),
        (f"asset_ids=A&{WINDOW}&limit=0", {("limit", "greater_than_equal")}),
        (f"asset_ids=A&{WINDOW}&limit=1001&offset=-1", {("limit", "less_than_equal"), ("offset", "int_parsing")}),
        (f"asset_ids=A&{WINDOW}&latest=true", {("latest", "extra_forbidden")}),
        ("asset_ids=A&from=0001-01-01T00:00:00%2B14:00&to=9999-12-31T23:59:59Z", {("from", "datetime_parsing")}),
        (f"asset_ids=%00&{WINDOW}", {("asset_ids", "string_unicode")}),
    ],
)
def test_a_wrong_query_is_refused_where_it_is(api: ApiClient, query: str, places: set[tuple[str, str]]) -> None:
    """[C3] [C4] [C6] [C7]"""
    answer = api.call("GET", f"/limits?{query}")
    assert answer.status_code == 422, answer.content
    detail = answer.json()["detail"]  # type: ignore[attr-defined]
    assert {(".".join(map(str, fault["loc"][1:])), fault["type"]) for fault in detail} == places
    assert {fault["loc"][0] for fault in detail} == {"query"}
