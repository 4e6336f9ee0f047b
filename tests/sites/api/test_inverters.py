"""Inverters over HTTP [ST4] [ST5]."""

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset
from sites.models import Inverter, InverterAsset, InverterReading, Site
from tests.factories.clients import ApiClient
from tests.factories.plants import make_asset
from tests.factories.sites import add_inverter, add_site, inverter_body
from tests.factories.telemetry import NOON

pytestmark = pytest.mark.django_db

PLANT_DATA = {
    "serial_number": "SN-2041-7",
    "manufacturer": "Fronius",
    "model": "Tauro 100",
    "commissioned_on": "2024-03-18",
    "service_interval_days": 365,
    "last_service_on": "2026-04-02",
    "rated_dc_power": {"value": "0.176", "unit": "MW"},
}


def megawatts(value: str) -> dict[str, str]:
    return {"value": value, "unit": "MW"}


def address(inverter: Inverter) -> str:
    return f"/sites/{inverter.site_id}/inverters/{inverter.pk}"


# --- Creating -------------------------------------------------------------------------------------------------------


def test_a_new_inverter_is_answered_whole_with_its_address(api: ApiClient, site: Site) -> None:
    """[ST4] [ST5] [C2]"""
    second, first = make_asset(), make_asset()
    answer = api.call("POST", f"/sites/{site.pk}/inverters", inverter_body(first.pk, second.pk))
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver/api/v1/sites/{site.pk}/inverters/{site.pk}_INV_1"
    body = json.loads(answer.content)
    assert api.get(f"/sites/{site.pk}/inverters/{site.pk}_INV_1") == body
    assert body["created_at"] == body["updated_at"]
    del body["created_at"], body["updated_at"]
    assert body == {
        "id": f"{site.pk}_INV_1",
        "site_id": site.pk,
        "rated_power": megawatts("0.16"),
        "charge_efficiency": "0.97",
        "discharge_efficiency": "0.965",
        "asset_ids": [first.pk, second.pk],
        **dict.fromkeys(PLANT_DATA),
    }


def test_plant_data_is_stored_and_answered(api: ApiClient, site: Site, asset: Asset) -> None:
    """[ST5]"""
    answer = api.call("POST", f"/sites/{site.pk}/inverters", inverter_body(asset.pk, **PLANT_DATA))
    assert json.loads(answer.content).items() >= PLANT_DATA.items()


def test_inverters_are_numbered_per_site_and_no_number_is_used_twice(api: ApiClient, asset: Asset) -> None:
    """[ST4]"""
    one, other = add_site("A"), add_site("B")

    def added(site: Site) -> str:
        answer = api.call("POST", f"/sites/{site.pk}/inverters", inverter_body(asset.pk))
        return str(json.loads(answer.content)["id"])

    assert [added(one), added(one), added(other)] == [f"{one.pk}_INV_1", f"{one.pk}_INV_2", f"{other.pk}_INV_1"]
    api.call("DELETE", f"/sites/{one.pk}/inverters/{one.pk}_INV_2")
    assert added(one) == f"{one.pk}_INV_3"


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"rated_power": {"value": 0, "unit": "MW"}}, "rated_power", "greater than 0"),
        ({"rated_power": {"value": "-1", "unit": "kW"}}, "rated_power", "greater than 0"),
        ({"rated_power": {"value": 1, "unit": "MWh"}}, "rated_power", "MW, kW, GW"),
        ({"rated_power": 1}, "rated_power", "quantity"),
        ({"rated_power": None}, "rated_power", "quantity"),
        ({"charge_efficiency": 0}, "charge_efficiency", "greater than 0"),
        ({"charge_efficiency": "1.000001"}, "charge_efficiency", "less than or equal to 1"),
        ({"discharge_efficiency": "0.9999999"}, "discharge_efficiency", "6 decimals"),
        ({"discharge_efficiency": True}, "discharge_efficiency", "number"),
        ({"discharge_efficiency": None}, "discharge_efficiency", "number"),
        ({"asset_ids": []}, "asset_ids", "at least 1 item"),
        ({"asset_ids": None}, "asset_ids", "list"),
        ({"asset_ids": "A"}, "asset_ids", "list"),
        ({"asset_ids": ["A", "B", "A", "B"]}, "asset_ids", "A, B should be listed once"),
        ({"asset_ids": [f"A_{number}" for number in range(501)]}, "asset_ids", "at most 500"),
        ({"service_interval_days": 0}, "service_interval_days", "greater than or equal to 1"),
        ({"service_interval_days": 36_501}, "service_interval_days", "less than or equal to 36500"),
        ({"service_interval_days": "30"}, "service_interval_days", "integer"),
        ({"service_interval_days": True}, "service_interval_days", "integer"),
        ({"serial_number": " "}, "serial_number", "at least 1 character"),
        ({"manufacturer": "x" * 201}, "manufacturer", "at most 200 characters"),
        ({"model": 7}, "model", "string"),
        ({"commissioned_on": "2026-02-29"}, "commissioned_on", "date that exists"),
        ({"last_service_on": "2026-05-01T00:00:00Z"}, "last_service_on", "date like"),
        ({"rated_dc_power": {"value": 0, "unit": "kW"}}, "rated_dc_power", "greater than 0"),
        ({"site_id": "A"}, "site_id", "not permitted"),
    ],
)
def test_what_is_wrong_with_a_new_inverter_is_named(
    api: ApiClient, site: Site, fields: dict[str, Any], place: str, sentence: str
) -> None:
    """[ST4] [ST5] [C3] [C4]"""
    ((loc, msg),) = api.faults("POST", f"/sites/{site.pk}/inverters", inverter_body("A") | fields)
    assert loc == ["body", place]
    assert sentence in msg


