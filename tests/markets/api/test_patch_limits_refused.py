"""PATCH /limits: what is refused, in which order, and that nothing of it is written [C3] [B1]."""

import json
from typing import Any

import pytest

from markets.api.bodies import PatchLimits
from markets.limit_items import LARGEST_EXPANSION
from markets.models import Limit
from tests.factories.clients import ApiClient
from tests.factories.limits import limit_item, make_limits, patch, slot_item, stored_rows

pytestmark = pytest.mark.django_db

WHOLE_DAYS = {"start_time": "00:00", "end_time": "24:00"}


def refused(api: ApiClient, *items: Any) -> list[tuple[str | int, ...]]:
    """The place of each fault that a batch is refused for, below `limits`."""
    faults = api.faults("PATCH", "/limits", {"limits": list(items)})
    assert not Limit.objects.exists()
    return [tuple(loc[2:]) for loc, _ in faults if loc[:2] == ["body", "limits"]]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"asset_id": "x" * 10_000}, "asset_id"),
        ({"asset_id": ""}, "asset_id"),
        ({"asset_id": 7}, "asset_id"),
        ({"asset_id": None}, "asset_id"),
        ({"source": "customer"}, "source"),
        ({"source": "GRID"}, "source"),
        ({"source": None}, "source"),
        ({"source": ["CUSTOMER"]}, "source"),
        ({"start_time": "06:10"}, "start_time"),
        ({"start_time": "6:00"}, "start_time"),
        ({"start_time": "06:00:30"}, "start_time"),
        ({"start_time": "06:00:00.0"}, "start_time"),
        ({"start_time": "06:00+02:00"}, "start_time"),
        ({"start_time": "06:00z"}, "start_time"),
        ({"start_time": " 06:00"}, "start_time"),
        ({"start_time": "\N{FULLWIDTH DIGIT ZERO}6:00"}, "start_time"),
        ({"start_time": "0600"}, "start_time"),
        ({"start_time": 600}, "start_time"),
        ({"start_time": ["06:00"]}, "start_time"),
        ({"start_time": {"06:00": 1}}, "start_time"),
        ({"start_time": None}, "start_time"),
        ({"start_time": "24:00"}, "start_time"),
        ({"end_time": "24:15"}, "end_time"),
        ({"end_time": "25:00"}, "end_time"),
        ({"end_time": "06:00"}, "end_time"),
        ({"end_time": "05:00"}, "end_time"),
        ({"end_time": True}, "end_time"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_from": "2026-5-1"}, "valid_from"),
        ({"valid_from": "2026-W18-5"}, "valid_from"),
        ({"valid_from": "2026-05-01T00:00:00Z"}, "valid_from"),
        ({"valid_from": "0000-01-01"}, "valid_from"),
        ({"valid_from": 20260501}, "valid_from"),
        ({"valid_until": "2026-04-30"}, "valid_until"),
        ({"valid_until": "9999-12-31"}, "valid_until"),
        ({"valid_until": "12026-05-01"}, "valid_until"),
        ({"power_charge": 1}, "power_charge"),
        ({"power_charge": "0.000001"}, "power_charge"),
        ({"power_charge": -0.1234567}, "power_charge"),
        ({"power_charge": "-1e12"}, "power_charge"),
        ({"power_charge": "NaN"}, "power_charge"),
        ({"power_charge": "-Infinity"}, "power_charge"),
        ({"power_charge": "-1e999"}, "power_charge"),
        ({"power_charge": True}, "power_charge"),
        ({"power_charge": ""}, "power_charge"),
        ({"power_charge": {"value": -1, "unit": "MW"}}, "power_charge"),
        ({"power_discharge": -1}, "power_discharge"),
        ({"power_discharge": "1_000"}, "power_discharge"),
        ({"energy_low": -0.5}, "energy_low"),
        ({"energy_low": "\N{ARABIC-INDIC DIGIT THREE}"}, "energy_low"),
        ({"energy_high": "-1"}, "energy_high"),
        ({"energy_high": [1]}, "energy_high"),
        ({"trading_locked": "yes"}, "trading_locked"),
        ({"trading_locked": "true"}, "trading_locked"),
        ({"trading_locked": 1}, "trading_locked"),
        ({"delivery_day": "2026-05-01"}, "delivery_day"),
        ({"updated_at": "2026-05-01T00:00:00Z"}, "updated_at"),
    ],
)
def test_a_wrong_value_is_refused_where_it_is(api: ApiClient, battery: str, fields: dict[str, Any], place: str) -> None:
    """[L1] [C2] [C4] The items beside it are fine."""
    good = slot_item(battery)
    assert refused(api, good, limit_item(battery, **fields), good) == [(1, place)]


