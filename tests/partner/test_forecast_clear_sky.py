"""The forecast out of a clear sky and the last days, where nobody submitted one (contract 13.2)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import acos, asin, cos, degrees, radians, sin
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partner.clear_sky import Plane, irradiance
from partner.forecast_models import Submitted, of_clear_sky, of_submitted
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from sites.models import Inverter, InverterReading, Site
from tests.factories.forecasts import FIRST, HOUR, NOW, asset_behind, forecast_of, powers, put_forecast
from tests.factories.plants import make_inverter

PLACE = {"latitude": Decimal("52.5"), "longitude": Decimal("13.4"), "tilt": Decimal(30), "azimuth": Decimal(180)}
BERLIN = Plane(latitude=52.5, longitude=13.4, tilt=30, azimuth=180)
MIDNIGHT = datetime(2026, 1, 10, tzinfo=UTC)


def sunny_hours(plane: Plane, day: datetime) -> dict[datetime, Decimal]:
    """The irradiance of each hour of a day."""
    return irradiance(plane, [day + hour * HOUR for hour in range(24)])


def measure(inverter: Inverter, share: Callable[[int], float], *, days: int) -> None:
    """Days of an inverter of 100 kW that made this share of a clear sky's energy, by how long ago it was."""
    InverterReading.objects.bulk_create(
        InverterReading(
            inverter=inverter,
            time=hour + quarter * HOUR / 4,
            ac_power_kw=Decimal(f"{float(sun) / 10 * share(day):.6f}"),
        )
        for day in range(1, days + 1)
        for hour, sun in sunny_hours(BERLIN, MIDNIGHT - timedelta(days=day)).items()
        for quarter in range(4)
    )


@pytest.fixture
def located(profile: PartnerProfile) -> PartnerProfile:
    return save_profile(site=profile.site, fields=PLACE, by="user:anna", now=NOW)


def declination(day: int) -> float:
    """Cooper's formula (1969), in degrees."""
    return 23.45 * sin(radians(360 * (284 + day) / 365))


@pytest.mark.parametrize(("day", "latitude"), [(172, 52.5), (355, 52.5), (80, 10.0), (355, -29.65)])
def test_the_sun_stands_where_astronomy_says(day: int, latitude: float) -> None:
    """Light from sunrise to sunset, by the textbook's hour angle, to the hour at each end."""
    plane = Plane(latitude=latitude, longitude=0, tilt=0, azimuth=180)
    midnight = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day - 1)
    light = [hour for hour, sun in sunny_hours(plane, midnight).items() if sun > 0]
    tangents = sin(radians(latitude)) * sin(radians(declination(day))) / cos(radians(latitude))
    expected = degrees(acos(-tangents / cos(radians(declination(day))))) / 7.5
    assert abs(len(light) - expected) <= 2
    assert all(later - earlier == HOUR for earlier, later in pairwise(light))


def test_modules_that_face_the_noon_sun_have_about_a_kilowatt_per_square_metre() -> None:
    """And turned away they have far less."""
    noon = datetime(2026, 6, 21, 12, tzinfo=UTC)
    height = degrees(asin(cos(radians(52.5 - declination(172)))))
    facing = irradiance(Plane(52.5, 0, 90 - height, 180), [noon])[noon]
    assert 850 < facing < 1100
    assert irradiance(Plane(52.5, 0, 90, 0), [noon])[noon] < 350


def test_hours_are_answered_each_by_itself_and_in_any_order() -> None:
    hours = [MIDNIGHT + number * HOUR for number in (12, 3, 10)]
    assert irradiance(BERLIN, hours) == {hour: irradiance(BERLIN, [hour])[hour] for hour in hours}
    assert irradiance(BERLIN, []) == {}


@pytest.mark.django_db
def test_the_clear_sky_is_scaled_by_what_the_last_days_brought(
    site: Site, inverter: Inverter, located: PartnerProfile
) -> None:
    measure(inverter, lambda _day: 0.5, days=2)
    document = forecast_of(site)
    sun = float(irradiance(BERLIN, [FIRST])[FIRST])
    assert document["model_id"] == "clear-sky-1"
    assert powers(document) == pytest.approx((sun / 20 * 0.68, sun / 20, sun / 20 * 1.32), rel=1e-6)
    assert document["intervals"][0]["quantiles"] == "default-spread"
    assert powers(document, 12) == (0, 0, 0)
    energy = sum(float(one) for day in range(4) for one in sunny_hours(BERLIN, MIDNIGHT + day * 24 * HOUR).values())
    morning = sum(float(one) for hour, one in sunny_hours(BERLIN, MIDNIGHT).items() if hour < FIRST)
    evening = sum(float(one) for hour, one in sunny_hours(BERLIN, MIDNIGHT + 72 * HOUR).items() if hour.hour >= 12)
    assert document["totals"]["total_kwh"] == pytest.approx((energy - morning - evening) / 20, rel=1e-6)


