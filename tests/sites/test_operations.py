"""Changing sites and inverters without HTTP: who did it is noted, and what it takes is bounded [A7] [C15]."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sites import operations
from sites.models import Inverter, InverterAsset, Site
from tests.factories.clients import ApiClient
from tests.factories.plants import make_asset
from tests.factories.sites import add_inverter, add_site, inverter_body, site_body

pytestmark = pytest.mark.django_db


def trail_of(model: Any) -> list[tuple[str, str]]:
    """What was done to the records of a model, and by whom, oldest first."""
    events = model.pgh_event_model.objects.order_by("pgh_id")
    return [(event.pgh_label, event.pgh_context["actor"]) for event in events]


def test_every_change_of_a_site_has_an_author() -> None:
    site = add_site()
    for _ in range(2):  # the second changes nothing, and is no change
        operations.update_site(site_id=site.pk, changes={"name": "New"}, by="user:ben", now=timezone.now())
    operations.delete_site(site_id=site.pk, by="command:tidy")
    assert trail_of(Site) == [("insert", "user:anna"), ("update", "user:ben"), ("delete", "command:tidy")]


def test_every_change_of_an_inverter_and_its_assets_has_an_author() -> None:
    one, other = make_asset(), make_asset()
    inverter = add_inverter(add_site(), one.pk)
    where = {"site_id": inverter.site_id, "inverter_id": inverter.pk}
    operations.update_inverter(**where, changes={"asset_ids": [one.pk, other.pk]}, by="user:ben", now=timezone.now())
    operations.delete_inverter(**where, by="user:carl")
    assert trail_of(Inverter) == [("insert", "user:anna"), ("update", "user:ben"), ("delete", "user:carl")]
    assert trail_of(InverterAsset) == [
        ("insert", "user:anna"),
        ("insert", "user:ben"),
        ("delete", "user:carl"),
        ("delete", "user:carl"),
    ]


def test_a_change_over_http_is_its_keys_and_carries_the_request_id(api: ApiClient) -> None:
    api.call("POST", "/sites", site_body(), X_Request_ID="abc-1")
    event = Site.pgh_event_model.objects.get()  # type: ignore[attr-defined]
    assert event.pgh_context["actor"].startswith("key:forecaster")
    assert event.pgh_context["request_id"] == "abc-1"


@pytest.mark.parametrize("assets", [1, 20])
def test_an_inverter_takes_the_same_statements_however_many_assets_it_lists(
    api: ApiClient, site: Site, django_assert_num_queries: DjangoAssertNumQueries, assets: int
) -> None:
    """Key, savepoint and its release, site, assets, number, inverter, listings, and two to answer it."""
    body = inverter_body(*(make_asset().pk for _ in range(assets)))
    with django_assert_num_queries(10):
        api.call("POST", f"/sites/{site.pk}/inverters", body)
