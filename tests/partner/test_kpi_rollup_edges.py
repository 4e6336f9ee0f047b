"""Where the KPI rollup's rules begin and end: light, days, prices (contract 13.2). 400 W/m2 on 100 kW allow 10 kWh."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from partner import kpi_rollup
from partner.models import PartnerProfile
from partner.operations.profiles import set_tariff_periods
from sites.models import Inverter, Site
from sites.vocabulary import InverterState
from tests.factories.plants import make_inverter, make_profile, make_site, put_reading, put_weather
from tests.factories.rollups import NOON, NOW, SLOT, rollup

pytestmark = pytest.mark.django_db

FIRST_MOMENT = datetime(2025, 12, 11, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 1, 10, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_a_pair_counts_from_20_watts_on(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    """G >= 20: 20 W/m2 on 100 kW allow 0.5 kWh."""
    put_weather(site, NOON, 20)
    put_reading(inverter, NOON, 1)
    document = rollup(site)
    assert document["performance"]["system_pr"] == 0.5
    assert document["ear"]["energy_lost_kwh"] == 0.15


@pytest.mark.parametrize(("irradiance", "bought"), [(19.5, 1), (20, None)])
def test_it_is_dark_below_20_watts(
    site: Site, inverter: Inverter, profile: PartnerProfile, irradiance: float, bought: float | None
) -> None:
    """In the dark no reading is no production; from 20 W/m2 on it is not known."""
    put_weather(site, NOON, irradiance, consumption_kw=Decimal(4))
    put_weather(site, NOON + SLOT, irradiance)
    put_reading(inverter, NOON + SLOT, 0)
    assert rollup(site)["energy_balance"]["grid_purchases_kwh"] == bought


def test_an_inverter_is_unavailable_at_zero_from_50_watts_on(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """1 kWh is expected at 50 W/m2 and 0.99 at 49.5, of which only the latter is held to be there."""
    for slot, irradiance in enumerate((50, 49.5)):
        put_weather(site, NOON + slot * SLOT, irradiance)
        put_reading(inverter, NOON + slot * SLOT, 0)
    performance = rollup(site)["performance"]
    assert performance["availability_pct"] == pytest.approx(100 * 0.99 / 1.99, abs=1e-6)
    assert performance["true_uptime_pct"] == 0


def test_nothing_that_ran_is_no_availability_at_all(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    """None of what was expected, which is known: 0 and not null."""
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 0)
    performance = rollup(site)["performance"]
    assert (performance["availability_pct"], performance["true_uptime_pct"]) == (0, 0)


def test_all_that_run_are_added_up(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_weather(site, NOON, 400)
    for one in (inverter, make_inverter(site, dc_kw=300)):
        put_reading(one, NOON, 8)
    assert rollup(site)["performance"]["true_uptime_pct"] == 100


def test_nothing_lost_is_worth_nothing_at_any_price(site: Site, inverter: Inverter) -> None:
    """At zero light nothing is known to be lost; at 400 W/m2 with all that was expected, nothing is."""
    make_profile(site, tariff=None)
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 32)
    assert rollup(site)["ear"]["value_lost_eur"] == 0


def test_what_runs_in_weak_light_is_in_neither_side_of_true_uptime(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    other = make_inverter(site, dc_kw=300)
    put_weather(site, NOON, 50)
    put_reading(inverter, NOON, 1)
    put_reading(other, NOON, 0)
    put_weather(site, NOON + SLOT, 49.5)
    for one in (inverter, other):
        put_reading(one, NOON + SLOT, 1)
    assert rollup(site)["performance"]["true_uptime_pct"] == 25


def test_the_period_holds_its_first_moment_and_not_the_one_after_its_last(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """Half-open, for inverters as for the site's sensors."""
    put_reading(inverter, FIRST_MOMENT - 30 * SLOT, 0)
    for moment, kw in ((FIRST_MOMENT - MOMENT, 40), (FIRST_MOMENT, 8), (LAST_MOMENT - MOMENT, 16), (LAST_MOMENT, 80)):
        put_reading(inverter, moment, kw)
        put_weather(site, moment, 0, consumption_kw=Decimal(kw * 2))
    computed = kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW))
    assert computed.content["energy_balance"]["solar_production_kwh"] == 6
    assert computed.content["energy_balance"]["consumption_kwh"] == 12
    assert computed.data_through == LAST_MOMENT - MOMENT


def test_a_reading_of_an_inverter_may_be_the_newest(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON + MOMENT, 4)
    assert kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW)).data_through == NOON + MOMENT


def test_the_first_data_of_several_inverters_is_that_of_the_earliest(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_reading(inverter, NOON, 4)
    put_reading(make_inverter(site), NOON - timedelta(days=3), 4)
    put_weather(site, NOON - timedelta(days=1), 0)
    assert rollup(site)["period"] == {"start": "2026-01-06", "end": "2026-01-10"}


def test_another_sites_readings_are_none_of_ours(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, NOON, 4)
    elsewhere = make_inverter(make_other_site())
    put_reading(elsewhere, NOON - timedelta(days=9), 400)
    put_weather(elsewhere.site, NOON, 400, consumption_kw=Decimal(400))
    document = rollup(site)
    assert document["period"]["start"] == "2026-01-09"
    assert document["energy_balance"]["solar_production_kwh"] == 1
    assert document["energy_balance"]["consumption_kwh"] is None


def make_other_site() -> Site:
    """Another site, with a profile of its own."""
    other = make_site(code="MOON")
    make_profile(other, pr_target=Decimal("0.1"), tariff=Decimal(7))
    return other


def test_what_was_lost_in_unpriced_time_has_no_value_and_nothing_lost_is_worth_nothing(
    site: Site, inverter: Inverter
) -> None:
    """3 kWh are lost by day at 1.00; at night, which has no price, all that was expected was made."""
    profile = make_profile(site, tariff=None)
    day = {"name": "Day", "days": "ALL", "start_time": time(6), "end_time": time(18), "rate": Decimal(1)}
    set_tariff_periods(profile=profile, periods=[day], by="user:anna")
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 20)
    evening = NOON + 24 * SLOT
    put_weather(site, evening, 400)
    put_reading(inverter, evening, 32)
    document = rollup(site)
    assert document["ear"]["value_lost_eur"] == 3
    assert document["financial"]["realized_savings_eur"] is None
    put_reading(inverter, evening, 31)
    assert rollup(site)["ear"]["value_lost_eur"] is None