@pytest.mark.django_db
def test_only_the_last_seven_days_with_readings_scale_it(
    site: Site, inverter: Inverter, located: PartnerProfile
) -> None:
    measure(inverter, lambda day: 0.2 if day <= 7 else 0.9, days=9)
    sun = float(irradiance(BERLIN, [FIRST])[FIRST])
    assert powers(forecast_of(site))[1] == pytest.approx(sun / 50, rel=1e-6)


@pytest.mark.django_db
def test_its_quantiles_are_those_of_what_it_would_have_missed(
    site: Site, inverter: Inverter, located: PartnerProfile
) -> None:
    """Noons of 0.3 to 0.7 of a clear sky; the last seven days scale it by 0.5."""
    shares = [0.4, 0.6, 0.5, 0.45, 0.55, 0.5, 0.5, 0.3, 0.7, 0.3, 0.7]
    measure(inverter, lambda day: shares[day - 1], days=11)
    document = forecast_of(site)
    low, middle, high = powers(document)
    assert document["intervals"][0]["quantiles"] == "past-errors"
    assert middle
    assert (low, high) == pytest.approx((middle * 0.6, middle * 1.4), rel=0.08)


@pytest.mark.django_db
def test_it_never_exceeds_what_the_inverters_are_rated_for(
    site: Site, inverter: Inverter, located: PartnerProfile
) -> None:
    """80 kW of AC behind 100 kW of modules."""
    measure(inverter, lambda _day: 3.0, days=1)
    assert max(interval["p90_kw"] for interval in forecast_of(site)["intervals"]) == 80


@pytest.mark.django_db
def test_an_inverter_that_is_not_measured_yet_is_expected_to_do_like_the_others(
    site: Site, inverter: Inverter, located: PartnerProfile
) -> None:
    measure(inverter, lambda _day: 0.5, days=1)
    before = powers(forecast_of(site))[1]
    make_inverter(site, dc_kw=50)
    assert before is not None
    assert powers(forecast_of(site))[1] == pytest.approx(before * 1.5, rel=1e-6)


@pytest.mark.django_db
def test_it_fills_the_hours_that_nobody_submitted(site: Site, inverter: Inverter, located: PartnerProfile) -> None:
    measure(inverter, lambda _day: 0.5, days=1)
    put_forecast(asset_behind(inverter), FIRST, "0.03", hours=2)
    document = forecast_of(site)
    assert [interval["model_id"] for interval in document["intervals"][:3]] == ["submitted-1"] * 2 + ["clear-sky-1"]
    assert document["model_id"] == "submitted-1+clear-sky-1"
    assert None not in powers(document, 71)


@pytest.mark.django_db
@pytest.mark.parametrize("missing", [{"latitude": None}, {"longitude": None}])
def test_without_a_place_there_is_none(
    site: Site, inverter: Inverter, located: PartnerProfile, missing: dict[str, Any]
) -> None:
    measure(inverter, lambda _day: 0.5, days=1)
    save_profile(site=site, fields=missing, by="user:anna", now=NOW)
    assert powers(forecast_of(site)) == (None, None, None)


@pytest.mark.django_db
def test_without_readings_there_is_none(site: Site, inverter: Inverter, located: PartnerProfile) -> None:
    assert powers(forecast_of(site)) == (None, None, None)


@pytest.mark.django_db
def test_without_a_tilt_modules_lie_level_and_without_an_azimuth_they_face_the_equator(
    site: Site, inverter: Inverter, located: PartnerProfile
) -> None:
    measure(inverter, lambda _day: 0.5, days=1)
    south = forecast_of(site)
    save_profile(site=site, fields={"azimuth": None}, by="user:anna", now=NOW)
    assert forecast_of(site) == south
    save_profile(site=site, fields={"tilt": None, "azimuth": Decimal(90)}, by="user:anna", now=NOW)
    level = forecast_of(site)
    save_profile(site=site, fields={"tilt": Decimal(0), "azimuth": Decimal(270)}, by="user:anna", now=NOW)
    assert forecast_of(site)["totals"] == level["totals"] != south["totals"]


KILOWATTS = st.decimals(0, 10**6, places=6)
ERRORS = st.lists(st.decimals(-(10**6), 10**6, places=6), max_size=40)


@given(p50=KILOWATTS, errors=ERRORS, rated=KILOWATTS)
def test_quantiles_are_always_in_order(p50: Decimal, errors: list[Decimal], rated: Decimal) -> None:
    for band in (
        of_submitted(Submitted(p50, None, None, NOW), errors),
        of_submitted(Submitted(p50, p50 / 2, p50 * 2, NOW), errors),
        of_clear_sky(p50, errors, rated_kw=rated),
    ):
        assert 0 <= band.p10 <= band.p50 <= band.p90
    assert of_clear_sky(p50, errors, rated_kw=rated).p90 <= rated
