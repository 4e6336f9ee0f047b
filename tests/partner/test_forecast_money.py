"""What a forecast is worth, by tariffs and by market prices [P7] [PR1] (contract 13.2)."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from partner.models import PartnerProfile
from partner.operations.profiles import save_profile, set_tariff_periods
from partner.vocabulary import TariffDays
from sites.models import Inverter, Site
from tests.factories.forecasts import FIRST, HOUR, asset_behind, forecast_of, put_forecast, put_price
from tests.factories.plants import put_reading
from tests.factories.rollups import rollup

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(profile: PartnerProfile, inverter: Inverter) -> PartnerProfile:
    """100 kW are forecast for each of the 72 hours."""
    for day in range(-1, 4):
        put_forecast(asset_behind(inverter), FIRST + day * 24 * HOUR, "0.1", hours=24)
    return profile


def give(profile: PartnerProfile, *periods: tuple[str, TariffDays, time, time, str]) -> None:
    named = [dict(zip(("name", "days", "start_time", "end_time", "rate"), one, strict=True)) for one in periods]
    set_tariff_periods(profile=profile, periods=named, by="user:anna")


def change(profile: PartnerProfile, **fields: Any) -> None:
    save_profile(site=profile.site, fields=fields, by="user:anna", now=FIRST)


def revenues(document: dict[str, Any], currency: str = "eur") -> list[float | None]:
    return [interval[f"revenue_{currency}"] for interval in document["intervals"]]


def test_revenue_is_p50_at_the_flat_tariff_and_the_total_their_sum(site: Site, profile: PartnerProfile) -> None:
    document = forecast_of(site)
    assert revenues(document) == [10] * 72
    assert document["totals"] == {"total_kwh": 7200, "total_revenue_eur": 720}


def test_tariff_periods_pass_midnight_in_the_sites_own_time(site: Site, profile: PartnerProfile) -> None:
    """Night is 22:00 to 06:00 in Johannesburg, which is 20:00Z to 04:00Z."""
    change(profile, time_zone="Africa/Johannesburg", currency="ZAR")
    give(
        profile,
        ("Night", TariffDays.ALL, time(22), time(0), "0.05"),
        ("Night", TariffDays.ALL, time(0), time(6), "0.05"),
    )
    found = revenues(forecast_of(site), "zar")
    assert found[:24] == [10] * 8 + [5] * 8 + [10] * 8


def test_weekends_end_with_the_local_sunday(site: Site, profile: PartnerProfile) -> None:
    """The first hour is Saturday 12:00Z; Sunday ends in Warsaw at 23:00Z."""
    change(profile, time_zone="Europe/Warsaw")
    give(profile, ("Weekend", TariffDays.WEEKENDS, time(0), time(0), "0.03"))
    assert revenues(forecast_of(site)) == [3] * 35 + [10] * 37


def test_an_hour_that_a_tariff_changes_in_is_worth_the_mean(site: Site, profile: PartnerProfile) -> None:
    give(profile, ("Peak", TariffDays.ALL, time(12, 45), time(14), "0.5"))
    assert revenues(forecast_of(site))[:3] == [20, 50, 10]


@pytest.mark.parametrize(
    ("noon", "hours_at_one_o_clock"),
    [(datetime(2026, 3, 28, 12, tzinfo=UTC), 0), (datetime(2026, 10, 24, 12, tzinfo=UTC), 2)],
    ids=["23 hours", "25 hours"],
)
def test_days_of_23_and_25_hours_have_the_hours_that_they_have(
    site: Site, inverter: Inverter, profile: PartnerProfile, noon: datetime, hours_at_one_o_clock: int
) -> None:
    """In Berlin the hour from two to three is left out in March, and comes twice in October."""
    change(profile, time_zone="Europe/Berlin")
    give(profile, ("Two", TariffDays.ALL, time(2), time(3), "0.9"))
    for day in range(2):
        put_forecast(asset_behind(inverter), noon + day * 24 * HOUR, "0.1", hours=24)
    assert revenues(forecast_of(site, now=noon))[:24].count(90) == hours_at_one_o_clock


def test_a_market_that_the_profile_names_takes_the_tariffs_place(site: Site, profile: PartnerProfile) -> None:
    change(profile, market="day-ahead")
    put_price(site, FIRST, "80", hours=0.5)
    put_price(site, FIRST + timedelta(minutes=30), "-20", hours=0.5)
    put_price(site, FIRST + HOUR, "-20")
    put_price(site, FIRST + 2 * HOUR, "100", hours=0.75)
    put_price(site, FIRST + HOUR, "999", market="intraday")
    document = forecast_of(site)
    assert revenues(document)[:4] == [3, -2, None, None]
    assert document["totals"] == {"total_kwh": 7200, "total_revenue_eur": None}


def test_prices_in_another_currency_are_worth_nothing_known(site: Site, profile: PartnerProfile) -> None:
    change(profile, market="day-ahead", currency="ZAR")
    put_price(site, FIRST, "80")
    assert revenues(forecast_of(site), "zar")[0] is None


def test_prices_of_another_area_are_not_the_sites(site: Site, profile: PartnerProfile) -> None:
    change(profile, market="day-ahead")
    put_price(site, FIRST, "80")
    site.delivery_area = "AMPN"
    site.save()
    assert revenues(forecast_of(site))[0] is None


def test_no_energy_is_worth_nothing_whatever_the_price(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    change(profile, tariff=None)
    put_forecast(asset_behind(inverter), FIRST + HOUR, "0")
    assert revenues(forecast_of(site))[:2] == [None, 0]


def test_the_forecast_and_the_rollup_price_an_hour_alike(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """One rule in two statements, held to each other over a Friday in Warsaw."""
    give(
        profile,
        ("Morning", TariffDays.WEEKDAYS, time(6, 30), time(9), "0.31"),
        ("Evening", TariffDays.ALL, time(18), time(0), "0.47"),
        ("Weekend", TariffDays.WEEKENDS, time(0), time(18), "0.05"),
    )
    change(profile, time_zone="Europe/Warsaw")
    midnight = datetime(2026, 1, 8, 23, tzinfo=UTC)
    for day in range(2):
        put_forecast(asset_behind(inverter), midnight + day * 24 * HOUR, "0.1", hours=24)
    for quarter in range(96):
        put_reading(inverter, midnight + quarter * HOUR / 4, 100)
    forecast = sum(Decimal(str(revenue)) for revenue in revenues(forecast_of(site, now=midnight))[:24])
    assert rollup(site, now=midnight + 24 * HOUR)["financial"]["realized_savings_eur"] == float(forecast)