def test_no_energy_is_worth_nothing_at_any_price(site: Site, inverter: Inverter) -> None:
    make_profile(site, tariff=None)
    put_weather(site, NOON, 0)
    put_reading(inverter, NOON, 0)
    document = rollup(site)
    assert document["financial"]["realized_savings_eur"] == 0
    assert document["financial"]["shortfall_cost_eur"] is None


def test_a_rate_holds_from_its_start_to_before_its_end(site: Site, inverter: Inverter) -> None:
    profile = make_profile(site, tariff=Decimal(0))
    noon = {"name": "Noon", "days": "ALL", "start_time": time(12), "end_time": time(12, 30), "rate": Decimal(1)}
    set_tariff_periods(profile=profile, periods=[noon], by="user:anna")
    for slot, kw in ((-1, 4), (0, 8), (1, 16), (2, 32)):
        put_reading(inverter, NOON + slot * SLOT, kw)
    assert rollup(site)["financial"]["realized_savings_eur"] == 6


@pytest.mark.parametrize(("days", "worth"), [("WEEKDAYS", 1), ("WEEKENDS", 2), ("ALL", 3)])
def test_rates_hold_on_their_days(site: Site, inverter: Inverter, days: str, worth: float) -> None:
    """1 kWh on Friday, one on Saturday and one on Sunday."""
    profile = make_profile(site, tariff=Decimal(0))
    whole = {"name": "Days", "days": days, "start_time": time(0), "end_time": time(0), "rate": Decimal(1)}
    set_tariff_periods(profile=profile, periods=[whole], by="user:anna")
    for day in range(3):
        put_reading(inverter, NOON + timedelta(days=day), 4)
    assert rollup(site, now=NOW + timedelta(days=2))["financial"]["realized_savings_eur"] == worth


def test_less_consumption_than_production_buys_nothing_and_is_all_offset(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_weather(site, NOON, 400, consumption_kw=Decimal(4))
    put_reading(inverter, NOON, 20)
    balance = rollup(site)["energy_balance"]
    assert (balance["grid_purchases_kwh"], balance["solar_offset_pct"]) == (0, 100)


@pytest.mark.parametrize("state", [InverterState.FAULT, InverterState.OFFLINE, InverterState.CRITICAL])
def test_one_bad_reading_makes_its_whole_slot_one_of_being_down(
    site: Site, inverter: Inverter, profile: PartnerProfile, state: InverterState
) -> None:
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 8, state=InverterState.NORMAL)
    put_reading(inverter, NOON + SLOT / 3, 8, state=state)
    assert rollup(site)["performance"]["availability_pct"] == 0


def test_of_several_readings_of_consumption_in_a_slot_the_mean_counts(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_reading(inverter, NOON, 0)
    for part, kw in enumerate((4, 8)):
        put_weather(site, NOON + part * SLOT / 3, 400, consumption_kw=Decimal(kw))
    assert rollup(site)["energy_balance"]["grid_purchases_kwh"] == 1.5


def test_energy_as_given_stands_without_any_power(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, NOON, 8, energy_kwh=Decimal("1.25"))
    assert rollup(site)["energy_balance"]["solar_production_kwh"] == 1.25


def test_what_several_inverters_do_in_several_slots_is_added_up(site: Site) -> None:
    """References of 10 and 30 kWh, then 5 and 15; four fifths of them are expected. What is dark is in no ratio."""
    make_profile(site, tariff=Decimal("0.5"))
    small, large = make_inverter(site, dc_kw=100), make_inverter(site, dc_kw=300)
    for slot, (irradiance, of_small, of_large) in enumerate(((400, 20, 60), (200, 8, 40), (10, 4, 4))):
        put_weather(site, NOON + slot * SLOT, irradiance, consumption_kw=Decimal(100))
        put_reading(small, NOON + slot * SLOT, of_small)
        put_reading(large, NOON + slot * SLOT, of_large)
    document = rollup(site)
    assert document["performance"]["system_pr"] == pytest.approx(32 / 60, abs=1e-6)
    assert (document["ear"]["energy_lost_kwh"], document["ear"]["value_lost_eur"]) == (16, 8)
    assert document["energy_balance"]["solar_production_kwh"] == 34
    assert document["energy_balance"]["grid_purchases_kwh"] == 5 + 13 + 23
    assert document["financial"]["realized_savings_eur"] == 17


def test_energies_of_one_slot_are_added_up(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    for part, kwh in enumerate(("1.25", "0.5")):
        put_reading(inverter, NOON + part * SLOT / 3, 0, energy_kwh=Decimal(kwh))
    assert rollup(site)["energy_balance"]["solar_production_kwh"] == 1.75


def test_data_goes_through_the_newest_reading_of_all(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, NOON, 1)
    for slot in (1, 2):
        put_weather(site, NOON + slot * SLOT, 400)
    assert kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW)).data_through == NOON + 2 * SLOT
