"""Where the rules of the forecast begin and end (contract 13.2)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from assets.models import Asset
from assets.vocabulary import AssetType
from partner import clear_sky, forecast
from partner.forecast_models import Produced, Submitted, clearness, errors_by_hour, of_clear_sky, of_submitted
from partner.local_days import complete_days
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from partner.plant import devices_of
from sites.models import Inverter, Site
from tests.factories.forecasts import FIRST, HOUR, NOW, asset_behind, forecast_of, powers, put_forecast, put_price
from tests.factories.plants import make_inverter, put_reading

QUARTER = timedelta(minutes=15)
ZONE = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
database = pytest.mark.django_db


@pytest.fixture
def asset(inverter: Inverter, profile: PartnerProfile) -> Asset:
    return asset_behind(inverter)


def of(*numbers: float | str) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(number)) for number in numbers)


def produced(kwh: str, p0_kw: int = 100) -> Produced:
    return Produced(Decimal(kwh), Decimal(p0_kw), NOW)


@pytest.mark.parametrize(("errors", "quantiles"), [(9, "default-spread"), (10, "past-errors")])
def test_of_fewer_than_ten_errors_there_is_no_tenth(errors: int, quantiles: str) -> None:
    band = of_submitted(Submitted(Decimal(50), None, None, NOW), [Decimal(number) for number in range(errors)])
    assert band.quantiles == quantiles


@pytest.mark.parametrize(("p10", "p90"), [(None, 60), (40, None)])
def test_one_quantile_alone_is_none(p10: int | None, p90: int | None) -> None:
    one, other = (None if given is None else Decimal(given) for given in (p10, p90))
    band = of_submitted(Submitted(Decimal(50), one, other, NOW), ())
    assert (band.p10, band.p50, band.p90) == of(34, 50, 66)


def test_quantiles_of_errors_are_their_tenths_around_what_is_expected() -> None:
    errors = [Decimal(number) for number in range(-10, 11)]
    band = of_submitted(Submitted(Decimal(50), None, None, NOW), errors)
    assert (band.p10, band.p50, band.p90) == of(42, 50, 58)
    low = of_submitted(Submitted(Decimal(5), None, None, NOW), errors)
    assert (low.p10, low.p90) == of(0, 13)


def test_errors_that_are_all_of_one_sign_end_the_band_at_what_is_expected() -> None:
    expected = Submitted(Decimal(50), None, None, NOW)
    more = of_submitted(expected, [Decimal(20)] * 10)
    less = of_submitted(expected, [Decimal(-20)] * 10)
    assert (more.p10, more.p90, less.p10, less.p90) == of(50, 70, 30, 50)


def test_the_inverters_rating_bounds_the_clear_sky_and_its_quantiles() -> None:
    band = of_clear_sky(Decimal(90), (), rated_kw=Decimal(80))
    assert (band.p10, band.p50, band.p90) == of("54.4", 80, 80)
    band = of_clear_sky(Decimal(70), (), rated_kw=Decimal(80))
    assert (band.p10, band.p50, band.p90) == of("47.6", 70, 80)


def test_past_errors_say_nothing_in_the_dark() -> None:
    band = of_clear_sky(Decimal(0), [Decimal(20)] * 10, rated_kw=Decimal(80))
    assert band.quantiles == "default-spread"
    assert (band.p10, band.p50, band.p90) == of(0, 0, 0)


def test_clearness_is_energy_over_that_of_a_clear_sky_in_the_light() -> None:
    """500 W/m2 on 100 kW allow 50 kWh; what is made without sun is in neither, and in the weakest sun in both."""
    hours = {FIRST: produced("20"), FIRST + HOUR: produced("10"), FIRST + 2 * HOUR: produced("99")}
    clear = {FIRST: Decimal(500), FIRST + HOUR: Decimal(500), FIRST + 2 * HOUR: Decimal(0)}
    assert clearness(clear=clear, produced=hours, zone=ZONE) == Decimal("0.3")
    dawn = {FIRST: produced("0.05")}
    assert clearness(clear={FIRST: Decimal("0.5")}, produced=dawn, zone=ZONE) == 1


def test_clearness_is_unknown_where_the_sun_never_shone() -> None:
    assert clearness(clear={FIRST: Decimal(0)}, produced={FIRST: produced("1")}, zone=ZONE) is None
    assert clearness(clear={}, produced={}, zone=ZONE) is None


def test_clearness_is_that_of_seven_days_with_readings_by_the_local_day() -> None:
    """23:30 UTC is the next day in Berlin, where the eighth day back is left out."""
    late = datetime(2026, 1, 9, 23, tzinfo=UTC)
    hours = {late - number * DAY: produced("10") for number in range(7)}
    hours[late - 7 * DAY] = produced("40")
    hours[late - 6 * DAY - HOUR] = produced("40")
    assert clearness(clear=dict.fromkeys(hours, Decimal(500)), produced=hours, zone=ZONE) == Decimal("0.2")


def test_errors_are_kept_by_the_local_hour_and_only_of_the_whole_plant() -> None:
    expected = {FIRST: Decimal(30), FIRST + HOUR: Decimal(30)}
    made = {FIRST: produced("20"), FIRST + HOUR: produced("50", p0_kw=60), FIRST + 2 * HOUR: produced("1")}
    assert errors_by_hour(expected=expected, produced=made, p0_kw=Decimal(100), zone=ZONE) == {13: [Decimal(-10)]}


@pytest.mark.parametrize(
    ("first", "start"),
    [(None, "2025-12-11"), (NOW - 40 * DAY, "2025-12-11"), (NOW - 3 * DAY, "2026-01-07"), (NOW + DAY, "2026-01-10")],
)
def test_complete_days_end_today_and_begin_with_the_data(first: datetime | None, start: str) -> None:
    days = complete_days(most=30, first=first, now=NOW, zone=ZONE)
    assert [day.isoformat() for day in days] == [start, "2026-01-10"]


@pytest.mark.parametrize(("latitude", "azimuth"), [(Decimal("0.1"), 180), (Decimal(0), 180), (Decimal("-0.1"), 0)])
def test_modules_look_to_the_noon_sun(latitude: Decimal, azimuth: float) -> None:
    profile = PartnerProfile(latitude=latitude, longitude=Decimal(13))
    plane = clear_sky.plane_of(profile)
    assert plane == clear_sky.Plane(latitude=float(latitude), longitude=13, tilt=0, azimuth=azimuth)


@database
def test_a_place_may_lie_on_the_equator_and_the_meridian(site: Site, profile: PartnerProfile) -> None:
    save_profile(site=site, fields={"latitude": Decimal(0), "longitude": Decimal(0)}, by="user:anna", now=NOW)
    profile.refresh_from_db()
    assert clear_sky.plane_of(profile) is not None


@database
def test_an_hour_is_the_mean_of_its_quarters_middles(profile: PartnerProfile) -> None:
    """Between noon and one the mean of four moments is that of each alone."""
    plane = clear_sky.Plane(52.5, 13.4, 30, 180)
    by_quarter = [
        clear_sky.irradiance(plane, [FIRST + shift])[FIRST + shift] for shift in (timedelta(0), timedelta(minutes=30))
    ]
    whole = clear_sky.irradiance(plane, [FIRST])[FIRST]
    assert by_quarter[0] == whole
    assert by_quarter[1] < whole


@database
def test_an_hour_counts_as_produced_when_all_four_quarters_are_measured(site: Site, inverter: Inverter) -> None:
    """By inverter: of the second one a quarter is missing, and its power with it."""
    other = make_inverter(site, dc_kw=50)
    for quarter in range(4):
        put_reading(inverter, FIRST + quarter * QUARTER, 40)
        if quarter:
            put_reading(other, FIRST + quarter * QUARTER, 20)
    window = {"start_time": FIRST, "end_time": FIRST + HOUR}
    devices = devices_of(site.pk)
    assert forecast._produced(devices, window) == {FIRST: Produced(Decimal(40), Decimal(100), FIRST + 3 * QUARTER)}
    put_reading(other, FIRST, 20)
    assert forecast._produced(devices, window) == {FIRST: Produced(Decimal(60), Decimal(150), FIRST + 3 * QUARTER)}


@database
def test_energy_is_produced_as_the_rollup_counts_it(site: Site, inverter: Inverter) -> None:
    """As given, else mean power for its share of the quarter; none at night; and half-open at both ends."""
    put_reading(inverter, FIRST - timedelta(seconds=1), 400)
    put_reading(inverter, FIRST, 99, energy_kwh=Decimal("0.5"))
    put_reading(inverter, FIRST + timedelta(minutes=1), 99, energy_kwh=Decimal("1.5"))
    put_reading(inverter, FIRST + timedelta(minutes=5), 12)
    for quarter in (1, 2):
        put_reading(inverter, FIRST + quarter * QUARTER, 8)
    put_reading(inverter, FIRST + 3 * QUARTER, -8)
    put_reading(inverter, FIRST + 4 * QUARTER, 400)
    window = {"start_time": FIRST, "end_time": FIRST + 4 * QUARTER}
    (one,) = forecast._produced(devices_of(site.pk), window).values()
    assert (one.kwh, one.newest) == (Decimal(2 + 1 + 2 + 2), FIRST + 3 * QUARTER)


@database
def test_a_clear_sky_goes_through_to_the_newest_reading(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    place = {"latitude": Decimal("52.5"), "longitude": Decimal("13.4")}
    save_profile(site=site, fields=place, by="user:anna", now=NOW)
    for quarter in range(8):
        put_reading(inverter, FIRST - DAY + quarter * QUARTER, 10)
    computed = forecast.build(forecast.read(site_id=site.pk, now=NOW))
    assert computed.data_through == FIRST - DAY + 7 * QUARTER
    put_forecast(asset_behind(inverter), FIRST, "0.05")
    assert forecast.build(forecast.read(site_id=site.pk, now=NOW)).data_through == NOW


@database
def test_readings_of_today_and_of_thirty_one_days_ago_scale_nothing(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    """Complete local days alone; today has begun at midnight."""
    midnight = datetime(2026, 1, 10, tzinfo=UTC)
    for hour in (midnight - 30 * DAY - HOUR, midnight - 30 * DAY, midnight - HOUR, midnight):
        for quarter in range(4):
            put_reading(inverter, hour + quarter * QUARTER, 10)
    assert list(forecast.read(site_id=site.pk, now=NOW).produced) == [midnight - 30 * DAY, midnight - HOUR]


@database
def test_the_past_is_not_read_where_every_hour_has_its_quantiles(site: Site, inverter: Inverter, asset: Asset) -> None:
    for day in range(-1, 4):
        put_forecast(asset, FIRST + day * DAY, "0.1", hours=24, p10="0.05", p90="0.2")
    for quarter in range(4):
        put_reading(inverter, FIRST - DAY + quarter * QUARTER, 10)
    inputs = forecast.read(site_id=site.pk, now=NOW)
    assert (inputs.past, inputs.produced) == ({}, {})
    put_forecast(asset, FIRST + 71 * HOUR, "0.1")
    inputs = forecast.read(site_id=site.pk, now=NOW)
    assert (list(inputs.past.values()), len(inputs.produced)) == ([Decimal(100)] * 12, 1)


@database
def test_green_and_grey_colocations_are_solar_too(site: Site, profile: PartnerProfile) -> None:
    for kind in (AssetType.GREEN_COLOCATION, AssetType.GREY_COLOCATION):
        put_forecast(asset_behind(make_inverter(site, behind=(kind,))), FIRST, "0.02")
    assert powers(forecast_of(site))[1] == 40


@database
def test_an_hour_with_one_quantile_missing_in_one_quarter_has_none(site: Site, asset: Asset) -> None:
    for quarter in range(4):
        put_forecast(asset, FIRST + quarter * QUARTER, "0.04", hours=0.25, p10="0.03", p90="0.05")
        put_forecast(asset, FIRST + HOUR + quarter * QUARTER, "0.04", hours=0.25, p10="0.03", p90="0.05")
    put_forecast(asset, FIRST + QUARTER, "0.04", hours=0.25, p10="0.03")
    document = forecast_of(site)
    assert (powers(document)[0], powers(document, 1)) == (27.2, (30, 40, 50))


@database
def test_a_window_of_a_day_holds_until_it_ends_and_not_longer(site: Site, asset: Asset) -> None:
    put_forecast(asset, FIRST - 23 * HOUR, "0.03", hours=24)
    document = forecast_of(site)
    assert [powers(document, hour)[1] for hour in (0, 1)] == [30, None]


@database
def test_of_prices_the_one_that_started_last_holds_while_it_lasts(
    site: Site, profile: PartnerProfile, asset: Asset
) -> None:
    save_profile(site=site, fields={"market": "day-ahead"}, by="user:anna", now=NOW)
    put_forecast(asset, FIRST, "0.1", hours=4)
    put_price(site, FIRST - 23 * HOUR, "500", hours=24)
    put_price(site, FIRST - HOUR, "80", hours=2.5)
    put_price(site, FIRST + 1.5 * HOUR, "40", hours=1.5)
    put_price(site, FIRST + 2 * HOUR, "20", hours=0.5)
    document = forecast_of(site)
    assert [interval["revenue_eur"] for interval in document["intervals"][:4]] == [8, 6, 3, None]
