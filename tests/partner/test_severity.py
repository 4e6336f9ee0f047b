"""How bad an anomaly is: by its depth, and worse when it is long."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner.anomalies import SLOT, Anomaly, severity_of
from partner.signal_documents import SEVERITIES
from partner.thresholds import Thresholds
from partner.vocabulary import SignalType

START = datetime(2026, 5, 1, 10, tzinfo=UTC)
DEFAULTS = Thresholds()
shares = st.decimals(0, 100, places=2)
slots = st.integers(1, 400)
thresholds = st.builds(
    Thresholds,
    capacity_medium_pct=st.floats(0, 100),
    capacity_high_pct=st.floats(0, 100),
    temperature_step_c=st.floats(1, 50),
    long_minutes=st.integers(15, 1440),
)


def anomaly(type_: str, *, slots: int = 1, capacity: Decimal | None = None, heat: Decimal | None = None) -> Anomaly:
    return Anomaly("A", type_, START, START + slots * SLOT, capacity_pct=capacity, temperature=heat)


def rank(one: Anomaly, thresholds: Thresholds = DEFAULTS) -> int:
    """0 is the worst."""
    return SEVERITIES[severity_of(one, thresholds)]


@given(shares, shares, slots, slots, thresholds)
def test_less_capacity_for_longer_is_never_less_bad(
    one: Decimal, other: Decimal, short: int, long: int, limits: Thresholds
) -> None:
    deep, shallow = sorted((one, other))
    short, long = sorted((short, long))
    kind = SignalType.CAPACITY_UNDERPERFORMANCE
    worse, better = anomaly(kind, slots=long, capacity=deep), anomaly(kind, slots=short, capacity=shallow)
    assert rank(worse, limits) <= rank(better, limits)


@given(st.decimals(70, 200, places=2), st.decimals(70, 200, places=2), slots, thresholds)
def test_more_heat_is_never_less_bad(one: Decimal, other: Decimal, slots: int, limits: Thresholds) -> None:
    cool, hot = sorted((one, other))
    kind = SignalType.TEMPERATURE
    assert rank(anomaly(kind, slots=slots, heat=hot), limits) <= rank(anomaly(kind, slots=slots, heat=cool), limits)


@given(shares, slots)
def test_nothing_is_worse_than_no_production(capacity: Decimal, slots: int) -> None:
    less = anomaly(SignalType.CAPACITY_UNDERPERFORMANCE, slots=slots, capacity=capacity)
    assert rank(anomaly(SignalType.ZERO_PRODUCTION, slots=slots)) <= rank(less)


@pytest.mark.parametrize(("minutes", "severity"), [(105, "High"), (120, "Critical")])
def test_two_hours_are_long(minutes: int, severity: str) -> None:
    one = Anomaly("A", SignalType.ZERO_PRODUCTION, START, START + timedelta(minutes=minutes))
    assert severity_of(one, DEFAULTS).value == severity


@pytest.mark.parametrize(("state", "severity"), [("OFFLINE", "High"), ("CRITICAL", "Critical"), ("FAULT", "Critical")])
def test_a_critical_state_is_critical_and_high_where_an_inverter_is_only_gone(state: str, severity: str) -> None:
    one = Anomaly("A", SignalType.CRITICAL_STATE, START, START + SLOT, worst_state=state)
    assert severity_of(one, DEFAULTS).value == severity


@pytest.mark.parametrize(
    ("kind", "measured", "severity"),
    [
        (SignalType.WARNING_STATE, {}, "Medium"),
        (SignalType.ZERO_PRODUCTION, {}, "High"),
        (SignalType.TEMPERATURE, {"heat": Decimal("74.99")}, "Low"),
        (SignalType.TEMPERATURE, {"heat": Decimal(75)}, "Medium"),
        (SignalType.TEMPERATURE, {"heat": Decimal("79.99")}, "Medium"),
        (SignalType.TEMPERATURE, {"heat": Decimal(80)}, "High"),
        (SignalType.TEMPERATURE, {"heat": Decimal(120)}, "High"),
        (SignalType.CAPACITY_UNDERPERFORMANCE, {"capacity": Decimal(50)}, "Low"),
        (SignalType.CAPACITY_UNDERPERFORMANCE, {"capacity": Decimal("49.99")}, "Medium"),
        (SignalType.CAPACITY_UNDERPERFORMANCE, {"capacity": Decimal(25)}, "Medium"),
        (SignalType.CAPACITY_UNDERPERFORMANCE, {"capacity": Decimal("24.99")}, "High"),
        (SignalType.CAPACITY_UNDERPERFORMANCE, {"capacity": Decimal(0)}, "High"),
    ],
)
def test_how_deep_it_is_says_how_bad_a_short_one_is(kind: SignalType, measured: dict[str, Any], severity: str) -> None:
    assert severity_of(anomaly(kind, **measured), DEFAULTS).value == severity


def test_a_long_critical_one_is_no_worse_than_critical() -> None:
    one = Anomaly("A", SignalType.CRITICAL_STATE, START, START + 100 * SLOT, worst_state="FAULT")
    assert severity_of(one, DEFAULTS).value == "Critical"