def test_every_fault_of_a_new_inverter_is_named(api: ApiClient, site: Site) -> None:
    """[C3]"""
    faults = api.faults("POST", f"/sites/{site.pk}/inverters", {"rated_power": 1, "color": "red"})
    assert [loc[1] for loc, _ in faults] == [
        "rated_power",
        "charge_efficiency",
        "discharge_efficiency",
        "asset_ids",
        "color",
    ]


def test_all_unknown_assets_are_named_and_nothing_is_written(api: ApiClient, site: Site, asset: Asset) -> None:
    """[ST4] [C8]"""
    body = inverter_body("DE_50HZ_Z_1", asset.pk, "DE_50HZ_A_1")
    sentence = "Unknown assets: DE_50HZ_A_1, DE_50HZ_Z_1."
    assert api.refusal("POST", f"/sites/{site.pk}/inverters", body) == (404, sentence)
    assert not Inverter.objects.exists()
    added = api.call("POST", f"/sites/{site.pk}/inverters", inverter_body(asset.pk))
    assert json.loads(added.content)["id"] == f"{site.pk}_INV_1"  # the refused one took no number


def test_an_inverter_of_an_unknown_site_is_refused(api: ApiClient, asset: Asset) -> None:
    """[ST4]"""
    refusal = api.refusal("POST", "/sites/DE_AMPN_NONE_SITE_1/inverters", inverter_body(asset.pk))
    assert refusal == (404, "Unknown site: DE_AMPN_NONE_SITE_1.")


def test_an_assets_area_need_not_be_the_sites(api: ApiClient, site: Site, asset: Asset) -> None:
    """[ST4]"""
    assert asset.delivery_area != site.delivery_area
    assert api.call("POST", f"/sites/{site.pk}/inverters", inverter_body(asset.pk)).status_code == 201


def test_several_inverters_may_list_the_same_asset(api: ApiClient, inverter: Inverter, asset: Asset) -> None:
    """[ST4]"""
    assert api.call("POST", f"/sites/{inverter.site_id}/inverters", inverter_body(asset.pk)).status_code == 201


# --- Reading --------------------------------------------------------------------------------------------------------


def test_a_sites_inverters_are_listed_by_id_and_paged(api: ApiClient, site: Site, asset: Asset) -> None:
    """[ST4] [C5]"""
    ids = [add_inverter(site, asset.pk).pk for _ in range(3)]
    add_inverter(add_site("OTHER"), asset.pk)
    page = api.get(f"/sites/{site.pk}/inverters")
    assert (page["limit"], page["offset"]) == (50, 0)
    assert [inverter["id"] for inverter in page["inverters"]] == ids
    assert page["inverters"][0] == api.get(f"/sites/{site.pk}/inverters/{ids[0]}")
    answer = api.call("GET", f"/sites/{site.pk}/inverters?limit=2")
    following = answer["Link"].removeprefix("<http://testserver/api/v1").removesuffix('>; rel="next"')
    assert [inverter["id"] for inverter in api.get(following)["inverters"]] == ids[2:]


