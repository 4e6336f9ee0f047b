"""Sites over HTTP [ST1] [ST2] [ST3]."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset
from assets.quantities import Price
from sites.models import Inverter, Site, SiteReading
from tests.factories.clients import ApiClient
from tests.factories.plants import make_asset
from tests.factories.sites import NOON, add_inverter, add_site, site_body

pytestmark = pytest.mark.django_db

FLOOR, STRIKE = "dispatch_mode_floor_price", "dispatch_mode_strike_price"
PRICED = {
    "name": "PRICE_BASED",
    "floor_price": {"value": "10", "unit": "EUR/MWh"},
    "strike_price": {"value": "50", "unit": "EUR/MWh"},
}


def euros(value: int | str) -> dict[str, Any]:
    return {"value": value, "unit": "EUR/MWh"}


def zloty(value: int | str) -> dict[str, Any]:
    return {"value": value, "unit": "PLN/MWh"}


@pytest.fixture
def priced() -> Site:
    """A site with a floor of 10 and a strike of 50 EUR/MWh."""
    return add_site("PRICED", floor=Price(Decimal(10), "EUR"), strike=Price(Decimal(50), "EUR"))


# --- Creating -------------------------------------------------------------------------------------------------------


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


# --- Listing --------------------------------------------------------------------------------------------------------


def test_sites_are_listed_by_id_and_paged(api: ApiClient) -> None:
    """[ST2] [C5]"""
    ids = [add_site(code).pk for code in ("C", "A", "B")]
    assert api.get("/sites") == {
        "limit": 50,
        "offset": 0,
        "sites": [api.get(f"/sites/{site_id}") for site_id in sorted(ids)],
    }
    answer = api.call("GET", "/sites?limit=2")
    assert [site["id"] for site in json.loads(answer.content)["sites"]] == sorted(ids)[:2]
    following = answer["Link"].removeprefix("<http://testserver/api/v1").removesuffix('>; rel="next"')
    page = api.get(following)
    assert [site["id"] for site in page["sites"]] == sorted(ids)[2:]
    assert page["offset"] is None


def test_sites_are_filtered_by_region_area_and_the_asset_behind_an_inverter(api: ApiClient) -> None:
    """[ST2] [C8]"""
    shared, own = make_asset(), make_asset()
    one, other = add_site("A"), add_site("B")
    add_inverter(one, own.pk, shared.pk)
    add_inverter(one, shared.pk)
    add_inverter(other, shared.pk)
    polish = json.loads(api.call("POST", "/sites", site_body(region="PL", delivery_area="PSE")).content)["id"]

    def found(query: str) -> list[str]:
        return [site["id"] for site in api.get(f"/sites?{query}")["sites"]]

    assert found("region=PL") == [polish]
    assert found("delivery_area=AMPN") == [one.pk, other.pk]
    assert found("region=PL&delivery_area=AMPN") == []
    assert found(f"asset_id={shared.pk}") == [one.pk, other.pk]
    assert found(f"asset_id={own.pk}") == [one.pk]
    assert found("asset_id=DE_50HZ_NONE_1") == []
    assert found(f"asset_id={shared.pk}&region=PL") == []


def test_inverters_are_filled_where_it_is_asked_for(
    api: ApiClient, site: Site, inverter: Inverter, asset: Asset
) -> None:
    """[ST2]"""
    assert api.get("/sites")["sites"][0]["inverters"] == []
    (filled,) = api.get("/sites?expand=inverters")["sites"][0]["inverters"]
    assert filled == api.get(f"/sites/{site.pk}/inverters/{inverter.pk}")
    assert api.get(f"/sites/{site.pk}")["inverters"] == [filled]
    assert filled["asset_ids"] == [asset.pk]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("expand=assets", "expand"),
        ("expand=", "expand"),
        ("expand=inverters&expand=inverters", "expand"),
        ("region=FR", "region"),
        ("delivery_area=", "delivery_area"),
        ("asset_id=", "asset_id"),
        ("asset_ids=A", "asset_ids"),
        ("limit=1001", "limit"),
        ("offset=-1", "offset"),
        ("cursor=made-up", "cursor"),
    ],
)
def test_a_wrong_query_for_sites_is_named(api: ApiClient, query: str, place: str) -> None:
    """[C4] [C5]"""
    ((loc, _),) = api.faults("GET", f"/sites?{query}")
    assert loc == ["query", place]


@pytest.mark.parametrize(("path", "queries"), [("/sites", 2), ("/sites?expand=inverters", 4)])
def test_a_list_takes_the_same_queries_however_many_sites_it_has(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int
) -> None:
    """One for the key, one each for sites, inverters and their assets."""
    for code in ("A", "B", "C"):
        site = add_site(code)
        for _ in range(3):
            add_inverter(site, make_asset().pk, make_asset().pk)
    with django_assert_num_queries(queries):
        assert len(api.get(path)["sites"]) == 3


def test_a_site_takes_four_queries(
    api: ApiClient, site: Site, inverter: Inverter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One each for the key, the site, its inverters and their assets."""
    with django_assert_num_queries(4):
        api.get(f"/sites/{site.pk}")


# --- Correcting -----------------------------------------------------------------------------------------------------


