"""The values that bodies and queries are made of, parsed strictly, and how answers write them [C2].

Instants without an offset, non-ASCII digits, `true` for a number or `"yes"` for a boolean are refused, never guessed.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

DECIMALS = 6
MICRO = Decimal(10) ** -DECIMALS
WHOLE_DIGITS = 12
FARTHEST_DIGIT = 40  # no unit scales a number from beyond into what is stored
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?P<offset>[Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,100}(?:\.\d{1,100})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COUNT = re.compile(r"\d{1,19}", re.ASCII)


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError(
            "datetime_parsing", "Input should be an instant like 2026-05-01T00:15:00Z (in a query, send + as %2B)"
        )
    if match["offset"] is None:
        raise PydanticCustomError("timezone_aware", "Input should have an offset from UTC, like Z or +02:00")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("datetime_parsing", "Input should be an instant that exists") from None


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "Input should be a date like 2026-05-01")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_parsing", "Input should be a date that exists") from None


def parse_number(value: Any) -> Decimal:
    """A finite decimal from a JSON number or its text, as exact as it was sent."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise PydanticCustomError("decimal_type", "Input should be a number or its text")
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise PydanticCustomError("decimal_parsing", "Input should be a number like 90 or 0.97")
    number = Decimal(value)
    if not number:
        return Decimal(0)
    if number.adjusted() > FARTHEST_DIGIT:
        raise _too_large()
    if number.adjusted() < -FARTHEST_DIGIT:
        raise _too_fine()
    return number


def storable(number: Decimal) -> Decimal:
    """The number, if it has at most six decimals and twelve digits before them [C2]."""
    if number and number.adjusted() >= WHOLE_DIGITS:
        raise _too_large()
    rounded = number.quantize(MICRO)
    if rounded != number:
        raise _too_fine()
    return rounded


def _too_large() -> PydanticCustomError:
    return PydanticCustomError("decimal_whole_digits", "Input should have at most 12 digits before the point")


def _too_fine() -> PydanticCustomError:
    return PydanticCustomError("decimal_max_places", "Input should have at most 6 decimals")


def parse_amount(value: Any) -> Decimal:
    """A decimal as it is stored, from a JSON number or its text."""
    return storable(parse_number(value))


def parse_count(value: Any) -> int:
    """A whole number out of a query."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _COUNT.fullmatch(value):
        raise PydanticCustomError("int_parsing", "Input should be a whole number like 50")
    return int(value)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "Input should be true or false")
    return bool(value == "true")


def _json_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise PydanticCustomError("bool_type", "Input should be true or false")
    return value


def plain(number: Decimal) -> str:
    """The shortest plain form of a decimal: no exponent, no needless zero, no minus before zero [C2].

    >>> plain(Decimal("90.000000")), plain(Decimal("0.970")), plain(Decimal("-0")), plain(Decimal("1E+2"))
    ('90', '0.97', '0', '100')
    """
    if not number:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def edge(instant: datetime) -> str:
    """A period's edge: `2026-05-01T00:15:00Z` [C2]."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def recorded(instant: datetime) -> str:
    """A recorded instant, always with six decimals: `2026-05-01T00:15:00.000000Z` [C2]."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


DIGITS = r"[0-9]{1,12}(\.[0-9]{1,6})?"


def number_schema(*, pattern: str = f"^-?{DIGITS}$", example: str = "0.97", **bounds: int) -> WithJsonSchema:
    """A number, or its text of this pattern; `bounds` are those of the number (`minimum=0`)."""
    return WithJsonSchema(
        {"anyOf": [{"type": "number", **bounds}, {"type": "string", "pattern": pattern}], "examples": [example]}
    )


# What clients send.
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-05-01T00:15:00Z"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-05-01"]}),
]
Amount = Annotated[Decimal, BeforeValidator(parse_amount), number_schema()]
NonNegative = Annotated[Decimal, Ge(0), BeforeValidator(parse_amount), number_schema(pattern=f"^{DIGITS}$", minimum=0)]
NonPositive = Annotated[
    Decimal, Le(0), BeforeValidator(parse_amount), number_schema(pattern=f"^(-{DIGITS}|0)$", example="-2.5", maximum=0)
]
Name = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]
QueryFlag = Annotated[bool, BeforeValidator(_flag)]
JsonFlag = Annotated[bool, BeforeValidator(_json_flag)]
JsonCount = Annotated[int, Field(strict=True)]

# What answers hold.
PlainDecimal = Annotated[
    Decimal, PlainSerializer(plain, return_type=str), WithJsonSchema({"type": "string", "examples": ["0.97"]})
]
Edge = Annotated[
    datetime,
    PlainSerializer(edge, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-05-01T00:15:00Z"]}),
]
Recorded = Annotated[
    datetime,
    PlainSerializer(recorded, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-05-01T00:15:00.000000Z"]}),
]
