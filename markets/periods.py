"""The plain period tables of the markets: forecasts, reservations and prices."""

from typing import Any

from pydantic import TypeAdapter

from assets.period_store import Periods
from assets.queries import lock_assets
from config.database.periods import PeriodTable
from markets.models import Forecast, Price, Reservation
from markets.period_items import ForecastItem, PriceItem, ReservationItem

WINDOW = ("start_time", "end_time", "delivery_day")
STAMPS = ("created_at", "updated_at")
PRICE_TEXT = """'{"value":"' || trim_scale(period.amount) || '","unit":"' || period.currency || '/MWh"}'"""

FORECASTS: Periods[Any] = Periods(
    kind="forecasts",
    field="forecasts",
    table=PeriodTable(
        Forecast,
        answer=("asset_id", *WINDOW, "generation", "consumption", "generation_p10", "generation_p90", *STAMPS),
    ),
    items=TypeAdapter(list[ForecastItem]),
    lock_owners=lock_assets,
)
RESERVATIONS: Periods[Any] = Periods(
    kind="reservations",
    field="reservations",
    table=PeriodTable(
        Reservation,
        answer=(
            "asset_id",
            *WINDOW,
            "market",
            "source",
            "power",
            "energy_change",
            "energy_buffer_low",
            "energy_buffer_high",
            *STAMPS,
        ),
    ),
    items=TypeAdapter(list[ReservationItem]),
    lock_owners=lock_assets,
)
PRICES: Periods[Any] = Periods(
    kind="prices",
    field="prices",
    table=PeriodTable(
        Price, answer=("delivery_area", "market", *WINDOW, "price", *STAMPS), written={"price": PRICE_TEXT}
    ),
    items=TypeAdapter(list[PriceItem]),
)
