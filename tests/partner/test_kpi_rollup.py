"""The KPI rollup's ratios against sums done by hand (contract 13.2). A slot of 400 W/m2 on 100 kW is 10 kWh at P0."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from partner.models import PartnerProfile
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, put_reading, put_weather
from tests.factories.rollups import NOON, SLOT, rollup

pytestmark = pytest.mark.django_db


def test_the_performance_ratio_is_energy_over_what_the_irradiance_allowed(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 28)
    performance = rollup(site)["performance"]
    assert performance["system_pr"] == 0.7
    assert performance["pr_target"] == 0.8
    assert performance["pr_status"] == "Below Target"


def test_a_ratio_at_its_target_is_on_target(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 32)
    assert rollup(site)["performance"]["pr_status"] == "On Target"


def test_lost_energy_is_what_each_slot_lacks_and_a_good_slot_makes_up_for_none(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """Expected are 8 kWh a slot: 3 kWh are lost in the first, the 9 kWh of the second do not give one back."""
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 20)
    put_weather(site, NOON + SLOT, 400)
    put_reading(inverter, NOON + SLOT, 36)
    ear = rollup(site)["ear"]
    assert ear["energy_lost_kwh"] == 3
    assert ear["energy_lost_pct"] == 18.75
    assert ear["capacity_utilization_pct"] == 87.5
    assert ear["recovery_potential_kwh"] == {"50pct": 1.5, "75pct": 2.25, "95pct": 2.85, "100pct": 3}


def test_energy_is_taken_as_given_before_power_is_integrated(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """A third of the slot's readings gives 4 kWh, the other two a mean of 12 kW for two thirds of it: 6 kWh."""
    put_reading(inverter, NOON, 99, energy_kwh=Decimal(4))
    put_reading(inverter, NOON + timedelta(minutes=5), 8)
    put_reading(inverter, NOON + timedelta(minutes=10), 16)
    assert rollup(site)["energy_balance"]["solar_production_kwh"] == 6


def test_a_sensors_readings_within_a_slot_are_one_mean(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    """A reading at the slot's end belongs to the next one."""
    put_weather(site, NOON, 300)
    put_weather(site, NOON + timedelta(minutes=14, seconds=59), 500)
    put_weather(site, NOON + SLOT, 1000)
    put_reading(inverter, NOON, 28)
    assert rollup(site)["performance"]["system_pr"] == 0.7


def test_negative_power_at_night_is_no_production(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, datetime(2026, 1, 9, 1, tzinfo=UTC), -2)
    put_reading(inverter, NOON, 4)
    assert rollup(site)["energy_balance"]["solar_production_kwh"] == 1


@pytest.mark.parametrize("irradiance", [None, 19.999999])
def test_a_slot_without_enough_light_counts_in_no_ratio(
    site: Site, inverter: Inverter, profile: PartnerProfile, irradiance: float | None
) -> None:
    put_weather(site, NOON, irradiance, ambient_temperature_c=Decimal(20))
    put_reading(inverter, NOON, 4)
    document = rollup(site)
    assert document["energy_balance"]["solar_production_kwh"] == 1
    assert document["performance"]["system_pr"] is None
    assert document["performance"]["pr_status"] is None
    assert document["performance"]["true_uptime_pct"] is None
    assert document["performance"]["availability_pct"] is None
    assert document["ear"]["energy_lost_kwh"] is None
    assert document["ear"]["energy_lost_pct"] is None
    assert document["ear"]["recovery_potential_kwh"]["95pct"] is None
    assert document["ear"]["value_lost_eur"] is None
    assert document["ear"]["annual_projection_eur"] is None
    assert document["financial"]["realized_savings_eur"] == 0.1
    assert document["financial"]["total_potential_value_eur"] is None


def test_leaving_out_an_inverters_day_moves_no_ratio(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    """What was not measured is in neither side of a ratio."""
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 28)
    before = rollup(site)["performance"]
    put_weather(site, NOON + SLOT, 400)
    assert rollup(site)["performance"] == before


def test_true_uptime_weighs_bright_slots_by_rated_power(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """Of 100 kW and 300 kW the smaller one runs; a slot below 50 W/m2 does not count."""
    other = make_inverter(site, dc_kw=300)
    put_weather(site, NOON, 50)
    put_reading(inverter, NOON, 1)
    put_reading(other, NOON, 0)
    put_weather(site, NOON + SLOT, 49)
    put_reading(other, NOON + SLOT, 0)
    assert rollup(site)["performance"]["true_uptime_pct"] == 25


def test_state_uptime_is_a_share_of_readings_whose_state_is_known(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    states = ("NORMAL", "WARNING", "STANDBY", "FAULT", "OFFLINE", "CRITICAL", "UNKNOWN", None)
    for minute, state in enumerate(states):
        put_reading(inverter, NOON + timedelta(minutes=minute), 1, state=state)
    assert rollup(site)["performance"]["state_uptime_pct"] == 50


def test_availability_leaves_out_bad_states_and_bright_slots_at_zero(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """Expected 8 kWh each: one slot runs, one is in FAULT for one of its readings, one is at zero; a dim one is not."""
    for slot in range(3):
        put_weather(site, NOON + slot * SLOT, 400)
    put_reading(inverter, NOON, 20)
    put_reading(inverter, NOON + SLOT, 20)
    put_reading(inverter, NOON + SLOT + timedelta(minutes=5), 20, state="FAULT")
    put_reading(inverter, NOON + 2 * SLOT, 0)
    put_weather(site, NOON + 3 * SLOT, 40)
    put_reading(inverter, NOON + 3 * SLOT, 0)
    # 8 + 0.8 of 24.8 kWh
    assert rollup(site)["performance"]["availability_pct"] == 35.483871


def test_the_energy_balance_is_struck_slot_by_slot(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    """5 kWh made and 2 used, then 1 made and 4 used: 3 of the 6 are bought, however much was left over before."""
    put_weather(site, NOON, consumption_kw=Decimal(8))
    put_reading(inverter, NOON, 20)
    put_weather(site, NOON + SLOT, consumption_kw=Decimal(16))
    put_reading(inverter, NOON + SLOT, 4)
    assert rollup(site)["energy_balance"] == {
        "consumption_kwh": 6,
        "solar_production_kwh": 6,
        "grid_purchases_kwh": 3,
        "solar_offset_pct": 50,
    }


def test_unmeasured_production_is_zero_only_in_the_dark(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_weather(site, NOON, 0, consumption_kw=Decimal(4))
    put_weather(site, NOON + SLOT, 500, consumption_kw=Decimal(8))
    put_weather(site, NOON + 2 * SLOT, 500, consumption_kw=Decimal(4))
    put_reading(inverter, NOON + 2 * SLOT, 4)
    balance = rollup(site)["energy_balance"]
    assert balance["consumption_kwh"] == 4
    assert balance["grid_purchases_kwh"] == 1
    assert balance["solar_offset_pct"] == 50


def test_without_production_nothing_is_said_of_purchases(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_weather(site, NOON, 0, consumption_kw=Decimal(4))
    balance = rollup(site)["energy_balance"]
    assert balance["consumption_kwh"] == 1
    assert balance["solar_production_kwh"] is None
    assert balance["grid_purchases_kwh"] is None
    assert balance["solar_offset_pct"] is None
