"""What is a maintenance signal (contract 13.2). 400 W/m2 on 100 kW are 32 kW at the target of 0.8."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assets.vocabulary import AssetType
from partner import maintenance_signals
from partner.documents import assembled
from partner.kinds import KINDS
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from partner.vocabulary import MAINTENANCE_SIGNALS
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, put_reading
from tests.factories.rollups import NOON, NOW, SLOT
from tests.factories.signals import put_light, put_slots, signals, signals_document, times

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _profile(profile: PartnerProfile, inverter: Inverter) -> PartnerProfile:
    return profile


def set_thresholds(profile: PartnerProfile, **thresholds: float) -> None:
    save_profile(site=profile.site, fields={"signal_thresholds": thresholds}, by="user:anna", now=NOW)


def test_no_power_in_the_sun_is_zero_production_from_the_first_slot_to_the_last(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 6)
    put_slots(inverter, [32, 0, 0, 0, 0, 32])
    (signal,) = signals(site)
    assert (signal["type"], signal["severity"], times(signal)) == ("Zero Production", "High", ("12:15", "13:15"))
    assert (signal["rated_kw"], signal["expected_kw"], signal["actual_kw"]) == (100, 32, 0)
    assert (signal["capacity_pct"], signal["irradiance_wm2"], signal["state_code"]) == (0, 400, None)
    assert signal["description"] == "No production from 12:15 to 13:15 on 2026-01-09, where 32 kW were expected."
    assert signal["asset_id"] == inverter.pk


def test_an_asset_is_its_serial_number_where_it_has_one(site: Site, inverter: Inverter) -> None:
    Inverter.objects.update(serial_number="INV-1000000054495190")
    put_light(site, [400] * 2)
    put_slots(inverter, [0, 0])
    assert signals_document(site)["summary"]["by_asset"] == {"INV-1000000054495190": 1}


@pytest.mark.parametrize("irradiance", [0, 49])
def test_no_power_without_sun_is_nothing(site: Site, inverter: Inverter, irradiance: float) -> None:
    put_light(site, [irradiance] * 4)
    put_slots(inverter, [0] * 4)
    assert signals(site) == []


def test_a_single_slot_is_no_signal_of_power(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 3)
    put_slots(inverter, [32, 0, 32])
    assert signals(site) == []


def test_the_slot_that_is_not_over_says_nothing_of_power(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 2)
    put_slots(inverter, [0, 0])
    assert signals(site, NOON + 2 * SLOT - timedelta(seconds=1)) == []
    assert len(signals(site, NOON + 2 * SLOT)) == 1


def test_a_dim_or_a_missing_slot_parts_no_signal_and_a_good_one_does(site: Site, inverter: Inverter) -> None:
    put_light(site, [400, 400, 30, 400, 400, 400, 400, 400])
    put_slots(inverter, [0, 0, 0, 0, 0, 20, 0, 0])
    first, second = sorted(signals(site), key=lambda one: str(one["start_time"]))
    assert (times(first), times(second)) == (("12:00", "13:15"), ("13:30", "14:00"))


def test_a_night_parts_signals(site: Site, inverter: Inverter) -> None:
    for day in range(2):
        put_light(site, [400] * 2, start=NOON - timedelta(days=day))
        put_slots(inverter, [0, 0], start=NOON - timedelta(days=day))
    assert len(signals(site)) == 2


def test_less_than_expected_over_a_whole_window_is_underperformance(site: Site, inverter: Inverter) -> None:
    """Below 70 % of 32 kW is below 22.4; the good slots around it stay outside."""
    put_light(site, [400] * 8)
    put_slots(inverter, [32, 32, 20, 20, 20, 20, 32, 32])
    (signal,) = signals(site)
    assert (signal["type"], signal["severity"]) == ("Capacity Underperformance", "Low")
    assert times(signal) == ("12:30", "13:30")
    assert (signal["expected_kw"], signal["actual_kw"], signal["capacity_pct"]) == (32, 20, 62.5)
    assert signal["description"] == "20 kW of 32 kW expected (62.5 %) from 12:30 to 13:30 on 2026-01-09."


def test_a_dip_that_its_window_makes_up_for_is_nothing(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 8)
    put_slots(inverter, [32, 32, 32, 20, 20, 32, 32, 32])
    assert signals(site) == []


@pytest.mark.parametrize(("kw", "severity"), [(20, "Low"), (15, "Medium"), (7, "High")])
def test_underperformance_is_as_bad_as_it_is_deep(site: Site, inverter: Inverter, kw: float, severity: str) -> None:
    put_light(site, [400] * 4)
    put_slots(inverter, [kw] * 4)
    (signal,) = signals(site)
    assert signal["severity"] == severity


def test_what_lasts_is_worse(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 8)
    put_slots(inverter, [20] * 8)
    (signal,) = signals(site)
    assert (signal["severity"], times(signal)) == ("Medium", ("12:00", "14:00"))


def test_in_weak_light_nothing_is_said_of_capacity(site: Site, inverter: Inverter) -> None:
    put_light(site, [199] * 4)
    put_slots(inverter, [5] * 4)
    assert signals(site) == []


def test_without_irradiance_the_median_of_the_neighbours_is_the_reference(site: Site, inverter: Inverter) -> None:
    """Neighbours of 50 and 200 kW make 0.30, 0.32 and 0.34 kW per rated kW: 32 kW are expected of 100."""
    shares = {50: "0.30", 200: "0.32", 400: "0.34"}
    for rated, share in shares.items():
        put_slots(make_inverter(site, dc_kw=rated), [float(rated * Decimal(share))] * 4)
    put_slots(inverter, [8] * 4)
    (signal,) = signals(site)
    assert (signal["asset_id"], signal["type"]) == (inverter.pk, "Capacity Underperformance")
    assert (signal["expected_kw"], signal["capacity_pct"], signal["irradiance_wm2"]) == (32, 25, None)


def test_of_two_neighbours_the_median_is_their_mean(site: Site, inverter: Inverter) -> None:
    for kw in (30, 34):
        put_slots(make_inverter(site, dc_kw=100), [kw] * 2)
    put_slots(inverter, [0] * 2)
    (signal,) = signals(site)
    assert (signal["type"], signal["expected_kw"]) == ("Zero Production", 32)


def test_an_inverter_without_neighbours_and_irradiance_has_no_expectation(site: Site, inverter: Inverter) -> None:
    put_slots(inverter, [0] * 4, state="FAULT")
    (signal,) = signals(site)
    assert signal["type"] == "Critical State"
    assert (signal["expected_kw"], signal["capacity_pct"], signal["irradiance_wm2"]) == (None, None, None)


def test_neighbours_that_make_nothing_expect_nothing(site: Site, inverter: Inverter) -> None:
    put_slots(make_inverter(site), [0] * 4)
    put_slots(inverter, [0] * 4)
    assert signals(site) == []


@pytest.mark.parametrize(
    ("state", "type_", "severity"),
    [
        ("CRITICAL", "Critical State", "Critical"),
        ("FAULT", "Critical State", "Critical"),
        ("OFFLINE", "Critical State", "High"),
        ("WARNING", "Warning State", "Medium"),
    ],
)
def test_a_bad_state_is_a_signal_even_for_one_reading(
    site: Site, inverter: Inverter, state: str, type_: str, severity: str
) -> None:
    put_reading(inverter, NOON, 32, state="NORMAL")
    put_reading(inverter, NOON + timedelta(minutes=20), 32, state=state, error_code="E042")
    put_reading(inverter, NOON + 2 * SLOT, 32, state="NORMAL")
    (signal,) = signals(site)
    assert (signal["type"], signal["severity"], signal["state_code"]) == (type_, severity, state)
    assert signal["description"] == f"In state {state} (error code E042) from 12:15 to 12:30 on 2026-01-09."


@pytest.mark.parametrize("state", ["NORMAL", "STANDBY", "UNKNOWN", None])
def test_another_state_is_none(site: Site, inverter: Inverter, state: str | None) -> None:
    put_slots(inverter, [10] * 3, state=state)
    assert signals(site) == []


def test_a_state_nobody_knows_parts_no_signal(site: Site, inverter: Inverter) -> None:
    for number, state in enumerate(["FAULT", "UNKNOWN", None, "OFFLINE"]):
        put_reading(inverter, NOON + number * SLOT, 1, state=state)
    (signal,) = signals(site)
    assert (signal["state_code"], times(signal)) == ("FAULT", ("12:00", "13:00"))


@pytest.mark.parametrize(
    ("temperature", "severity"),
    [("70.1", "Low"), ("75", "Medium"), ("79.9", "Medium"), ("80", "High"), ("120", "High")],
)
def test_heat_is_a_signal_above_its_limit(site: Site, inverter: Inverter, temperature: str, severity: str) -> None:
    put_reading(inverter, NOON, 10, temperature_c=Decimal(70))
    put_reading(inverter, NOON + SLOT, 10, temperature_c=Decimal(temperature))
    (signal,) = signals(site)
    assert (signal["type"], signal["severity"], times(signal)) == ("Temperature", severity, ("12:15", "12:30"))
    assert "above 70 °C" in signal["description"]


def test_batteries_have_states_and_no_expectation(site: Site, inverter: Inverter) -> None:
    battery = make_inverter(site, dc_kw=None, behind=[AssetType.BESS])
    put_light(site, [400] * 4)
    put_slots(inverter, [32] * 4)
    put_slots(battery, [-50] * 4, state="WARNING")
    (signal,) = signals(site)
    assert (signal["asset_id"], signal["type"]) == (battery.pk, "Warning State")
    assert (signal["rated_kw"], signal["expected_kw"], signal["actual_kw"]) == (80, None, -50)


def test_thresholds_are_the_profiles(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    set_thresholds(profile, capacity_pct=50, temperature_c=60)
    put_light(site, [400] * 4)
    put_slots(inverter, [20] * 4, temperature_c=Decimal(61))
    assert [one["type"] for one in signals(site)] == ["Temperature"]


def test_readings_of_the_future_and_of_long_ago_are_left_out(site: Site, inverter: Inverter) -> None:
    put_reading(inverter, NOW + timedelta(minutes=1), 0, state="FAULT")
    put_reading(inverter, NOW - timedelta(days=8), 0, state="FAULT")
    computed = maintenance_signals.compute(site.pk, NOW)
    assert computed.content["signals"] == []
    assert computed.data_through == NOW - timedelta(days=8)


def test_what_is_published_is_what_the_schema_says(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 4)
    put_slots(inverter, [0] * 4, state="FAULT", temperature_c=Decimal(90))
    document = signals_document(site)
    assert sum(document["summary"]["by_type"].values()) == len(document["signals"]) == 3
    assert document["cursor"] == document["signals"][0]["timestamp"] == "2026-01-10T12:00:00Z"
    assert [one["severity"] for one in document["signals"]] == ["Critical", "High", "High"]
    verify(site)


def test_a_site_without_anything_has_a_document_too(site: Site) -> None:
    Inverter.objects.all().delete()
    document = signals_document(site)
    assert (document["cursor"], document["signals"]) == (None, [])
    assert document["summary"] == {"by_type": {}, "by_severity": {}, "by_asset": {}}
    verify(site)


def verify(site: Site) -> None:
    document: dict[str, Any] = assembled(maintenance_signals.compute(site.pk, NOW), generated_at=NOW, stale=False)
    KINDS[MAINTENANCE_SIGNALS].validator.validate(document)
    Draft202012Validator.check_schema(KINDS[MAINTENANCE_SIGNALS].schema)
