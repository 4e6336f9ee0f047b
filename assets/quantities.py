"""Quantities: an amount and its unit, converted exactly and stored in MW, MWh, EUR/MWh or PLN/MWh."""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt
from pydantic import BaseModel, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from config.api.values import PlainDecimal, number_schema, parse_number, storable

# What one of a unit is in the unit that is stored.
POWER = {"MW": Decimal(1), "kW": Decimal("0.001"), "GW": Decimal(1000)}
ENERGY = {"MWh": Decimal(1), "kWh": Decimal("0.001"), "GWh": Decimal(1000)}
PRICE = {"EUR/MWh": Decimal(1), "EUR/kWh": Decimal(1000), "PLN/MWh": Decimal(1), "PLN/kWh": Decimal(1000)}
# Products of what parse_number lets through keep every digit, so that a decimal too many is seen, not rounded away.
EXACT = Context(prec=1000)


@dataclass(frozen=True)
class Price:
    """A price per MWh of a currency."""

    amount: Decimal
    currency: str


def _amount_and_unit(value: Any, factors: dict[str, Decimal]) -> tuple[Decimal, str]:
    """The amount in the stored unit, and the unit it was sent in."""
    if not isinstance(value, dict) or set(value) != {"value", "unit"}:
        raise PydanticCustomError("quantity", 'Input should be a quantity like {{"value": "2.5", "unit": "MW"}}')
    unit = value["unit"]
    if not isinstance(unit, str) or unit not in factors:
        raise PydanticCustomError("quantity_unit", f"The unit should be one of {', '.join(factors)}")
    return storable(EXACT.multiply(parse_number(value["value"]), factors[unit])), unit


def _power(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else _amount_and_unit(value, POWER)[0]


def _energy(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else _amount_and_unit(value, ENERGY)[0]


def _price(value: Any) -> Price:
    if isinstance(value, Price):
        return value
    amount, unit = _amount_and_unit(value, PRICE)
    return Price(amount, unit[:3])


def _schema(units: dict[str, Decimal]) -> WithJsonSchema:
    number = number_schema(example="2.5").json_schema
    return WithJsonSchema(
        {
            "type": "object",
            "properties": {"value": number, "unit": {"type": "string", "enum": list(units)}},
            "required": ["value", "unit"],
            "additionalProperties": False,
            "examples": [{"value": "2.5", "unit": next(iter(units))}],
        }
    )


# What clients send; the body holds MW, MWh or a Price.
Power = Annotated[Decimal, BeforeValidator(_power), _schema(POWER)]
PositivePower = Annotated[Decimal, Gt(0), BeforeValidator(_power), _schema(POWER)]
NonNegativePower = Annotated[Decimal, Ge(0), BeforeValidator(_power), _schema(POWER)]
NonNegativeEnergy = Annotated[Decimal, Ge(0), BeforeValidator(_energy), _schema(ENERGY)]
PricePerEnergy = Annotated[Price, BeforeValidator(_price), _schema(PRICE)]


class Quantity(BaseModel):
    """An amount with its unit, as answers hold it."""

    value: PlainDecimal
    unit: Literal["MW", "MWh", "EUR/MWh", "PLN/MWh"]