@pytest.mark.parametrize("field", ["asset_id", "source", "start_time", "end_time", "valid_from", "valid_until"])
def test_a_field_that_is_missing_is_named(api: ApiClient, battery: str, field: str) -> None:
    """[L1]"""
    item = limit_item(battery)
    del item[field]
    assert refused(api, item) == [(0, field)]


@pytest.mark.parametrize("values", [{"power_charge": None}, {"energy_low": None, "trading_locked": None}])
def test_an_item_without_any_value_is_refused_as_a_whole(api: ApiClient, battery: str, values: dict[str, None]) -> None:
    """[L1]"""
    assert refused(api, slot_item(battery), limit_item(battery, **values)) == [(1,)]


@pytest.mark.parametrize("item", [None, 1, "x", [], True])
def test_an_item_that_is_no_object_is_refused(api: ApiClient, item: Any) -> None:
    """[C3]"""
    assert refused(api, item) == [(0,)]


@pytest.mark.parametrize("body", [{}, {"limits": None}, {"limits": []}, {"limits": {}}, {"limits": "x"}, [], None])
def test_a_body_without_items_is_refused(api: ApiClient, body: Any) -> None:
    """[B1]"""
    answer = api.client.patch("/api/v1/limits", json.dumps(body), "application/json")
    assert answer.status_code == 422, answer.content


@pytest.mark.parametrize("text", ["NaN", "1e999", "-1e999", "1" * 5000, "01", '"\\u0000"', '"\\ud800"'])
def test_a_number_that_none_is_or_none_can_hold_is_refused(api: ApiClient, battery: str, text: str) -> None:
    """[C2] [C3] As a client writes it that knows no bounds."""
    content = json.dumps({"limits": [slot_item(battery, power_discharge="HERE")]}).replace('"HERE"', text)
    answer = api.client.patch("/api/v1/limits", content, "application/json")
    assert answer.status_code == 422, answer.content
    assert not Limit.objects.exists()


def test_too_many_items_are_refused_before_any_is_looked_at(api: ApiClient, battery: str) -> None:
    """[B1]"""
    faults = api.faults("PATCH", "/limits", {"limits": [{}] * 10_001})
    assert faults == [(["body", "limits"], "List should have at most 10000 items, not 10001")]


def test_of_many_faults_a_hundred_are_named(api: ApiClient) -> None:
    """[C3]"""
    assert len(refused(api, *[{"junk": 1}] * 10_000)) == 100


@pytest.mark.parametrize(
    "fields", [{"valid_from": "0001-01-01", "valid_until": "9999-12-30"}, {"valid_until": "2033-02-18"}]
)
def test_more_rows_than_are_allowed_are_refused_before_any_is_made(
    api: ApiClient, battery: str, fields: dict[str, str], django_assert_num_queries: Any
) -> None:
    """[L2] The sentence names the count and the limit; nothing but the key is asked of the database."""
    item = limit_item(battery, **WHOLE_DAYS, **{"valid_from": "2026-01-01"} | fields)
    with django_assert_num_queries(1):
        [(loc, sentence)] = api.faults("PATCH", "/limits", {"limits": [item]})
    days = 3_652_058 if fields["valid_until"].startswith("9999") else 2_606
    assert loc == ["body", "limits"]
    assert sentence == f"The items expand to {days * 96} rows of 15 minutes; the limit is 250000"


def test_a_range_to_the_end_of_time_is_told_its_count_too(api: ApiClient, battery: str) -> None:
    """[L2] The last day of all days cannot be stored; whoever means "for ever" learns why that is too much."""
    item = limit_item(battery, **WHOLE_DAYS, valid_from="2026-01-01", valid_until="9999-12-31")
    [(loc, sentence)] = api.faults("PATCH", "/limits", {"limits": [item]})
    assert loc == ["body", "limits", 0, "valid_until"]
    assert sentence.endswith("The items expand to 279594528 rows of 15 minutes; the limit is 250000")


