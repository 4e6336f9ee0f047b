"""Correcting and deleting assets over HTTP [A3] [A4] [C10]."""

from typing import Any

import pytest
from django.db import connection

from assets.models import StatusEntry
from assets.vocabulary import Lifecycle
from tests.clients import Api, detail_of, faults_of, read
from tests.factories.assets import make_asset
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    return Api.with_key()


# --- Correcting [A3] --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Block A"),
        ("type", "VBAT"),
        ("go_live_date", "2026-06-01"),
        ("provider", "NFT"),
        ("go_live_date", None),
    ],
)
def test_each_of_four_fields_can_be_corrected(api: Api, field: str, value: Any) -> None:
    asset = make_asset(Lifecycle.LIVE)
    before = read(api.get(f"/assets/{asset.pk}"))
    assert api.patch(f"/assets/{asset.pk}", {field: value}).status_code == 204
    after = read(api.get(f"/assets/{asset.pk}"))
    assert after == before | {field: value, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    "field", ["lifecycle", "code", "region", "delivery_area", "id", "created_at", "updated_at", "x"]
)
def test_no_other_field_can_be(api: Api, field: str) -> None:
    asset = make_asset()
    answer = api.patch(f"/assets/{asset.pk}", {field: getattr(asset, field, 1) and "LIVE"})
    assert faults_of(answer) == [(("body", field), "extra_forbidden")]


@pytest.mark.parametrize("field", ["name", "type", "provider"])
def test_null_is_refused_for_all_but_the_go_live_date(api: Api, field: str) -> None:
    """(decided)"""
    asset = make_asset()
    assert [loc for loc, _ in faults_of(api.patch(f"/assets/{asset.pk}", {field: None}))] == [("body", field)]


@pytest.mark.parametrize("value", ["", "2026-02-30", "tomorrow", "2026-05-01T00:00:00Z", 20260501, False])
def test_a_go_live_date_is_a_day_that_exists(api: Api, value: Any) -> None:
    asset = make_asset()
    assert faults_of(api.patch(f"/assets/{asset.pk}", {"go_live_date": value})) == [
        (("body", "go_live_date"), "date_parsing")
    ]


def test_one_wrong_field_keeps_all_as_they_are(api: Api) -> None:
    asset = make_asset()
    api.patch(f"/assets/{asset.pk}", {"name": "Block A", "type": "x"})
    assert read(api.get(f"/assets/{asset.pk}"))["name"] == "Wunsiedel battery"


@pytest.mark.parametrize(
    "body", [{}, {"name": "Wunsiedel battery"}, {"name": " Wunsiedel battery ", "go_live_date": None}]
)
def test_what_changes_nothing_leaves_updated_at_and_no_trace(api: Api, body: dict[str, Any]) -> None:
    """[C10] (decided)"""
    asset = make_asset()
    before = read(api.get(f"/assets/{asset.pk}"))
    assert api.patch(f"/assets/{asset.pk}", body).status_code == 204
    assert read(api.get(f"/assets/{asset.pk}")) == before
    assert len(read(api.get(f"/assets/{asset.pk}/history"))["history"]) == 1


def test_created_at_never_changes(api: Api) -> None:
    """[C10]"""
    asset = make_asset()
    created = read(api.get(f"/assets/{asset.pk}"))["created_at"]
    for name in ("a", "b"):
        api.patch(f"/assets/{asset.pk}", {"name": name})
    api.post(f"/assets/{asset.pk}/actions/commission")
    assert read(api.get(f"/assets/{asset.pk}"))["created_at"] == created


def test_null_clears_the_go_live_date(api: Api) -> None:
    """(decided)"""
    asset = make_asset(Lifecycle.LIVE)
    assert read(api.get(f"/assets/{asset.pk}"))["go_live_date"]
    api.patch(f"/assets/{asset.pk}", {"go_live_date": None})
    assert read(api.get(f"/assets/{asset.pk}"))["go_live_date"] is None


# --- Deleting [A4] ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", [Lifecycle.DRAFT, Lifecycle.DECOMMISSIONED])
def test_an_asset_before_or_after_its_life_can_be_deleted(api: Api, state: Lifecycle) -> None:
    asset = make_asset(state)
    assert api.delete(f"/assets/{asset.pk}").status_code == 204
    assert asset.pk in detail_of(api.get(f"/assets/{asset.pk}"), 404)
    assert api.delete(f"/assets/{asset.pk}").status_code == 404


@pytest.mark.parametrize("state", [Lifecycle.COMMISSIONING, Lifecycle.LIVE, Lifecycle.SUSPENDED])
def test_an_asset_in_its_life_cannot(api: Api, state: Lifecycle) -> None:
    asset = make_asset(state)
    sentence = detail_of(api.delete(f"/assets/{asset.pk}"), 409)
    assert asset.pk in sentence
    assert state.value in sentence
    assert api.get(f"/assets/{asset.pk}").status_code == 200


def test_an_asset_that_an_inverter_lists_cannot_either(api: Api) -> None:
    """(decided)"""
    asset = make_asset()
    inverter = add_inverter(add_site(), asset.pk)
    sentence = detail_of(api.delete(f"/assets/{asset.pk}"), 409)
    assert asset.pk in sentence
    assert inverter.pk in sentence
    assert api.delete(f"/sites/{inverter.site_id}/inverters/{inverter.pk}").status_code == 204
    assert api.delete(f"/assets/{asset.pk}").status_code == 204


def test_what_is_known_of_an_asset_goes_with_it() -> None:
    """Every table that has periods of assets: whoever adds one has it here, by its foreign key."""
    asset = make_asset()
    assert StatusEntry.objects.filter(asset=asset).exists()
    Api.with_key().delete(f"/assets/{asset.pk}")
    assert not StatusEntry.objects.filter(asset_id=asset.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = 'assets_asset'::regclass AND confdeltype <> 'c'"
        )
        keepers = {table for (table,) in cursor.fetchall()}
    assert keepers == {"sites_inverterasset"}
