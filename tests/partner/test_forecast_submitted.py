"""The forecast out of what was submitted, against sums done by hand (contract 13.2)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assets.models import Asset
from assets.vocabulary import AssetType
from markets.models import Forecast
from partner import forecast
from partner.kinds import KINDS
from partner.models import PartnerProfile
from partner.queries import inputs_of
from partner.vocabulary import FORECAST
from sites.models import Inverter, Site
from tests.factories.forecasts import FIRST, HOUR, NOW, asset_behind, forecast_of, powers, put_forecast, put_price
from tests.factories.plants import make_inverter, put_reading

pytestmark = pytest.mark.django_db

QUARTER = timedelta(minutes=15)


@pytest.fixture
def asset(inverter: Inverter, profile: PartnerProfile) -> Asset:
    return asset_behind(inverter)


def test_seventy_two_hours_begin_with_the_one_that_has_begun(site: Site, asset: Asset) -> None:
    document = forecast_of(site)
    assert document["horizon_hours"] == len(document["intervals"]) == 72
    assert document["resolution"] == "1h"
    assert [document["intervals"][place]["ts"] for place in (0, 1, -1)] == [
        "2026-01-10T12:00:00Z",
        "2026-01-10T13:00:00Z",
        "2026-01-13T11:00:00Z",
    ]


def test_the_assets_behind_the_inverters_are_added_up(site: Site, inverter: Inverter, asset: Asset) -> None:
    other = asset_behind(make_inverter(site))
    put_forecast(asset, FIRST, "0.05", p10="0.03", p90="0.06")
    put_forecast(other, FIRST, "0.02", p10="0.01", p90="0.025")
    document = forecast_of(site)
    assert powers(document) == (40, 70, 85)
    assert document["model_id"] == "submitted-1"
    assert document["intervals"][0]["quantiles"] == "submitted"


def test_an_asset_behind_two_inverters_counts_once(site: Site, asset: Asset) -> None:
    make_inverter(site, behind=()).assets.add(asset)
    put_forecast(asset, FIRST, "0.05")
    assert powers(forecast_of(site))[1] == 50


def test_batteries_and_swaps_produce_nothing(site: Site, inverter: Inverter, asset: Asset) -> None:
    put_forecast(asset, FIRST, "0.05")
    battery = asset_behind(make_inverter(site, behind=(AssetType.BESS,)))
    put_forecast(battery, FIRST, "7")
    assert powers(forecast_of(site))[1] == 50


def test_an_hour_that_one_asset_lacks_is_not_submitted(site: Site, asset: Asset) -> None:
    """Half of a site's sum would look like its whole."""
    make_inverter(site)
    put_forecast(asset, FIRST, "0.05")
    assert powers(forecast_of(site)) == (None, None, None)


def test_windows_are_prorated_over_hours(site: Site, asset: Asset) -> None:
    """A window of two and a half hours that begins at a quarter past, and quarters of an hour before and after it."""
    put_forecast(asset, FIRST, "0.08", hours=0.25)
    put_forecast(asset, FIRST + QUARTER, "0.04", hours=2.5)
    put_forecast(asset, FIRST + 11 * QUARTER, "0.1", hours=0.25)
    document = forecast_of(site)
    assert [powers(document, hour)[1] for hour in range(4)] == [50, 40, 55, None]


def test_of_two_windows_the_one_that_started_last_holds(site: Site, asset: Asset) -> None:
    put_forecast(asset, FIRST - 5 * HOUR, "0.02", hours=24)
    put_forecast(asset, FIRST + HOUR, "0.06", hours=0.5)
    document = forecast_of(site)
    assert [powers(document, hour)[1] for hour in (0, 1, 2, 18, 19)] == [20, 40, 20, 20, None]


def test_without_submitted_quantiles_and_past_errors_the_published_spread_holds(site: Site, asset: Asset) -> None:
    put_forecast(asset, FIRST, "0.05", p10="0.02")
    document = forecast_of(site)
    assert powers(document) == (34, 50, 66)
    assert document["intervals"][0]["quantiles"] == "default-spread"