def test_a_list_takes_the_same_queries_however_many_inverters_it_has(
    api: ApiClient, site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One each for the key, the site, its inverters and their assets."""
    for _ in range(4):
        add_inverter(site, make_asset().pk, make_asset().pk)
    with django_assert_num_queries(4):
        assert len(api.get(f"/sites/{site.pk}/inverters")["inverters"]) == 4


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_inverter_of_another_site_is_unknown(api: ApiClient, inverter: Inverter, method: str) -> None:
    """[ST4]"""
    other = add_site("OTHER")
    body = {"model": "T"} if method == "PATCH" else None
    refusal = api.refusal(method, f"/sites/{other.pk}/inverters/{inverter.pk}", body)
    assert refusal == (404, f"Unknown inverter: {inverter.pk}.")
    assert api.get(address(inverter))["model"] is None


@pytest.mark.parametrize("path", ["/sites/NONE/inverters", "/sites/NONE/inverters/NONE_INV_1"])
def test_an_unknown_site_is_named_before_its_inverters(api: ApiClient, path: str) -> None:
    """[ST4]"""
    assert api.refusal("GET", path) == (404, "Unknown site: NONE.")


# --- Correcting -----------------------------------------------------------------------------------------------------


def test_a_patch_changes_what_it_names_and_answers_nothing(api: ApiClient, inverter: Inverter, asset: Asset) -> None:
    """[ST4] [C11]"""
    changes = {"rated_power": {"value": "0.0002", "unit": "GW"}, "charge_efficiency": 1, **PLANT_DATA}
    answer = api.call("PATCH", address(inverter), changes)
    assert (answer.status_code, answer.content) == (204, b"")
    stored = api.get(address(inverter))
    assert stored.items() >= {"rated_power": megawatts("0.2"), "charge_efficiency": "1", **PLANT_DATA}.items()
    assert (stored["discharge_efficiency"], stored["asset_ids"]) == ("0.97", [asset.pk])


@pytest.mark.parametrize("field", ["rated_power", "charge_efficiency", "discharge_efficiency", "asset_ids"])
def test_what_an_inverter_needs_cannot_be_cleared(api: ApiClient, inverter: Inverter, field: str) -> None:
    """[ST4]"""
    ((loc, _),) = api.faults("PATCH", address(inverter), {field: None})
    assert loc == ["body", field]


def test_null_clears_plant_data(api: ApiClient, inverter: Inverter) -> None:
    """[ST5]"""
    api.represented("PATCH", address(inverter), PLANT_DATA)
    cleared = dict.fromkeys(PLANT_DATA)
    assert api.represented("PATCH", address(inverter), cleared).items() >= cleared.items()


@pytest.mark.parametrize("field", ["id", "site_id", "created_at", "assets"])
def test_what_makes_an_inverter_cannot_be_patched(api: ApiClient, inverter: Inverter, field: str) -> None:
    """[C4]"""
    ((loc, _),) = api.faults("PATCH", address(inverter), {field: "A"})
    assert loc == ["body", field]


def test_assets_keep_the_order_in_which_they_are_listed(api: ApiClient, inverter: Inverter, asset: Asset) -> None:
    """[ST4]"""
    one, two, three = (make_asset().pk for _ in range(3))
    for listed in ([asset.pk, three, one], [three, asset.pk, one], [two], [two, one, three, asset.pk]):
        assert api.represented("PATCH", address(inverter), {"asset_ids": listed})["asset_ids"] == listed
        assert api.get(address(inverter))["asset_ids"] == listed


def test_a_refused_list_of_assets_changes_nothing(api: ApiClient, inverter: Inverter) -> None:
    """[ST4] [C8]"""
    before = api.get(address(inverter))
    changes = {"model": "T", "asset_ids": [make_asset().pk, "DE_50HZ_NONE_1"]}
    assert api.refusal("PATCH", address(inverter), changes) == (404, "Unknown asset: DE_50HZ_NONE_1.")
    assert api.get(address(inverter)) == before


def test_a_patch_that_changes_nothing_keeps_updated_at(api: ApiClient, inverter: Inverter, asset: Asset) -> None:
    """[C10]"""
    before = api.get(address(inverter))
    same = {"rated_power": {"value": 160, "unit": "kW"}, "asset_ids": [asset.pk], "model": None}
    for changes in ({}, same):
        assert api.represented("PATCH", address(inverter), changes) == before


@pytest.mark.parametrize("field", ["model", "asset_ids"])
def test_a_changed_field_or_asset_list_moves_updated_at(api: ApiClient, inverter: Inverter, field: str) -> None:
    """[C10]"""
    before = api.get(address(inverter))
    after = api.represented("PATCH", address(inverter), {field: "T" if field == "model" else [make_asset().pk]})
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


def test_listings_that_stay_are_left_alone(api: ApiClient, inverter: Inverter, asset: Asset) -> None:
    """The audit trail then tells only what changed."""
    (kept,) = InverterAsset.objects.filter(asset=asset)
    api.call("PATCH", address(inverter), {"asset_ids": [asset.pk, make_asset().pk]})
    assert InverterAsset.objects.filter(pk=kept.pk).exists()


# --- Deleting -------------------------------------------------------------------------------------------------------


def test_an_inverter_is_deleted_with_its_readings_and_frees_its_assets(
    api: ApiClient, inverter: Inverter, asset: Asset
) -> None:
    """[ST4] [A4]"""
    InverterReading.objects.create(inverter=inverter, time=NOON, ac_power_kw=1)
    Asset.objects.update(lifecycle="DRAFT")
    assert api.call("DELETE", f"/assets/{asset.pk}").status_code == 409
    answer = api.call("DELETE", address(inverter))
    assert (answer.status_code, answer.content) == (204, b"")
    assert not InverterReading.objects.exists()
    assert api.refusal("GET", address(inverter)) == (404, f"Unknown inverter: {inverter.pk}.")
    assert api.call("DELETE", f"/assets/{asset.pk}").status_code == 204
    assert api.call("DELETE", f"/sites/{inverter.site_id}").status_code == 204
