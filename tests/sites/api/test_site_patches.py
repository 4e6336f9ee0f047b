"""Correcting sites over HTTP [ST3]."""

from decimal import Decimal
from typing import Any

import pytest

from assets.quantities import Price
from sites.models import Inverter, Site
from tests.factories.clients import ApiClient
from tests.factories.sites import add_site, euros, zloty

pytestmark = pytest.mark.django_db

FLOOR, STRIKE = "dispatch_mode_floor_price", "dispatch_mode_strike_price"
PRICED = {"name": "PRICE_BASED", "floor_price": euros("10"), "strike_price": euros("50")}


@pytest.fixture
def priced() -> Site:
    """A site with a floor of 10 and a strike of 50 EUR/MWh."""
    return add_site("PRICED", floor=Price(Decimal(10), "EUR"), strike=Price(Decimal(50), "EUR"))


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