def test_quantiles_are_those_of_past_errors_at_the_same_hour(site: Site, inverter: Inverter, asset: Asset) -> None:
    """Of eleven noons the errors are -20, -16, ..., 20 kW: their tenths are -16 and 16."""
    for day in range(1, 12):
        noon = FIRST - timedelta(days=day)
        put_forecast(asset, noon, "0.03")
        put_forecast(asset, noon + HOUR, "0.03")
        for quarter in range(4):
            put_reading(inverter, noon + quarter * QUARTER, 30 - 24 + 4 * day)
    put_forecast(asset, FIRST, "0.05")
    put_forecast(asset, FIRST + HOUR, "0.05")
    put_forecast(asset, FIRST + 24 * HOUR, "0.01")
    document = forecast_of(site)
    assert powers(document) == (34, 50, 66)
    assert document["intervals"][0]["quantiles"] == "past-errors"
    assert document["intervals"][1]["quantiles"] == "default-spread"
    assert powers(document, 24) == (0, 10, 26)


def test_errors_that_lean_to_one_side_keep_the_quantiles_in_order(site: Site, inverter: Inverter, asset: Asset) -> None:
    for day in range(1, 12):
        noon = FIRST - timedelta(days=day)
        put_forecast(asset, noon, "0.03")
        for quarter in range(4):
            put_reading(inverter, noon + quarter * QUARTER, 40)
    put_forecast(asset, FIRST, "0.05")
    assert powers(forecast_of(site)) == (50, 50, 60)


def test_hours_that_not_every_inverter_measured_tell_of_no_error(site: Site, inverter: Inverter, asset: Asset) -> None:
    make_inverter(site, behind=()).assets.add(asset)
    for day in range(1, 12):
        noon = FIRST - timedelta(days=day)
        put_forecast(asset, noon, "0.03")
        for quarter in range(4):
            put_reading(inverter, noon + quarter * QUARTER, 40)
    put_forecast(asset, FIRST, "0.05")
    assert forecast_of(site)["intervals"][0]["quantiles"] == "default-spread"


def test_what_nobody_submitted_nor_can_compute_is_null(site: Site, asset: Asset) -> None:
    put_forecast(asset, FIRST, "0.05")
    document = forecast_of(site)
    assert powers(document, 1) == (None, None, None)
    assert document["intervals"][1]["model_id"] is None
    assert document["totals"] == {"total_kwh": None, "total_revenue_eur": None}
    Forecast.objects.all().delete()
    assert forecast_of(site)["model_id"] is None


def test_data_through_is_when_the_newest_window_was_submitted(site: Site, asset: Asset) -> None:
    assert forecast.build(forecast.read(site_id=site.pk, now=NOW)).data_through is None
    put_forecast(asset, FIRST, "0.05")
    assert forecast.build(forecast.read(site_id=site.pk, now=NOW)).data_through == NOW


def test_documents_are_what_the_published_schema_says(site: Site, asset: Asset) -> None:
    """[P8]; with and without powers."""
    stamps = {"generated_at": "2026-01-10T12:34:56Z", "data_through": None, "stale": False}
    KINDS[FORECAST].validator.validate(forecast_of(site) | stamps)
    put_forecast(asset, FIRST, "0.05")
    KINDS[FORECAST].validator.validate(forecast_of(site) | stamps)


def test_forecasts_prices_and_hours_bring_other_inputs(site: Site, asset: Asset, profile: PartnerProfile) -> None:
    """[P6]; prices only where the profile names a market."""

    def fingerprint() -> str:
        return inputs_of(kind=KINDS[FORECAST], now=NOW, site_ids=[site.pk])[site.pk]

    seen = [fingerprint()]
    put_price(site, FIRST, "80")
    assert fingerprint() == seen[0]
    put_forecast(asset, FIRST, "0.05")
    seen.append(fingerprint())
    PartnerProfile.objects.update(market="day-ahead")
    seen.append(fingerprint())
    put_price(site, FIRST + HOUR, "80")
    seen.append(fingerprint())
    assert len(set(seen)) == 4


def test_a_forecast_is_exact(site: Site, asset: Asset) -> None:
    for quarter, mw in enumerate(("0.000001", "0.000001", "0.000001", "0.000002")):
        put_forecast(asset, FIRST + quarter * QUARTER, mw, hours=0.25)
    assert powers(forecast_of(site))[1] == float(Decimal("0.00125"))
