"""What is left of a forecast for who looks less far ahead [P5]."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from partner.forecast_documents import filtered, summary

FIRST = datetime(2026, 1, 10, 12, tzinfo=UTC)
POWERS = st.lists(st.floats(0, 1e6).map(lambda power: round(power, 6)), min_size=72, max_size=72)


def document(powers: list[float], model: str = "submitted-1") -> dict[str, Any]:
    """A document of these hours, each worth half a rand for a kWh."""
    intervals = [
        {
            "ts": f"{FIRST + timedelta(hours=hour):%Y-%m-%dT%H:00:00Z}",
            "model_id": model,
            "p10_kw": power / 2,
            "p50_kw": power,
            "p90_kw": power * 2,
            "revenue_zar": power / 2,
        }
        for hour, power in enumerate(powers)
    ]
    return {"site_id": "Sibaya", "stale": False, **summary(intervals, currency="zar")}


@given(powers=POWERS, hours=st.integers(1, 72))
def test_less_far_ahead_is_the_beginning_of_the_whole_with_its_own_totals(powers: list[float], hours: int) -> None:
    whole = document(powers)
    part = filtered(whole, horizon_hours=hours)
    assert part == document(powers[:hours])
    assert part["horizon_hours"] == len(part["intervals"]) == hours
    assert abs(part["totals"]["total_kwh"] - sum(powers[:hours])) < 1e-3
    assert filtered(whole, horizon_hours=72) == whole


def test_a_day_is_looked_ahead_where_nothing_is_said() -> None:
    assert filtered(document([1.0] * 72))["totals"] == {"total_kwh": 24, "total_revenue_zar": 12}


def test_totals_are_exact_sums_of_what_is_written() -> None:
    assert filtered(document([0.1] * 72), horizon_hours=3)["totals"]["total_kwh"] == 0.3


def test_a_total_with_an_unknown_hour_is_unknown() -> None:
    whole = document([1.0] * 72)
    whole["intervals"][30] |= {"model_id": None, "p50_kw": None, "revenue_zar": None}
    assert filtered(whole, horizon_hours=30)["totals"] == {"total_kwh": 30, "total_revenue_zar": 15}
    assert filtered(whole, horizon_hours=31)["totals"] == {"total_kwh": None, "total_revenue_zar": None}


def test_the_model_is_that_of_the_hours_that_are_left() -> None:
    whole = document([1.0] * 72)
    for hour in whole["intervals"][40:]:
        hour["model_id"] = "clear-sky-1"
    assert filtered(whole, horizon_hours=40)["model_id"] == "submitted-1"
    assert filtered(whole, horizon_hours=41)["model_id"] == "submitted-1+clear-sky-1"
    for hour in whole["intervals"]:
        hour["model_id"] = None
    assert filtered(whole)["model_id"] is None
