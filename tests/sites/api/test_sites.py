"""Creating and deleting sites over HTTP [ST1] [ST3], and who may."""

import json
import re
from typing import Any

import pytest

from sites.models import Inverter, Site, SiteReading
from tests.factories.clients import ApiClient
from tests.factories.sites import euros, site_body, zloty
from tests.factories.telemetry import NOON

pytestmark = pytest.mark.django_db


def test_a_new_site_is_answered_whole_with_its_address(api: ApiClient) -> None:
    """[ST1] [C2]"""
    answer = api.call("POST", "/sites", site_body())
    assert answer.status_code == 201
    assert answer["Location"] == "http://testserver/api/v1/sites/DE_AMPN_IMMST_SITE_1"
    body = json.loads(answer.content)
    assert api.get("/sites/DE_AMPN_IMMST_SITE_1") == body
    created_at = body.pop("created_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", created_at)
    assert body == {
        "id": "DE_AMPN_IMMST_SITE_1",
        "name": "Immenstadt",
        "code": "IMMST",
        "region": "DE",
        "delivery_area": "AMPN",
        "dispatch_mode": {"name": "PRICE_BASED", "floor_price": euros("-20"), "strike_price": euros("85")},
        "updated_at": created_at,
        "inverters": [],
    }


def test_sites_are_numbered_by_region_area_and_code_and_no_number_is_used_twice(api: ApiClient) -> None:
    """[ST1] [A1]"""
    ids = [json.loads(api.call("POST", "/sites", site_body(code=code)).content)["id"] for code in ("A", "A", "B")]
    assert ids == ["DE_AMPN_A_SITE_1", "DE_AMPN_A_SITE_2", "DE_AMPN_B_SITE_1"]
    api.call("DELETE", "/sites/DE_AMPN_A_SITE_2")
    assert json.loads(api.call("POST", "/sites", site_body(code="A")).content)["id"] == "DE_AMPN_A_SITE_3"


def test_prices_may_be_left_out_and_are_converted_to_one_per_megawatt_hour(api: ApiClient) -> None:
    """[ST1]"""
    modes: list[tuple[dict[str, Any], tuple[Any, Any]]] = [
        ({"name": "MANUAL"}, (None, None)),
        ({"name": "SCHEDULE_BASED", "floor_price": None}, (None, None)),
        (
            {"name": "PRICE_BASED", "strike_price": {"value": "0.0855", "unit": "EUR/kWh"}},
            (None, euros("85.5")),
        ),
        ({"name": "PRICE_BASED", "floor_price": zloty("-1.50")}, (zloty("-1.5"), None)),
        ({"name": "PRICE_BASED", "floor_price": euros(5), "strike_price": euros("5.0")}, (euros("5"), euros("5"))),
    ]
    for mode, (floor, strike) in modes:
        answer = api.call("POST", "/sites", site_body(dispatch_mode=mode))
        stored = json.loads(answer.content)["dispatch_mode"]
        assert stored == {"name": mode["name"], "floor_price": floor, "strike_price": strike}


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"name": "  "}, ["name"], "at least 1 character"),
        ({"name": "x" * 201}, ["name"], "at most 200 characters"),
        ({"name": None}, ["name"], "valid string"),
        ({"code": "A_B"}, ["code"], "pattern"),
        ({"code": "x" * 33}, ["code"], "pattern"),
        ({"region": "FR"}, ["region"], "'DE' or 'PL'"),
        ({"delivery_area": "PSE"}, ["delivery_area"], "PSE is not in DE"),
        ({"dispatch_mode": None}, ["dispatch_mode"], "JSON object"),
        ({"dispatch_mode": {}}, ["dispatch_mode", "name"], "required"),
        ({"dispatch_mode": {"name": "LOUD"}}, ["dispatch_mode", "name"], "PRICE_BASED"),
        (
            {"dispatch_mode": {"name": "MANUAL", "floor_price": euros(2), "strike_price": euros(1)}},
            ["dispatch_mode", "strike_price"],
            "The floor price should not be above the strike price",
        ),
        (
            {"dispatch_mode": {"name": "MANUAL", "floor_price": euros(1), "strike_price": zloty(2)}},
            ["dispatch_mode", "strike_price"],
            "one currency",
        ),
        (
            {"dispatch_mode": {"name": "MANUAL", "floor_price": {"value": 1, "unit": "MW"}}},
            ["dispatch_mode", "floor_price"],
            "EUR/MWh",
        ),
        ({"inverters": []}, ["inverters"], "not permitted"),
        ({"id": "DE_AMPN_IMMST_SITE_9"}, ["id"], "not permitted"),
    ],
)
def test_what_is_wrong_with_a_new_site_is_named(
    api: ApiClient, fields: dict[str, Any], place: list[str], sentence: str
) -> None:
    """[ST1] [C3] [C4]"""
    ((loc, msg),) = api.faults("POST", "/sites", site_body(**fields))
    assert loc == ["body", *place]
    assert sentence in msg
    assert not Site.objects.exists()


def test_a_site_is_deleted_with_its_readings(api: ApiClient, site: Site) -> None:
    """[ST3]"""
    SiteReading.objects.create(site=site, time=NOON, consumption_kw=1)
    answer = api.call("DELETE", f"/sites/{site.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not SiteReading.objects.exists()
    assert api.refusal("GET", f"/sites/{site.pk}") == (404, f"Unknown site: {site.pk}.")


def test_a_site_with_an_inverter_stays(api: ApiClient, site: Site, inverter: Inverter) -> None:
    """[ST3]"""
    status, sentence = api.refusal("DELETE", f"/sites/{site.pk}")
    assert (status, sentence) == (409, f"Site {site.pk} still has inverters: {inverter.pk}.")
    assert api.get(f"/sites/{site.pk}")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_site_is_named(api: ApiClient, method: str) -> None:
    """[C3]"""
    body = {"name": "New"} if method == "PATCH" else None
    assert api.refusal(method, "/sites/DE_AMPN_NONE_SITE_1", body) == (404, "Unknown site: DE_AMPN_NONE_SITE_1.")


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/sites", "sites:read"),
        ("GET", "/sites/A", "sites:read"),
        ("POST", "/sites", "sites:write"),
        ("PATCH", "/sites/A", "sites:write"),
        ("DELETE", "/sites/A", "sites:write"),
        ("GET", "/sites/A/inverters", "sites:read"),
        ("POST", "/sites/A/inverters", "sites:write"),
        ("GET", "/sites/A/inverters/B", "sites:read"),
        ("PATCH", "/sites/A/inverters/B", "sites:write"),
        ("DELETE", "/sites/A/inverters/B", "sites:write"),
    ],
)
def test_each_method_needs_its_scope(method: str, path: str, needed: str) -> None:
    """[C14]"""
    verb = needed.partition(":")[2]
    other = ApiClient(
        "assets:read", "assets:write", "telemetry:write", "sites:read" if verb == "write" else "sites:write"
    )
    assert other.refusal(method, path, {}) == (403, f"This needs the scope {needed}.")


def test_what_a_site_has_no_method_for_is_405(api: ApiClient) -> None:
    """[C3]"""
    answer = api.call("PUT", "/sites/A", {})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, PATCH, DELETE, HEAD"


def test_a_slash_too_many_is_404(api: ApiClient) -> None:
    """[C1]"""
    assert api.call("GET", "/sites/").status_code == 404
    assert api.call("POST", "/sites/", site_body()).status_code == 404
