"""Forecasts of assets, prices, and the forecast document as its builder makes it, for tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from assets.models import Asset
from assets.revisions import raise_revisions
from markets.models import Forecast, Price
from partner import forecast
from sites.models import Inverter, Site

HOUR = timedelta(hours=1)
NOW = datetime(2026, 1, 10, 12, 34, 56, tzinfo=UTC)
FIRST = datetime(2026, 1, 10, 12, tzinfo=UTC)


def asset_behind(inverter: Inverter) -> Asset:
    """The first asset that was listed."""
    return inverter.assets.order_by("listing_inverters__id")[0]


def put_forecast(
    asset: Asset, start: datetime, mw: str, *, hours: float = 1, p10: str | None = None, p90: str | None = None
) -> None:
    """What was submitted for one window, as a changing write stores it."""
    values = {
        "end_time": start + hours * HOUR,
        "generation": Decimal(mw),
        "consumption": Decimal(0),
        "generation_p10": None if p10 is None else Decimal(p10),
        "generation_p90": None if p90 is None else Decimal(p90),
        "updated_at": NOW,
    }
    Forecast.objects.update_or_create(asset=asset, start_time=start, defaults=values)
    raise_revisions(owner_ids=[asset.pk], kind="forecasts", now=NOW)


def put_price(site: Site, start: datetime, amount: str, *, hours: float = 1, **fields: Any) -> None:
    """The price of one window on the market `day-ahead` of the site's area, in EUR/MWh unless fields say otherwise."""
    given = {"market": "day-ahead", "currency": "EUR"} | fields
    Price.objects.create(
        delivery_area=site.delivery_area,
        start_time=start,
        end_time=start + hours * HOUR,
        amount=Decimal(amount),
        **given,
    )
    raise_revisions(owner_ids=[site.delivery_area], kind="prices", now=NOW)


def forecast_of(site: Site, now: datetime = NOW) -> dict[str, Any]:
    """The content of a site's document."""
    return dict(forecast.build(forecast.read(site_id=site.pk, now=now)).content)


def powers(document: dict[str, Any], hour: int = 0) -> tuple[float | None, ...]:
    """p10, p50 and p90 of an hour, counted from the first."""
    interval = document["intervals"][hour]
    return interval["p10_kw"], interval["p50_kw"], interval["p90_kw"]
