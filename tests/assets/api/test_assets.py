"""Creating and listing assets over HTTP [A1] [A2]; test_changed_assets.py has the rest of their life."""

import re
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset
from assets.vocabulary import AREAS_OF_REGION, AssetType, DeliveryArea, Lifecycle, Provider, Region
from tests.clients import Api, faults_of, read
from tests.factories.assets import asset_body, make_asset

pytestmark = pytest.mark.django_db

RECORDED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture
def api() -> Api:
    return Api.with_key()


# --- Creating [A1] ----------------------------------------------------------------------------------------------------
def test_a_new_asset_is_answered_whole(api: Api) -> None:
    made = read(api.post("/assets", asset_body()), 201)
    assert made == {
        "id": "DE_50HZ_WU_1",
        "code": "WU",
        "name": "Wunsiedel battery",
        "type": "BESS",
        "region": "DE",
        "delivery_area": "50HZ",
        "lifecycle": "DRAFT",
        "provider": "TERRALAYR",
        "go_live_date": None,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert RECORDED.fullmatch(made["created_at"])


def test_its_location_is_an_absolute_address_that_answers_it(api: Api) -> None:
    answer = api.post("/assets", asset_body())
    assert answer["Location"] == "http://testserver/api/v1/assets/DE_50HZ_WU_1"
    assert read(api.get("/assets/DE_50HZ_WU_1")) == read(answer, 201)


def test_numbers_count_from_one_per_region_area_and_code(api: Api) -> None:
    wanted = [
        ({}, "DE_50HZ_WU_1"),
        ({}, "DE_50HZ_WU_2"),
        ({"code": "wu"}, "DE_50HZ_wu_1"),
        ({"code": "WU-2"}, "DE_50HZ_WU-2_1"),
        ({"delivery_area": "AMPN"}, "DE_AMPN_WU_1"),
        ({"region": "PL", "delivery_area": "PSE"}, "PL_PSE_WU_1"),
        ({}, "DE_50HZ_WU_3"),
    ]
    for fields, asset_id in wanted:
        assert read(api.post("/assets", asset_body(**fields)), 201)["id"] == asset_id


def test_a_number_is_never_used_again(api: Api) -> None:
    for _ in range(2):
        api.post("/assets", asset_body())
    assert api.delete("/assets/DE_50HZ_WU_2").status_code == 204
    assert read(api.post("/assets", asset_body()), 201)["id"] == "DE_50HZ_WU_3"


def test_a_refused_creation_uses_no_number(api: Api) -> None:
    api.post("/assets", asset_body(name=""))
    api.post("/assets", asset_body(strange=1))
    assert read(api.post("/assets", asset_body()), 201)["id"] == "DE_50HZ_WU_1"


@pytest.mark.parametrize("code", ["A", "a-Z-0", "-", "0" * 32])
def test_a_code_has_1_to_32_letters_digits_and_hyphens(api: Api, code: str) -> None:
    assert read(api.post("/assets", asset_body(code=code)), 201)["id"] == f"DE_50HZ_{code}_1"


@pytest.mark.parametrize("code", ["", "a" * 33, "A_B", "A B", "\u00c4", "A\n", "\u0661", " A", None, 1, ["A"]])
def test_another_code_is_refused(api: Api, code: Any) -> None:
    assert [loc for loc, _ in faults_of(api.post("/assets", asset_body(code=code)))] == [("body", "code")]


def test_a_name_is_trimmed(api: Api) -> None:
    assert (
        read(api.post("/assets", asset_body(name=" \u00a0Wunsiedel \U0001f50b ")), 201)["name"]
        == "Wunsiedel \U0001f50b"
    )
    assert len(read(api.post("/assets", asset_body(name="x" * 200)), 201)["name"]) == 200
    for name in ("", " ", "x" * 201, None, 5):
        assert [loc for loc, _ in faults_of(api.post("/assets", asset_body(name=name)))] == [("body", "name")]


@pytest.mark.parametrize("region", Region)
@pytest.mark.parametrize("area", DeliveryArea)
def test_an_area_lies_in_its_region(api: Api, region: Region, area: DeliveryArea) -> None:
    """Section 0 (decided)."""
    answer = api.post("/assets", asset_body(region=region, delivery_area=area))
    if area in AREAS_OF_REGION[region]:
        assert answer.status_code == 201
    else:
        assert faults_of(answer) == [(("body", "delivery_area"), "delivery_area")]


@pytest.mark.parametrize(("field", "words"), [("type", AssetType), ("provider", Provider)])
def test_every_documented_word_is_taken_and_no_other(api: Api, field: str, words: Any) -> None:
    for word in words:
        assert read(api.post("/assets", asset_body(**{field: word})), 201)[field] == word
    for word in ("", "bess", "UNKNOWN", None, 0, True, [], {}):
        assert [loc for loc, _ in faults_of(api.post("/assets", asset_body(**{field: word})))] == [("body", field)]


def test_every_field_is_required_and_all_that_are_missing_are_named(api: Api) -> None:
    assert faults_of(api.post("/assets", {})) == [(("body", field), "missing") for field in asset_body()]


@pytest.mark.parametrize("field", ["id", "lifecycle", "go_live_date", "created_at", "updated_at", "Name"])
def test_what_the_server_decides_is_not_taken(api: Api, field: str) -> None:
    """[C4]"""
    assert faults_of(api.post("/assets", asset_body(**{field: "x"}))) == [(("body", field), "extra_forbidden")]


# --- Listing [A2] -----------------------------------------------------------------------------------------------------
@pytest.fixture
def fleet() -> dict[str, str]:
    """Assets that differ in one field each, by what they are."""
    return {
        "plain": make_asset().pk,
        "pv": make_asset(code="PV", type="PV").pk,
        "polish": make_asset(code="PL", region="PL", delivery_area="PSE").pk,
        "ampn": make_asset(code="AM", delivery_area="AMPN").pk,
        "live": make_asset(Lifecycle.LIVE, code="LI").pk,
        "ebx": make_asset(code="EB", provider="EBX").pk,
    }


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", {"plain", "pv", "polish", "ampn", "live", "ebx"}),
        ("type=PV", {"pv"}),
        ("type=PV&type=BESS", {"plain", "pv", "polish", "ampn", "live", "ebx"}),
        ("region=PL", {"polish"}),
        ("lifecycle=LIVE", {"live"}),
        ("lifecycle=LIVE,DRAFT", {"plain", "pv", "polish", "ampn", "live", "ebx"}),
        ("delivery_area=AMPN&delivery_area=PSE", {"ampn", "polish"}),
        ("provider=EBX", {"ebx"}),
        ("provider=EBX&type=PV", set()),
        ("region=DE&lifecycle=DRAFT&provider=TERRALAYR&type=BESS&delivery_area=50HZ,TNNT", {"plain"}),
    ],
)
def test_each_filter_may_be_repeated_and_all_of_them_hold(
    api: Api, fleet: dict[str, str], query: str, kinds: set[str]
) -> None:
    listed = [asset["id"] for asset in read(api.get(f"/assets?{query}"))["assets"]]
    assert listed == sorted(fleet[kind] for kind in kinds)


