"""Prices [PR1]."""

from typing import Any

import pytest

from tests.factories.clients import ApiClient
from tests.factories.periods import price

pytestmark = pytest.mark.django_db

PATH = "/prices"
MORNING = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"


def put(api: ApiClient, *items: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = api.represented("PUT", PATH, {"prices": list(items)})
    return counts


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"value": "-4.99", "unit": "EUR/MWh"}, {"value": "-4.99", "unit": "EUR/MWh"}),
        ({"value": 0.105, "unit": "EUR/kWh"}, {"value": "105", "unit": "EUR/MWh"}),
        ({"value": "0.000000001", "unit": "PLN/kWh"}, {"value": "0.000001", "unit": "PLN/MWh"}),
    ],
)
def test_a_price_is_stored_per_mwh_of_its_currency(
    api: ApiClient, sent: dict[str, Any], stored: dict[str, str]
) -> None:
    """[PR1] A Quantity, converted exactly; may be negative."""
    put(api, price(price=sent))
    (listed,) = api.get(f"{PATH}?delivery_areas=50HZ&{MORNING}")["prices"]
    assert listed["price"] == stored


@pytest.mark.parametrize(
    "quantity",
    [
        {"value": "1", "unit": "MW"},
        {"value": "1", "unit": "ZAR/MWh"},
        {"value": "0.0000001", "unit": "EUR/MWh"},
        {"value": "1"},
        {"value": "1", "unit": "EUR/MWh", "note": ""},
        "1 EUR/MWh",
        None,
    ],
)
def test_what_is_no_price_is_refused(api: ApiClient, quantity: Any) -> None:
    """[PR1] A unit of another dimension, another currency, more decimals than are stored."""
    ((loc, _),) = api.faults("PUT", PATH, {"prices": [price(price=quantity)]})
    assert loc[:4] == ["body", "prices", 0, "price"]


def test_areas_and_markets_are_apart(api: ApiClient) -> None:
    """[PR1] The natural key is (delivery_area, market, start_time)."""
    batch = [
        price(area, slot, market=market) for area in ("PSE", "50HZ") for market in ("IDA", "DAA") for slot in (1, 0)
    ]
    assert put(api, *batch) == {"inserted": 8, "updated": 0, "unchanged": 0}
    assert put(api, *batch) == {"inserted": 0, "updated": 0, "unchanged": 8}
    found = api.get(f"{PATH}?delivery_areas=PSE,50HZ&{MORNING}")["prices"]
    assert [(one["delivery_area"], one["start_time"][11:16], one["market"]) for one in found] == [
        (area, time, market) for area in ("50HZ", "PSE") for time in ("06:00", "06:15") for market in ("DAA", "IDA")
    ]
    only = api.get(f"{PATH}?delivery_areas=PSE&markets=IDA&{MORNING}")["prices"]
    assert {(one["delivery_area"], one["market"]) for one in only} == {("PSE", "IDA")}
    ((loc, _),) = api.faults("PUT", PATH, {"prices": [price(), price(market="IDA"), price()]})
    assert loc == ["body", "prices", 2]


def test_the_area_has_to_be_a_delivery_area(api: ApiClient) -> None:
    """[PR1] In bodies and in queries."""
    assert [loc for loc, _ in api.faults("PUT", PATH, {"prices": [price("RWE")]})] == [
        ["body", "prices", 0, "delivery_area"]
    ]
    assert [loc for loc, _ in api.faults("GET", f"{PATH}?delivery_areas=50HZ,RWE&{MORNING}")] == [
        ["query", "delivery_areas", 1]
    ]