def test_a_patch_changes_what_it_names_and_answers_nothing(api: ApiClient, priced: Site) -> None:
    """[ST3] [C11]"""
    answer = api.call("PATCH", f"/sites/{priced.pk}", {"name": " Immenstadt, north ", STRIKE: euros("60.5")})
    assert (answer.status_code, answer.content) == (204, b"")
    stored = api.get(f"/sites/{priced.pk}")
    assert stored["name"] == "Immenstadt, north"
    assert stored["dispatch_mode"] == PRICED | {"strike_price": euros("60.5")}


def test_a_patch_answers_the_site_where_the_client_prefers_it(api: ApiClient, site: Site, inverter: Inverter) -> None:
    """[C11]"""
    answered = api.represented("PATCH", f"/sites/{site.pk}", {"dispatch_mode_name": "MANUAL"})
    assert answered["dispatch_mode"]["name"] == "MANUAL"
    assert answered == api.get(f"/sites/{site.pk}")


def test_null_clears_a_price(api: ApiClient, priced: Site) -> None:
    """[ST3]"""
    mode = api.represented("PATCH", f"/sites/{priced.pk}", {FLOOR: None})["dispatch_mode"]
    assert mode == PRICED | {"floor_price": None}
    mode = api.represented("PATCH", f"/sites/{priced.pk}", {STRIKE: None})["dispatch_mode"]
    assert mode == {"name": "PRICE_BASED", "floor_price": None, "strike_price": None}


@pytest.mark.parametrize("field", ["name", "dispatch_mode_name"])
def test_null_clears_nothing_else(api: ApiClient, priced: Site, field: str) -> None:
    """[ST3]"""
    ((loc, _),) = api.faults("PATCH", f"/sites/{priced.pk}", {field: None})
    assert loc == ["body", field]


@pytest.mark.parametrize("field", ["code", "region", "delivery_area", "dispatch_mode", "inverters", "id", "created_at"])
def test_what_makes_a_site_cannot_be_patched(api: ApiClient, priced: Site, field: str) -> None:
    """[ST3]"""
    ((loc, _),) = api.faults("PATCH", f"/sites/{priced.pk}", {field: "A"})
    assert loc == ["body", field]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({FLOOR: euros(51)}, FLOOR, "not be above"),
        ({STRIKE: euros(9)}, STRIKE, "not be above"),
        ({FLOOR: euros(70), STRIKE: euros(60)}, STRIKE, "not be above"),
        ({FLOOR: zloty(1)}, FLOOR, "The floor price is in PLN, the strike price in EUR; they need one currency"),
        ({STRIKE: zloty(100)}, STRIKE, "The floor price is in EUR, the strike price in PLN"),
        ({FLOOR: euros(1), STRIKE: zloty(2)}, STRIKE, "one currency"),
    ],
)
def test_the_mode_is_checked_as_it_would_be_after_the_patch(
    api: ApiClient, priced: Site, changes: dict[str, Any], field: str, sentence: str
) -> None:
    """[ST3] [ST1]"""
    before = api.get(f"/sites/{priced.pk}")
    ((loc, msg),) = api.faults("PATCH", f"/sites/{priced.pk}", changes | {"name": "New"})
    assert loc == ["body", field]
    assert sentence in msg
    assert api.get(f"/sites/{priced.pk}") == before


@pytest.mark.parametrize(
    ("changes", "floor", "strike"),
    [
        ({FLOOR: euros(60), STRIKE: euros(70)}, euros("60"), euros("70")),
        ({FLOOR: zloty(60), STRIKE: zloty(70)}, zloty("60"), zloty("70")),
        ({FLOOR: zloty(1), STRIKE: None}, zloty("1"), None),
        ({FLOOR: None, STRIKE: zloty(-5)}, None, zloty("-5")),
        ({FLOOR: euros(50)}, euros("50"), euros("50")),
    ],
)
def test_both_prices_may_change_at_once(
    api: ApiClient, priced: Site, changes: dict[str, Any], floor: Any, strike: Any
) -> None:
    """[ST3]"""
    mode = api.represented("PATCH", f"/sites/{priced.pk}", changes)["dispatch_mode"]
    assert (mode["floor_price"], mode["strike_price"]) == (floor, strike)


@pytest.mark.parametrize(
    "same",
    [{}, {"name": "Immenstadt"}, {FLOOR: {"value": "0.01", "unit": "EUR/kWh"}, "dispatch_mode_name": "PRICE_BASED"}],
)
def test_a_patch_that_changes_nothing_keeps_updated_at(api: ApiClient, priced: Site, same: dict[str, Any]) -> None:
    """[C10]"""
    before = api.get(f"/sites/{priced.pk}")
    assert api.represented("PATCH", f"/sites/{priced.pk}", same) == before


def test_a_patch_that_changes_something_moves_updated_at_and_never_created_at(api: ApiClient, priced: Site) -> None:
    """[C10]"""
    before = api.get(f"/sites/{priced.pk}")
    after = api.represented("PATCH", f"/sites/{priced.pk}", {"name": "New"})
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


# --- Deleting -------------------------------------------------------------------------------------------------------


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


# --- Keys and addresses ---------------------------------------------------------------------------------------------


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
