"""One spec over HTTP: what is stored of it, what is kept, and what is refused [SP1] [SP2]."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Spec
from tests.clients import Api, detail_of, faults_of, read
from tests.factories.assets import make_asset
from tests.factories.specs import listed, put_spec, represented, spec_body, stamp, windows_of

pytestmark = pytest.mark.django_db

VALUES: dict[str, Any] = {
    "rated_power": {"value": "9.5", "unit": "MW"},
    "grid_connection_max_power": {"value": "12", "unit": "MW"},
    "max_capacity": {"value": "20", "unit": "MWh"},
    "ramp_rate": "2.5",
    "ramp_type": "LINEAR",
    "charge_efficiency": "0.95",
    "discharge_efficiency": "1",
    "daily_cycle_energy_limit": {"value": "40.000001", "unit": "MWh"},
    "prequalified_fcr": {"value": "0", "unit": "MW"},
    "prequalified_afrr_charge": {"value": "8", "unit": "MW"},
    "prequalified_afrr_discharge": {"value": "7", "unit": "MW"},
}
NULLS = dict.fromkeys(VALUES)


@pytest.fixture
def asset() -> Asset:
    return make_asset()


@pytest.fixture
def api() -> Api:
    return Api.with_key()


# --- One spec -------------------------------------------------------------------------------------------------------


def test_a_new_spec_is_stored_whole_and_answers_nothing(api: Api, asset: Asset) -> None:
    """[SP1] [C11]"""
    answer = api.patch("/specs", spec_body(asset, 1, **VALUES))

    assert (answer.status_code, answer.content) == (204, b"")
    (spec,) = listed(api, asset)
    assert spec["updated_at"] == spec["created_at"]
    assert spec == {
        "asset_id": asset.pk,
        "valid_from": stamp(1),
        "valid_to": None,
        **VALUES,
        "created_at": spec["created_at"],
        "updated_at": spec["created_at"],
    }


def test_a_spec_is_answered_where_the_client_prefers_it(api: Api, asset: Asset) -> None:
    """[C11]"""
    answer = api.patch("/specs", spec_body(asset, 1, 2, **VALUES), Prefer="return=representation")

    assert answer["Preference-Applied"] == "return=representation"
    assert read(answer) == listed(api, asset)[0]
    assert represented(api, spec_body(asset, 1, ramp_rate=3)) == listed(api, asset)[0]


def test_quantities_are_answered_in_megawatts_and_megawatt_hours(api: Api, asset: Asset) -> None:
    """[C2]"""
    sent: dict[str, Any] = {
        "rated_power": {"value": 9500, "unit": "kW"},
        "max_capacity": {"value": "0.02", "unit": "GWh"},
        "ramp_rate": 2.50,
        "charge_efficiency": 0.95,
    }

    spec = represented(api, spec_body(asset, 1, **sent))

    assert {field: spec[field] for field in sent} == {field: VALUES[field] for field in sent}


def test_a_spec_may_hold_no_value_at_all(api: Api, asset: Asset) -> None:
    """[SP1]: every value may be left out."""
    spec = represented(api, spec_body(asset, 1))

    assert {field: spec[field] for field in VALUES} == NULLS


def test_a_spec_begins_and_ends_at_any_instant(api: Api, asset: Asset) -> None:
    """[SP1]: not on the grid; two offsets of one instant are one spec."""
    sent = {"valid_from": "2026-05-01T02:00:00.000001+02:00", "valid_to": "2026-05-01T00:00:00.000002Z"}
    spec = represented(api, {"asset_id": asset.pk, **sent})
    assert spec["valid_from"] == "2026-05-01T00:00:00.000001Z"
    assert spec["valid_to"] == "2026-05-01T00:00:00.000002Z"

    represented(api, {"asset_id": asset.pk, "valid_from": spec["valid_from"], "ramp_rate": 1})

    (spec,) = listed(api, asset)
    assert spec["ramp_rate"] == "1"


def test_what_is_left_out_stays_and_null_clears_a_value(api: Api, asset: Asset) -> None:
    """[SP2] [C10]"""
    before = represented(api, spec_body(asset, 1, 9, **VALUES))

    after = represented(api, spec_body(asset, 1, ramp_type="STEP", max_capacity=None))

    assert after["updated_at"] > before["updated_at"]
    expected = {"ramp_type": "STEP", "max_capacity": None, "updated_at": after["updated_at"]}
    assert after == before | expected
    cleared = represented(api, spec_body(asset, 1, **NULLS))
    assert cleared == after | NULLS | {"updated_at": cleared["updated_at"]}


@pytest.mark.parametrize(
    "same",
    [
        {},
        VALUES,
        {"rated_power": {"value": "9500.0", "unit": "kW"}, "ramp_rate": "2.50"},
        {"valid_to": stamp(9)},
        {"valid_to": "2026-05-09T02:00:00+02:00", "ramp_type": " LINEAR "},
    ],
)
def test_the_same_values_again_change_nothing(api: Api, asset: Asset, same: dict[str, Any]) -> None:
    """[C10]"""
    before = represented(api, spec_body(asset, 1, 9, **VALUES))

    assert represented(api, spec_body(asset, 1, **same)) == before


# --- What is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"asset_id": None}, "asset_id"),
        ({"asset_id": ""}, "asset_id"),
        ({"asset_id": "A" * 101}, "asset_id"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_from": "2026-05-01"}, "valid_from"),
        ({"valid_from": "2026-05-01T00:00:00"}, "valid_from"),
        ({"valid_from": "2026-05-01T00:00:00.0000001Z"}, "valid_from"),
        ({"valid_to": "2026-05-01T00:00:00"}, "valid_to"),
        ({"valid_to": stamp(1)}, "valid_to"),
        ({"valid_to": "2026-05-01T01:00:00+01:00"}, "valid_to"),
        ({"valid_to": "2026-04-30T00:00:00Z"}, "valid_to"),
        ({"rated_power": {"value": "-0.000001", "unit": "MW"}}, "rated_power"),
        ({"rated_power": {"value": 1, "unit": "MWh"}}, "rated_power"),
        ({"rated_power": 1}, "rated_power"),
        ({"max_capacity": {"value": 1, "unit": "MW"}}, "max_capacity"),
        ({"max_capacity": {"value": -1, "unit": "kWh"}}, "max_capacity"),
        ({"daily_cycle_energy_limit": {"value": "0.0000001", "unit": "MWh"}}, "daily_cycle_energy_limit"),
        ({"prequalified_fcr": {"value": "1e13", "unit": "MW"}}, "prequalified_fcr"),
        ({"prequalified_afrr_charge": {"value": -1, "unit": "MW"}}, "prequalified_afrr_charge"),
        ({"ramp_rate": -1}, "ramp_rate"),
        ({"ramp_rate": {"value": 1, "unit": "MW"}}, "ramp_rate"),
        ({"ramp_type": " "}, "ramp_type"),
        ({"ramp_type": "x" * 201}, "ramp_type"),
        ({"ramp_type": 1}, "ramp_type"),
        ({"charge_efficiency": 0}, "charge_efficiency"),
        ({"charge_efficiency": "1.000001"}, "charge_efficiency"),
        ({"discharge_efficiency": "0.9700001"}, "discharge_efficiency"),
        ({"created_at": stamp(1)}, "created_at"),
        ({"valid_until": stamp(2)}, "valid_until"),
    ],
)
def test_what_is_wrong_with_a_spec_is_named(api: Api, asset: Asset, fields: dict[str, Any], place: str) -> None:
    """[SP1] [C2] [C3] [C4]"""
    ((loc, _kind),) = faults_of(api.patch("/specs", spec_body(asset, 1, **fields)))

    assert loc == ("body", place)
    assert not Spec.objects.exists()


def test_every_fault_is_named(api: Api) -> None:
    """[C3]"""
    places = [loc for loc, _kind in faults_of(api.patch("/specs", {"ramp_rate": -1, "ramp_type": ""}))]

    assert places == [("body", "asset_id"), ("body", "valid_from"), ("body", "ramp_rate"), ("body", "ramp_type")]


def test_a_spec_of_an_unknown_asset_is_404_once_it_is_right_in_itself(api: Api) -> None:
    """[C8] [C3]"""
    body = {"asset_id": "DE_50HZ_NONE_1", "valid_from": stamp(1)}

    assert detail_of(api.patch("/specs", body), 404) == "Unknown asset: DE_50HZ_NONE_1."
    assert faults_of(api.patch("/specs", body | {"ramp_rate": -1}))


def test_an_asset_that_the_key_is_not_bound_to_is_as_if_unknown(asset: Asset) -> None:
    """[C14]"""
    own = make_asset()
    api = Api.with_key(asset_ids=[own.pk])

    assert detail_of(api.patch("/specs", spec_body(asset, 1)), 404) == f"Unknown asset: {asset.pk}."
    assert api.patch("/specs", spec_body(own, 1)).status_code == 204
    assert windows_of(asset) == []


def test_each_method_needs_its_scope(asset: Asset) -> None:
    """[C14]"""
    reader = Api.with_key("assets:read", "markets:write", "sites:write")
    writer = Api.with_key("assets:write", "markets:read", "sites:read")

    assert detail_of(reader.patch("/specs", spec_body(asset, 1)), 403) == "This needs the scope assets:write."
    assert detail_of(writer.get(f"/specs?asset_ids={asset.pk}"), 403) == "This needs the scope assets:read."


@pytest.mark.parametrize(
    ("start", "end", "queries"),
    [
        (9, None, 8),
        (2, 3, 7),
        (5, None, 6),
        (5, 6, 7),
    ],
    ids=["a new open one", "a new one with an end", "a corrected one", "a moved end"],
)
def test_writing_a_spec_takes_the_same_queries_however_many_there_are(
    api: Api,
    asset: Asset,
    django_assert_num_queries: DjangoAssertNumQueries,
    start: int,
    end: int | None,
    queries: int,
) -> None:
    """The key, a savepoint and its release, the asset, the spec of that time; then what is in the way and what it
    changes."""
    for number in range(10, 20):
        put_spec(make_asset(), number)
    put_spec(asset, 1, 2)
    put_spec(asset, 5)

    with django_assert_num_queries(queries):
        answer = api.patch("/specs", spec_body(asset, start, end, ramp_rate=1))

    assert answer.status_code == 204
