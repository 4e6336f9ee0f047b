"""The values that clients send and that answers hold [C2]."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.api import values


def parsed(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def kind_of_fault(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        parsed(kind, value)
    return refused.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (90, "90"),
        ("90", "90"),
        (Decimal("90.0"), "90"),
        ("90.000000", "90"),
        ("0.97", "0.97"),
        (Decimal("1E+2"), "100"),
        (Decimal("1E-6"), "0.000001"),
        ("1e-6", "0.000001"),
        ("-0", "0"),
        (Decimal("-0.0"), "0"),
        (0, "0"),
        (Decimal("0E+1000"), "0"),
        (Decimal("0E-1000"), "0"),
        ("-12.5", "-12.5"),
        ("007", "7"),
        ("999999999999.999999", "999999999999.999999"),
        (-999999999999, "-999999999999"),
    ],
)
def test_a_number_or_its_text_comes_back_in_its_shortest_plain_form(sent: Any, stored: str) -> None:
    """[C2]: no exponent, no needless zero, `-0` is `0`."""
    assert values.plain(parsed(values.Amount, sent)) == stored


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("0.1234567", "decimal_max_places"),
        (Decimal("1E-7"), "decimal_max_places"),
        ("1e-50", "decimal_max_places"),
        (Decimal("1E-400"), "decimal_max_places"),
        ("1." + "0" * 40 + "1", "decimal_max_places"),
        (10**12, "decimal_whole_digits"),
        ("1e12", "decimal_whole_digits"),
        (Decimal("1E+400"), "decimal_whole_digits"),
        (10**200, "decimal_whole_digits"),
        (True, "decimal_type"),
        (None, "decimal_type"),
        (0.5, "decimal_type"),
        ([1], "decimal_type"),
        ({"value": 1}, "decimal_type"),
        ("", "decimal_parsing"),
        (" 5", "decimal_parsing"),
        ("5 ", "decimal_parsing"),
        ("+5", "decimal_parsing"),
        ("5.", "decimal_parsing"),
        (".5", "decimal_parsing"),
        ("1_000", "decimal_parsing"),
        ("1,5", "decimal_parsing"),
        ("NaN", "decimal_parsing"),
        ("Infinity", "decimal_parsing"),
        ("\u0665", "decimal_parsing"),
        ("1e9999", "decimal_parsing"),
        ("0x10", "decimal_parsing"),
        ("5\n", "decimal_parsing"),
    ],
)
def test_what_is_no_number_or_cannot_be_stored_is_refused(sent: Any, kind: str) -> None:
    """[C2]: more decimals than are stored are refused, never rounded."""
    assert kind_of_fault(values.Amount, sent) == kind


def test_signs_are_part_of_the_type() -> None:
    assert parsed(values.NonNegative, 0) == parsed(values.NonPositive, "-0") == 0
    assert kind_of_fault(values.NonNegative, "-0.000001") == "greater_than_equal"
    assert kind_of_fault(values.NonPositive, "0.000001") == "less_than_equal"


@pytest.mark.parametrize(
    ("sent", "instant"),
    [
        ("2026-05-01T00:15:00Z", datetime(2026, 5, 1, 0, 15, tzinfo=UTC)),
        ("2026-05-01t00:15:00z", datetime(2026, 5, 1, 0, 15, tzinfo=UTC)),
        ("2026-05-01T02:15:00+02:00", datetime(2026, 5, 1, 0, 15, tzinfo=UTC)),
        ("2026-04-30T20:15-04:00", datetime(2026, 5, 1, 0, 15, tzinfo=UTC)),
        ("2026-05-01T00:15:00.25Z", datetime(2026, 5, 1, 0, 15, 0, 250_000, tzinfo=UTC)),
        ("2024-02-29T23:59:59.999999Z", datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_with_its_offset_is_taken_as_utc(sent: str, instant: datetime) -> None:
    found = parsed(values.Instant, sent)
    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize("sent", ["2026-05-01T00:15:00", "2026-05-01T00:15"])
def test_an_instant_without_offset_is_refused(sent: str) -> None:
    """[C2] (decided)"""
    assert kind_of_fault(values.Instant, sent) == "timezone_aware"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "2026-05-01",
        "2026-05-01 00:15:00Z",
        "2026-05-01T00:15:00 02:00",
        "20260501T001500Z",
        "2026-W18-5T00:15:00Z",
        "2026-02-30T00:00:00Z",
        "2026-05-01T24:00:01Z",
        "2026-05-01T00:60:00Z",
        "2026-05-01T00:15:60Z",
        "2026-05-01T00:15:00+24:00",
        "2026-05-01T00:15:00.1234567Z",
        "2026-05-01T00:15:00,5Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "\u0662\u0660\u0662\u0666-05-01T00:15:00Z",
        "2026-05-01T00:15:00Z\n",
        1777594500,
        True,
        None,
    ],
)
def test_what_is_no_instant_is_refused(sent: Any) -> None:
    assert kind_of_fault(values.Instant, sent) == "datetime_parsing"


@pytest.mark.parametrize("sent", ["2026-5-1", "2026-02-30", "2026-W18-5", "20260501", "01.05.2026", "", 20260501, None])
def test_what_is_no_day_is_refused(sent: Any) -> None:
    assert kind_of_fault(values.Day, sent) == "date_parsing"


def test_a_day_is_a_date() -> None:
    assert parsed(values.Day, "2024-02-29") == date(2024, 2, 29)
    assert kind_of_fault(values.Day, "2026-05-01T00:00:00Z") == "date_parsing"


@pytest.mark.parametrize("sent", ["0", "50", "1000", "0007"])
def test_a_count_is_written_in_ascii_digits(sent: str) -> None:
    assert parsed(int, sent) == values.parse_count(sent)


@pytest.mark.parametrize(
    "sent", ["", "-1", "+5", " 5", "5.0", "1e3", "0x5", "\u0665", "\uff15", "1_000", "9" * 20, True]
)
def test_what_is_no_count_is_refused(sent: Any) -> None:
    with pytest.raises(Exception, match="whole number"):
        values.parse_count(sent)


def test_booleans_are_true_and_false_alone() -> None:
    assert parsed(values.QueryFlag, "true") is True
    assert parsed(values.QueryFlag, "false") is False
    for sent in ("yes", "1", "True", "", "on"):
        assert kind_of_fault(values.QueryFlag, sent) == "bool_parsing"
    for other in ("true", 1, 0, None):
        assert kind_of_fault(values.JsonFlag, other) == "bool_type"


@pytest.mark.parametrize("sent", ["a", " a ", "\u00a0a\n", "\U0001f50b" * 200, " " * 500 + "a"])
def test_a_name_is_trimmed_to_1_to_200_characters(sent: str) -> None:
    """[A1]: here and elsewhere."""
    assert parsed(values.Name, sent) == sent.strip()


@pytest.mark.parametrize("sent", ["", "   ", "\u2003\n", "a" * 201, 5, None, ["a"]])
def test_a_name_that_is_empty_long_or_no_text_is_refused(sent: Any) -> None:
    assert kind_of_fault(values.Name, sent).startswith("string_")


def test_edges_have_no_fraction_and_recorded_instants_have_six_decimals() -> None:
    """[C2]"""
    instant = datetime(2026, 5, 1, 0, 15, tzinfo=UTC)
    assert values.edge(instant) == "2026-05-01T00:15:00Z"
    assert values.recorded(instant) == "2026-05-01T00:15:00.000000Z"
    assert values.recorded(instant.replace(microsecond=1500)) == "2026-05-01T00:15:00.001500Z"


def test_years_are_always_written_with_four_digits() -> None:
    """C's strftime writes year 1 as `1`."""
    assert values.edge(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
    assert values.recorded(datetime(999, 1, 1, tzinfo=UTC)) == "0999-01-01T00:00:00.000000Z"
