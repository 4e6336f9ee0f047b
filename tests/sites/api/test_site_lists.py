"""Listing sites over HTTP [ST2]."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset
from sites.models import Inverter, Site
from tests.factories.clients import ApiClient
from tests.factories.plants import make_asset
from tests.factories.sites import add_inverter, add_site, site_body

pytestmark = pytest.mark.django_db


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