def test_the_limit_of_rows_is_the_sum_over_all_items(battery: str) -> None:
    """[L2] 250,000 rows are a batch, one more is none, also where items overlap."""
    days = limit_item(battery, **WHOLE_DAYS, valid_from="2026-01-01", valid_until="2033-02-16")
    rest = limit_item(battery, start_time="00:00", end_time="04:00")
    body = PatchLimits.model_validate({"limits": [days, rest]})
    assert sum(item.rows for item in body.limits) == LARGEST_EXPANSION
    with pytest.raises(ValueError, match="250001 rows"):
        PatchLimits.model_validate({"limits": [days, rest, slot_item(battery)]})


@pytest.mark.parametrize("bad", [0, 1, 6])
def test_one_bad_item_anywhere_leaves_nothing_behind(api: ApiClient, battery: str, bad: int) -> None:
    """[B1] Whether the item, its asset or the row it meets is what is wrong."""
    make_limits(slot_item(battery, 23, energy_high=1))
    before = stored_rows()
    good = [slot_item(battery, hour, energy_low=2) for hour in range(6)]
    for wrong in ({"end_time": "00:15"}, {"asset_id": "DE_50HZ_NONE_1"}, {"start_time": "23:00", "end_time": "24:00"}):
        items = [*good[:bad], slot_item(battery, 22, energy_low=2) | wrong, *good[bad:]]
        answer = api.call("PATCH", "/limits", {"limits": items})
        assert answer.status_code == (404 if "asset_id" in wrong else 422)
        assert stored_rows() == before


def test_all_unknown_assets_are_named(api: ApiClient, battery: str) -> None:
    """[C8] Odd ids are unknown like any other."""
    unknown = ["DE_50HZ_NONE_1", "{0} % %s", "Ärger\t'\"\\", "PL_PSE_NONE_2"]
    status, sentence = api.refusal("PATCH", "/limits", {"limits": [slot_item(one) for one in (*unknown, battery)]})
    assert status == 404
    assert all(one in sentence for one in unknown)
    assert battery not in sentence
    assert not Limit.objects.exists()


def test_what_is_wrong_in_the_body_comes_before_an_unknown_asset(api: ApiClient) -> None:
    """[C3] Order of checks."""
    assert refused(api, slot_item("NONE"), slot_item("NONE", power_charge=1)) == [(1, "power_charge")]


def test_an_asset_that_a_key_is_not_bound_to_is_unknown(battery: str, neighbour: str) -> None:
    """[C14]"""
    bound = ApiClient(asset_ids=[battery])
    status, sentence = bound.refusal("PATCH", "/limits", {"limits": [slot_item(battery), slot_item(neighbour)]})
    assert (status, sentence) == (404, f"Unknown asset: {neighbour}.")
    assert patch(bound, slot_item(battery))["inserted"] == 1


def test_a_source_that_a_key_is_not_bound_to_is_forbidden(battery: str) -> None:
    """[C14] [C3] What is wrong in the body is said first, what is unknown only to those who may write it."""
    bound = ApiClient(sources=["CUSTOMER"])
    foreign = slot_item(battery, source="OPERATIONS")
    assert patch(bound, slot_item(battery))["inserted"] == 1
    for items in ([slot_item(battery), foreign], [slot_item("NONE"), foreign]):
        status, sentence = bound.refusal("PATCH", "/limits", {"limits": items})
        assert (status, sentence) == (403, "This key cannot write limits of source OPERATIONS.")
    assert bound.faults("PATCH", "/limits", {"limits": [slot_item(battery, source="GRID")]})
    assert Limit.objects.count() == 1


def test_a_key_that_may_only_read_cannot_write(battery: str) -> None:
    """[C14]"""
    status, _ = ApiClient("markets:read").refusal("PATCH", "/limits", {"limits": [slot_item(battery)]})
    assert status == 403


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_other_methods_are_not_allowed(api: ApiClient, battery: str, method: str) -> None:
    """[C3]"""
    answer = api.call(method, "/limits", {"limits": [slot_item(battery)]})
    assert answer.status_code == 405
    assert {"GET", "PATCH", "DELETE"} <= set(answer["Allow"].split(", "))


def test_other_media_types_are_refused(api: ApiClient) -> None:
    """[C2]"""
    assert api.client.patch("/api/v1/limits", "limits=1", "application/x-www-form-urlencoded").status_code == 415
