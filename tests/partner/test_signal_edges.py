"""Where the rules of maintenance signals begin and end (contract 13.2). 400 W/m2 on 100 kW are 32 kW at the target."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from partner import maintenance_signals
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, put_reading, put_weather
from tests.factories.rollups import NOON, NOW, SLOT
from tests.factories.signals import put_light, put_slots, signals, times

pytestmark = pytest.mark.django_db

LOOKED_FROM = datetime(2026, 1, 3, tzinfo=UTC)  # midnight seven days before the day of NOW
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _profile(profile: PartnerProfile, inverter: Inverter) -> PartnerProfile:
    return profile


def set_thresholds(profile: PartnerProfile, **thresholds: float) -> None:
    save_profile(site=profile.site, fields={"signal_thresholds": thresholds}, by="user:anna", now=NOW)


def types(site: Site) -> list[str]:
    return [one["type"] for one in signals(site)]


def test_it_is_bright_enough_for_zero_production_from_50_watts_on(site: Site, inverter: Inverter) -> None:
    put_light(site, [50] * 2)
    put_slots(inverter, [0] * 2)
    assert types(site) == ["Zero Production"]


@pytest.mark.parametrize(("kw", "found"), [(0.5, ["Zero Production"]), (0.51, [])])
def test_half_a_percent_of_rated_power_is_none(site: Site, inverter: Inverter, kw: float, found: list[str]) -> None:
    put_light(site, [100] * 2)
    put_slots(inverter, [kw] * 2)
    assert types(site) == found


def test_it_is_bright_enough_to_judge_capacity_from_200_watts_on(site: Site, inverter: Inverter) -> None:
    put_light(site, [200] * 2)
    put_slots(inverter, [8] * 2)
    (signal,) = signals(site)
    assert (signal["type"], signal["expected_kw"], signal["capacity_pct"]) == ("Capacity Underperformance", 16, 50)


@pytest.mark.parametrize(("kw", "found"), [("22.4", []), ("22.39", ["Capacity Underperformance"])])
def test_seventy_percent_are_enough(site: Site, inverter: Inverter, kw: str, found: list[str]) -> None:
    put_light(site, [400] * 4)
    for number in range(4):
        put_reading(inverter, NOON + number * SLOT, kw)
    assert types(site) == found


def test_a_slot_at_the_limit_is_none_within_a_window_below_it(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 5)
    for number, kw in enumerate(("20", "20", "22.4", "20", "20")):
        put_reading(inverter, NOON + number * SLOT, kw)
    first, second = sorted(signals(site), key=lambda one: str(one["start_time"]))
    assert (times(first), times(second)) == (("12:00", "12:30"), ("12:45", "13:15"))


def test_a_window_at_the_limit_falls_not_short(site: Site, inverter: Inverter) -> None:
    """Two slots of 20 kW and two of 24.8 kW are 22.4 kW on the mean."""
    put_light(site, [400] * 4)
    put_slots(inverter, [20, 24.8, 20, 24.8])
    assert signals(site) == []


def test_a_window_is_an_hour(site: Site, inverter: Inverter) -> None:
    """What lies more than three slots back makes up for nothing, and what lies three slots back does."""
    put_light(site, [400] * 6)
    put_slots(inverter, [90, 32, 22, 22, 22, 22])
    (signal,) = signals(site)
    assert times(signal) == ("12:30", "13:30")


@pytest.mark.parametrize(("gap", "found"), [(3, 1), (4, 2)])
def test_slots_an_hour_apart_are_one_signal_and_further_ones_are_two(
    site: Site, inverter: Inverter, gap: int, found: int
) -> None:
    put_reading(inverter, NOON, 1, state="FAULT")
    put_reading(inverter, NOON + (gap + 1) * SLOT, 1, state="FAULT")
    assert len(signals(site)) == found


def test_a_window_of_one_slot_makes_one_slot_a_signal(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    set_thresholds(profile, window_minutes=15)
    put_light(site, [400] * 5)
    put_slots(inverter, [32, 20, 32, 0, 32])
    assert sorted(types(site)) == ["Capacity Underperformance", "Zero Production"]


def test_of_what_is_older_than_a_week_only_what_reaches_into_it_is_left(site: Site, inverter: Inverter) -> None:
    other = make_inverter(site)
    put_reading(inverter, LOOKED_FROM - MOMENT, 1, state="FAULT")
    put_reading(other, LOOKED_FROM - SLOT, 1, state="FAULT")
    put_reading(other, LOOKED_FROM, 1, state="FAULT")
    (signal,) = signals(site)
    assert signal["asset_id"] == other.pk
    assert (signal["start_time"], signal["end_time"]) == ("2026-01-02T23:45:00Z", "2026-01-03T00:15:00Z")


def test_a_reading_of_this_very_moment_is_not_there_yet(site: Site, inverter: Inverter) -> None:
    put_reading(inverter, NOW - MOMENT, 1, state="WARNING", temperature_c=Decimal(75))
    put_reading(inverter, NOW, 1, state="FAULT", temperature_c=Decimal(90))
    put_weather(site, NOW, 400)
    computed = maintenance_signals.compute(site.pk, NOW)
    assert {one["type"] for one in computed.content["signals"]} == {"Warning State", "Temperature"}
    assert [one["irradiance_wm2"] for one in computed.content["signals"]] == [None, None]
    assert computed.data_through == NOW - MOMENT


def test_energy_stands_for_power_where_it_is_given(site: Site, inverter: Inverter) -> None:
    """2 kWh in a third of a slot are 8 kW, and a mean of 6 kW in the rest of it are 4 kW."""
    put_light(site, [400] * 2)
    for slot in range(2):
        put_reading(inverter, NOON + slot * SLOT, 99, energy_kwh=Decimal(2))
        put_reading(inverter, NOON + slot * SLOT + timedelta(minutes=5), 4)
        put_reading(inverter, NOON + slot * SLOT + timedelta(minutes=10), 8)
    (signal,) = signals(site)
    assert (signal["actual_kw"], signal["capacity_pct"]) == (12, 37.5)


def test_modules_draw_no_power_and_the_sun_takes_none(site: Site, inverter: Inverter) -> None:
    put_light(site, [-4] * 2)
    put_slots(inverter, [-2] * 2, state="FAULT")
    (signal,) = signals(site)
    assert (signal["actual_kw"], signal["expected_kw"], signal["irradiance_wm2"]) == (0, 0, -4)
    assert signal["capacity_pct"] is None


def test_slots_in_the_dark_are_left_out_of_a_signals_capacity(site: Site, inverter: Inverter) -> None:
    """At 20 W/m2 it is light; at 19.9 it is not, however much was made."""
    put_light(site, [20, 19.9, 400])
    put_slots(inverter, [1.6, 50, 16], state="FAULT")
    (signal,) = signals(site)
    assert signal["capacity_pct"] == pytest.approx(100 * 17.6 / 33.6, abs=1e-6)


def test_a_signal_holds_the_worst_that_was_measured(site: Site, inverter: Inverter) -> None:
    put_light(site, [300, 500])
    put_reading(inverter, NOON, 0, state="FAULT", temperature_c=Decimal(90), error_code="E1")
    put_reading(inverter, NOON + SLOT, 0, state="OFFLINE", temperature_c=Decimal(80), error_code="E2")
    found = {one["type"]: one for one in signals(site)}
    assert found["Critical State"]["state_code"] == "FAULT"
    assert "(error code E2)" in found["Critical State"]["description"]
    assert found["Zero Production"]["state_code"] == "OFFLINE"
    assert found["Zero Production"]["irradiance_wm2"] == 400
    assert "Up to 90 °C" in found["Temperature"]["description"]


def test_the_last_known_state_is_told_where_states_are_not_what_is_wrong(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 3)
    for slot, state in enumerate(("STANDBY", "NORMAL", None)):
        put_reading(inverter, NOON + slot * SLOT, 0, state=state)
    (signal,) = signals(site)
    assert signal["state_code"] == "NORMAL"


def test_a_sensors_readings_within_a_slot_are_one_mean(site: Site, inverter: Inverter) -> None:
    for slot in range(2):
        put_weather(site, NOON + slot * SLOT, 300)
        put_weather(site, NOON + slot * SLOT + timedelta(minutes=14), 500)
        put_weather(site, NOON + slot * SLOT + timedelta(minutes=3), None, ambient_temperature_c=Decimal(3))
        put_reading(inverter, NOON + slot * SLOT, 16, temperature_c=Decimal(60))
        put_reading(inverter, NOON + slot * SLOT + timedelta(minutes=14), 16, temperature_c=Decimal(80))
    (signal,) = signals(site)
    assert (signal["type"], signal["irradiance_wm2"], signal["expected_kw"]) == ("Capacity Underperformance", 400, 32)


def others_make(site: Site, *shares: str) -> None:
    """Neighbours of 100 kW that make so many of a kW per rated kW in two slots."""
    for share in shares:
        put_slots(make_inverter(site, dc_kw=100), [float(Decimal(share) * 100)] * 2)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (("0.2",), 20),
        (("0.2", "0.3"), 25),
        (("0.2", "0.3", "0.5"), 30),
        (("0.2", "0.3", "0.5", "0.7"), 40),
        (("0.0", "0.0", "0.5"), None),
    ],
)
def test_the_median_is_that_of_the_others(
    site: Site, inverter: Inverter, shares: tuple[str, ...], expected: float | None
) -> None:
    """Wherever the inverter itself stands among them: here it makes least."""
    others_make(site, *shares)
    put_slots(inverter, [0] * 2)
    found = {one["asset_id"]: one for one in signals(site)}
    assert (found[inverter.pk]["expected_kw"] if inverter.pk in found else None) == expected


@pytest.mark.parametrize(("kw", "expected"), [(25, 40), (40, 40), (90, 30)])
def test_the_median_leaves_out_the_inverters_own_place(
    site: Site, inverter: Inverter, kw: float, expected: float
) -> None:
    others_make(site, *(("0.2", "0.3", "0.5", "0.7") if kw < 90 else ("0.2", "0.3", "0.5")))
    put_slots(inverter, [kw] * 2, state="FAULT")
    found: dict[str, Any] = {one["type"]: one for one in signals(site) if one["asset_id"] == inverter.pk}
    assert found["Critical State"]["expected_kw"] == expected


@pytest.mark.parametrize(("share", "found"), [("0.16", ["Capacity Underperformance"]), ("0.159", [])])
def test_the_light_of_the_neighbours_is_the_one_at_which_they_are_on_target(
    site: Site, inverter: Inverter, share: str, found: list[str]
) -> None:
    """0.16 kW per rated kW at a target of 0.8 are 200 W/m2."""
    others_make(site, share)
    put_slots(inverter, [8] * 2)
    assert [one["type"] for one in signals(site) if one["asset_id"] == inverter.pk] == found


def test_where_irradiance_is_measured_the_neighbours_are_not_asked(site: Site, inverter: Inverter) -> None:
    """Also in the slots of a site in which others make more than their due."""
    others_make(site, "0.9", "0.9")
    put_slots(inverter, [32] * 3)
    put_light(site, [400] * 2)
    assert signals(site) == []


def test_signals_of_one_time_are_told_apart_and_each_in_its_place(site: Site, inverter: Inverter) -> None:
    other = make_inverter(site)
    put_light(site, [400] * 4)
    put_slots(inverter, [32, 0, 0, 32])
    put_slots(other, [0, 0, 32, 32])
    found = {one["asset_id"]: times(one) for one in signals(site)}
    assert found == {inverter.pk: ("12:15", "12:45"), other.pk: ("12:00", "12:30")}