@pytest.mark.parametrize("name", ["type", "region", "lifecycle", "delivery_area", "provider"])
@pytest.mark.parametrize("value", ["", "x", "bess", "BESS,,PV", "%20BESS"])
def test_a_filter_takes_documented_words_alone(api: Api, name: str, value: str) -> None:
    assert {loc[:2] for loc, _ in faults_of(api.get(f"/assets?{name}={value}"))} == {("query", name)}


def test_the_list_is_in_the_order_of_bytes_whatever_the_language_of_the_database(api: Api) -> None:
    for code in ("b", "A", "a", "B", "a-", "A0", "-"):
        make_asset(code=code)
    listed = [asset["id"] for asset in read(api.get("/assets"))["assets"]]
    assert listed == sorted(listed)
    assert len(listed) == 7


# --- Queries ----------------------------------------------------------------------------------------------------------
def test_reading_takes_one_query_beside_the_key(
    api: Api, fleet: dict[str, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for path in ("/assets", f"/assets/{fleet['plain']}", f"/assets/{fleet['plain']}/status"):
        with django_assert_num_queries(2):
            api.get(path)


def test_all_that_is_in_the_database_was_checked_there_too() -> None:
    """The constraints have names; the back office and SQL are held to the same words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'assets_asset'::regclass AND contype = 'c'")
        names = {name for (name,) in cursor.fetchall()}
    assert names == {constraint.name for constraint in Asset._meta.constraints}
