"""What keys that are bound to assets see and do of sites, inverters and telemetry [C14]."""

import json
from typing import Any

import pytest

from assets.models import Asset
from sites.models import Inverter, InverterReading, Site
from tests.factories.clients import ApiClient
from tests.factories.plants import make_asset
from tests.factories.sites import add_inverter, add_site, inverter_body, site_body
from tests.factories.telemetry import DAY, inverter_reading, site_reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(asset: Asset) -> Asset:
    """The only asset that the bound key sees."""
    return asset


@pytest.fixture
def bound(own: Asset) -> ApiClient:
    """A client with all scopes, bound to one asset."""
    return ApiClient(asset_ids=[own.pk])


@pytest.fixture
def foreign() -> Asset:
    return make_asset()


@pytest.fixture
def shared_inverter(site: Site, own: Asset, foreign: Asset) -> Inverter:
    """An inverter in front of the key's asset and another."""
    return add_inverter(site, foreign.pk, own.pk)


@pytest.fixture
def hidden_inverter(site: Site, shared_inverter: Inverter, foreign: Asset) -> Inverter:
    """At the same site, in front of another's asset alone."""
    return add_inverter(site, foreign.pk)


@pytest.fixture
def hidden_site(foreign: Asset) -> Site:
    """A site with nothing of the key's."""
    site = add_site("HIDDEN")
    add_inverter(site, foreign.pk)
    return site


def test_it_sees_the_sites_that_have_one_of_its_assets(
    bound: ApiClient, shared_inverter: Inverter, hidden_site: Site
) -> None:
    assert [site["id"] for site in bound.get("/sites")["sites"]] == [shared_inverter.site_id]
    assert bound.refusal("GET", f"/sites/{hidden_site.pk}") == (404, f"Unknown site: {hidden_site.pk}.")
    assert bound.refusal("GET", f"/sites/{hidden_site.pk}/inverters")[0] == 404


def test_a_filter_by_anothers_asset_finds_nothing(bound: ApiClient, shared_inverter: Inverter, foreign: Asset) -> None:
    """Not even the site that is seen: it would tell that the other asset is there."""
    assert bound.get(f"/sites?asset_id={foreign.pk}")["sites"] == []


def test_it_sees_the_inverters_that_list_its_assets_and_of_their_assets_its_own(
    bound: ApiClient, shared_inverter: Inverter, hidden_inverter: Inverter, own: Asset
) -> None:
    address = f"/sites/{shared_inverter.site_id}"
    seen = bound.get(f"{address}/inverters/{shared_inverter.pk}")
    assert seen["asset_ids"] == [own.pk]
    assert bound.get(address)["inverters"] == [seen]
    assert bound.get("/sites?expand=inverters")["sites"][0]["inverters"] == [seen]
    assert bound.get(f"{address}/inverters")["inverters"] == [seen]
    refusal = bound.refusal("GET", f"{address}/inverters/{hidden_inverter.pk}")
    assert refusal == (404, f"Unknown inverter: {hidden_inverter.pk}.")


@pytest.mark.parametrize("site_id", ["DE_AMPN_IMMST_SITE_1", "NONE"])
def test_it_changes_no_sites_and_inverters(bound: ApiClient, shared_inverter: Inverter, site_id: str) -> None:
    """403 for what it sees and what it does not, before the body is looked at [C3]."""
    inverters = f"/sites/{site_id}/inverters"
    writes: list[tuple[str, str, Any]] = [
        ("POST", "/sites", site_body()),
        ("POST", "/sites", {"junk": 1}),
        ("PATCH", f"/sites/{site_id}", {"name": "New"}),
        ("DELETE", f"/sites/{site_id}", None),
        ("POST", inverters, inverter_body("A")),
        ("PATCH", f"{inverters}/{shared_inverter.pk}", {"model": "T"}),
        ("DELETE", f"{inverters}/{shared_inverter.pk}", None),
    ]
    for method, path, body in writes:
        sentence = "This key is bound to some assets and cannot change sites and inverters."
        assert bound.refusal(method, path, body) == (403, sentence)
    assert Site.objects.count() == Inverter.objects.count() == 1


def test_it_reads_telemetry_of_what_it_sees(
    api: ApiClient, bound: ApiClient, shared_inverter: Inverter, hidden_inverter: Inverter, hidden_site: Site
) -> None:
    readings = [inverter_reading(shared_inverter), inverter_reading(hidden_inverter)]
    api.represented("PUT", "/telemetry/inverters", {"readings": readings})
    api.represented(
        "PUT", "/telemetry/sites", {"readings": [site_reading(shared_inverter.site), site_reading(hidden_site)]}
    )
    page = bound.get(f"/telemetry/inverters?inverter_ids={shared_inverter.pk},{hidden_inverter.pk}&{DAY}")
    assert [reading["inverter_id"] for reading in page["readings"]] == [shared_inverter.pk]
    page = bound.get(f"/telemetry/sites?site_ids={shared_inverter.site_id},{hidden_site.pk}&{DAY}")
    assert [reading["site_id"] for reading in page["readings"]] == [shared_inverter.site_id]


def test_it_writes_telemetry_of_inverters_that_it_sees(
    bound: ApiClient, shared_inverter: Inverter, hidden_inverter: Inverter
) -> None:
    path = "/telemetry/inverters"
    seen, hidden = inverter_reading(shared_inverter), inverter_reading(hidden_inverter)
    unknown = {**seen, "inverter_id": "A_INV_9"}
    sentence = f"Unknown inverters: A_INV_9, {hidden_inverter.pk}."
    assert bound.refusal("PUT", path, {"readings": [seen, hidden, unknown]}) == (404, sentence)
    assert not InverterReading.objects.exists()
    assert bound.represented("PUT", path, {"readings": [seen]})["inserted"] == 1


def test_it_writes_no_telemetry_of_sites(bound: ApiClient, shared_inverter: Inverter) -> None:
    """A site is more than the assets that the key is bound to."""
    body = {"readings": [site_reading(shared_inverter.site)]}
    sentence = "This key is bound to some assets and cannot write readings of sites."
    assert bound.refusal("PUT", "/telemetry/sites", body) == (403, sentence)


def test_what_is_hidden_and_what_does_not_exist_are_told_apart_by_nothing(
    bound: ApiClient, hidden_site: Site, hidden_inverter: Inverter
) -> None:
    """[C14] The same answer but for the id that was asked for."""

    def answered(path: str, asked: str) -> tuple[int, str]:
        answer = bound.call("GET", path.format(asked))
        return answer.status_code, json.dumps(json.loads(answer.content)).replace(asked, "ID")

    assert answered("/sites/{}", hidden_site.pk) == answered("/sites/{}", "NONE")
    inverters = f"/sites/{hidden_inverter.site_id}/inverters/{{}}"
    assert answered(inverters, hidden_inverter.pk) == answered(inverters, "NONE")
