"""Quantities: converted exactly, stored in MW, MWh, EUR/MWh or PLN/MWh (contract, section 0)."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from assets import quantities
from assets.quantities import Price, Quantity


def parsed(kind: Any, value: Any, unit: Any) -> Any:
    return TypeAdapter(kind).validate_python({"value": value, "unit": unit})


def fault_of(kind: Any, document: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(document)
    return refused.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("value", "unit", "megawatts"),
    [
        (160, "kW", "0.16"),
        ("2.5", "MW", "2.5"),
        ("0.001", "GW", "1"),
        (Decimal("1E+3"), "kW", "1"),
        ("0.001", "kW", "0.000001"),
        ("123456789012345.678", "kW", "123456789012.345678"),
        ("-0", "MW", "0"),
        ("999999999.999999999", "GW", "999999999999.999999"),
    ],
)
def test_power_is_stored_in_mw(value: Any, unit: str, megawatts: str) -> None:
    assert parsed(quantities.Power, value, unit) == Decimal(megawatts)


@pytest.mark.parametrize(("unit", "factor"), [("MWh", "1"), ("kWh", "0.001"), ("GWh", "1000")])
def test_energy_is_stored_in_mwh(unit: str, factor: str) -> None:
    assert parsed(quantities.NonNegativeEnergy, "7", unit) == 7 * Decimal(factor)


@pytest.mark.parametrize(
    ("value", "unit", "price"),
    [
        ("85", "EUR/MWh", Price(Decimal(85), "EUR")),
        ("0.085", "EUR/kWh", Price(Decimal(85), "EUR")),
        (-20, "PLN/MWh", Price(Decimal(-20), "PLN")),
        ("0.000000001", "PLN/kWh", Price(Decimal("0.000001"), "PLN")),
    ],
)
def test_prices_are_stored_per_mwh_of_their_currency(value: Any, unit: str, price: Price) -> None:
    assert parsed(quantities.PricePerEnergy, value, unit) == price


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("0.0001", "kW"),
        ("0.0000001", "MW"),
        ("1." + "0" * 35 + "1", "MW"),
        ("1." + "0" * 32 + "1", "kW"),
        ("1e-40", "GW"),
    ],
)
def test_a_decimal_too_many_is_refused_and_never_rounded_away(value: str, unit: str) -> None:
    """[C2]: also where arithmetic of 28 digits would have rounded it to fit."""
    assert fault_of(quantities.Power, {"value": value, "unit": unit}) == "decimal_max_places"


@pytest.mark.parametrize(
    ("value", "unit"), [("1e12", "MW"), ("1e15", "kW"), ("1e9", "GW"), (10**30, "kW"), ("1e999", "MW")]
)
def test_more_than_twelve_digits_are_refused(value: Any, unit: str) -> None:
    assert fault_of(quantities.Power, {"value": value, "unit": unit}) == "decimal_whole_digits"


@pytest.mark.parametrize("unit", ["MWh", "kwh", "mw", "W", "", "MW ", None, 1, [], "EUR/MWh"])
def test_a_unit_of_another_dimension_is_refused(unit: Any) -> None:
    assert fault_of(quantities.Power, {"value": 1, "unit": unit}) == "quantity_unit"


@pytest.mark.parametrize(
    "document", [1, "2.5 MW", None, [], {}, {"value": 1}, {"unit": "MW"}, {"value": 1, "unit": "MW", "x": 1}]
)
def test_a_quantity_is_a_value_and_a_unit(document: Any) -> None:
    assert fault_of(quantities.Power, document) == "quantity"


@pytest.mark.parametrize("value", [None, True, [], {}, "", "much", "NaN", "\u0661"])
def test_its_value_is_a_number(value: Any) -> None:
    assert fault_of(quantities.Power, {"value": value, "unit": "MW"}).startswith("decimal_")


def test_signs_are_part_of_the_type() -> None:
    assert fault_of(quantities.PositivePower, {"value": 0, "unit": "kW"}) == "greater_than"
    assert fault_of(quantities.NonNegativePower, {"value": "-0.001", "unit": "kW"}) == "greater_than_equal"
    assert fault_of(quantities.NonNegativeEnergy, {"value": -1, "unit": "kWh"}) == "greater_than_equal"
    assert parsed(quantities.NonNegativePower, "-0.0", "kW") == 0


def test_a_quantity_is_answered_in_its_shortest_form() -> None:
    """[C2]"""
    assert Quantity(value=Decimal("0.160000"), unit="MW").model_dump() == {"value": "0.16", "unit": "MW"}
    assert Quantity(value=Decimal("-0"), unit="EUR/MWh").model_dump() == {"value": "0", "unit": "EUR/MWh"}
