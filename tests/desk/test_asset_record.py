"""An asset's page and list lead on: to what the asset can do, where it is connected, and its limits."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets import specs
from assets.models import Asset
from tests.back_office import page_of, said, text_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.sites import add_inverter, add_site
from tests.factories.specs import put_spec

pytestmark = pytest.mark.django_db

LIST = "/admin/assets/asset/"


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def chosen(*assets: Asset) -> dict[str, Any]:
    """What the list sends when these are ticked and `Change limits` is run."""
    return {"action": "limits", "_selected_action": [asset.pk for asset in assets]}


def words(desk: Client, asset: Asset) -> str:
    """What the asset's page says, on one line."""
    return " ".join(text_of(desk.get(page_of(asset))).split())


def test_the_page_has_the_spec_in_force_and_the_ones_before(desk: Client) -> None:
    asset = make_asset()
    put_spec(asset, 1, 3, rated_power=4)
    put_spec(asset, 3, rated_power=5, charge_efficiency="0.95")

    context = desk.get(page_of(asset)).context

    assert [(is_current, values) for _, is_current, values in context["specs"]] == [
        (True, [("Rated power", "5 MW"), ("Charge efficiency", "0.95")]),
        (False, [("Rated power", "4 MW")]),
    ]


def test_the_page_says_that_no_spec_is_in_force(desk: Client) -> None:
    asset = make_asset()
    assert "No spec is in force now" in words(desk, asset)
    specs.put_spec(asset_id=asset.pk, valid_from=timezone.now(), changes={}, by="user:anna", now=timezone.now())
    assert "No spec is in force now" not in words(desk, asset)


def test_the_page_leads_to_the_inverters_and_their_site(desk: Client) -> None:
    asset = make_asset()
    inverter = add_inverter(add_site(), asset.pk)

    page = words(desk, asset)

    assert page_of(inverter) in page
    assert page_of(inverter.site) in page
    assert "0.16 MW at" in page


def test_what_the_operator_may_not_see_is_not_there() -> None:
    asset = make_asset()
    inverter = add_inverter(add_site(), asset.pk)
    put_spec(asset, 1, rated_power=4)

    page = words(desk_of(make_operator("assets.view_asset")), asset)

    assert "Rated power" not in page
    assert inverter.pk not in page


def test_the_list_leads_chosen_assets_to_the_form_of_limits(desk: Client) -> None:
    first, second = make_asset(), make_asset()

    answer = desk.post(LIST, chosen(first, second))
    form = desk.get(answer["Location"]).context["form"]

    assert form.initial["asset_ids"] == [first.pk, second.pk]


def test_more_than_an_address_can_name_are_not_led_on(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.admin.bulk.MOST_IN_AN_ADDRESS", 1)

    answer = desk.post(LIST, chosen(make_asset(), make_asset()))

    assert said(desk, answer) == ["Limits of at most 1 assets at once; narrow the list by its filters."]


def test_who_may_not_change_limits_is_not_led_to_them() -> None:
    olga = desk_of(make_operator("assets.view_asset", "assets.change_asset"))

    assert "limits" not in dict(olga.get(LIST).context["action_form"].fields["action"].choices)
