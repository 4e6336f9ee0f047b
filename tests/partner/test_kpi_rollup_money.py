"""The KPI rollup's money against sums done by hand [P7] (contract 13.2)."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from partner.models import PartnerProfile
from partner.operations.profiles import set_tariff_periods
from sites.models import Inverter, Site
from tests.factories.plants import make_profile, put_reading, put_weather
from tests.factories.rollups import NOON, SLOT, rollup

pytestmark = pytest.mark.django_db


def test_money_is_energy_times_the_flat_tariff_and_its_names_end_in_the_currency(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """[P7]; one day with 3 kWh lost at 0.10 projects to 365 times 0.30."""
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 20)
    document = rollup(site)
    assert document["ear"]["value_lost_eur"] == 0.3
    assert document["ear"]["realized_savings_eur"] == 0.5
    assert document["ear"]["annual_projection_eur"] == 109.5
    assert document["financial"] == {
        "tariff_currency": "EUR",
        "shortfall_cost_eur": 0.3,
        "realized_savings_eur": 0.5,
        "total_potential_value_eur": 0.8,
        "tou_breakdown": {},
    }


def test_the_projection_is_per_day_of_the_period(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, NOON - timedelta(days=1), 0)
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 20)
    assert rollup(site)["ear"]["annual_projection_eur"] == 54.75


def test_without_a_tariff_there_is_no_money(site: Site, inverter: Inverter) -> None:
    make_profile(site, tariff=None)
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 20)
    document = rollup(site)
    assert document["ear"]["energy_lost_kwh"] == 3
    assert document["ear"]["value_lost_eur"] is None
    assert document["ear"]["annual_projection_eur"] is None
    assert document["financial"]["realized_savings_eur"] is None
    assert document["financial"]["total_potential_value_eur"] is None


def test_tariff_periods_hold_in_the_sites_own_time(site: Site, inverter: Inverter) -> None:
    """12:00 UTC is 14:00 in Johannesburg; the ninth of January 2026 is a Friday."""
    profile = make_profile(site, time_zone="Africa/Johannesburg", currency="ZAR")
    periods = [
        {"name": "Peak", "days": "WEEKDAYS", "start_time": time(14), "end_time": time(15), "rate": Decimal(2)},
        {"name": "Peak", "days": "WEEKDAYS", "start_time": time(22), "end_time": time(0), "rate": Decimal(4)},
        {"name": "Sunday", "days": "WEEKENDS", "start_time": time(0), "end_time": time(0), "rate": Decimal(9)},
    ]
    set_tariff_periods(profile=profile, periods=periods, by="user:anna")
    for moment, kw in (
        (NOON - SLOT, 4),
        (NOON, 8),
        (NOON + 4 * SLOT, 12),
        (datetime(2026, 1, 9, 21, 45, tzinfo=UTC), 16),
    ):
        put_reading(inverter, moment, kw)
    put_weather(site, NOON, 400)
    financial = rollup(site)["financial"]
    # 1 kWh flat, 2 kWh at 2, 3 kWh flat, 4 kWh at 4; 6 of the 8 kWh expected at 14:00 are lost
    assert financial["realized_savings_zar"] == 0.1 + 4 + 0.3 + 16
    assert financial["shortfall_cost_zar"] == 12
    assert financial["tou_breakdown"] == {
        "Peak": {
            "solar_production_kwh": 6,
            "energy_lost_kwh": 6,
            "realized_savings_zar": 20,
            "shortfall_cost_zar": 12,
        },
        "flat": {
            "solar_production_kwh": 4,
            "energy_lost_kwh": None,
            "realized_savings_zar": 0.4,
            "shortfall_cost_zar": None,
        },
    }


def test_weekend_rates_hold_on_saturday(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    weekend = {"name": "Weekend", "days": "WEEKENDS", "start_time": time(0), "end_time": time(0), "rate": Decimal(3)}
    set_tariff_periods(profile=profile, periods=[weekend], by="user:anna")
    saturday = datetime(2026, 1, 10, 12, tzinfo=UTC)
    put_reading(inverter, saturday, 4)
    assert rollup(site, now=saturday + timedelta(days=1))["financial"]["realized_savings_eur"] == 3


def test_money_of_priced_time_stands_without_a_flat_tariff(site: Site, inverter: Inverter) -> None:
    profile = make_profile(site, tariff=None)
    day = {"name": "Day", "days": "ALL", "start_time": time(6), "end_time": time(18), "rate": Decimal(1)}
    set_tariff_periods(profile=profile, periods=[day], by="user:anna")
    put_reading(inverter, NOON, 8)
    put_reading(inverter, datetime(2026, 1, 9, 1, tzinfo=UTC), 0)
    assert rollup(site)["financial"]["realized_savings_eur"] == 2
