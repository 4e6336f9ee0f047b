"""What the forecast, reservation and price endpoints take and answer [F1] [F2] [R1] [R2] [PR1]."""

from datetime import date

from pydantic import BaseModel, Field

from assets.api.windows import DeliveryWindowQuery
from assets.quantities import Quantity
from assets.vocabulary import DeliveryArea
from config.api.bodies import Body, batch_of
from config.api.queries import several
from config.api.values import Edge, PlainDecimal, Recorded
from markets.period_items import ForecastItem, PriceItem, ReservationItem, Word

LARGEST_RESERVATION_BATCH = 1_000


class PutForecasts(Body):
    """1 to 10,000 forecast windows, no two of the same asset and start."""

    forecasts: batch_of(ForecastItem)  # type: ignore[valid-type]


class PutReservations(Body):
    """1 to 1,000 positions, no two of the same asset, start, market and source."""

    reservations: batch_of(ReservationItem, most=LARGEST_RESERVATION_BATCH)  # type: ignore[valid-type]


class PutPrices(Body):
    """1 to 10,000 prices, no two of the same delivery area, market and start."""

    prices: batch_of(PriceItem)  # type: ignore[valid-type]


class ForecastQuery(DeliveryWindowQuery):
    """Whose forecasts: up to 500 assets; those that do not exist have none."""

    asset_ids: several(str) = Field(description="1 to 500 asset ids.")  # type: ignore[valid-type]


class ReservationQuery(DeliveryWindowQuery):
    """Whose reservations: up to 500 assets; those that do not exist have none."""

    asset_ids: several(str) = Field(description="1 to 500 asset ids.")  # type: ignore[valid-type]
    markets: several(Word) | None = Field(None, description="Only these markets.")  # type: ignore[valid-type]
    sources: several(Word) | None = Field(None, description="Only these sources.")  # type: ignore[valid-type]


class PriceQuery(DeliveryWindowQuery):
    """Which prices: of some delivery areas, and of all markets or some."""

    delivery_areas: several(DeliveryArea) = Field(description="Delivery areas.")  # type: ignore[valid-type]
    markets: several(Word) | None = Field(None, description="Only these markets.")  # type: ignore[valid-type]


class Window(BaseModel):
    """A half-open window and the market's day of its start."""

    start_time: Edge
    end_time: Edge
    delivery_day: date


class Stamps(BaseModel):
    """When a row was written first, and when a value of it last changed."""

    created_at: Recorded
    updated_at: Recorded


class ForecastBody(Stamps, Window):
    """A stored forecast, in MW."""

    asset_id: str
    generation: PlainDecimal
    consumption: PlainDecimal
    generation_p10: PlainDecimal | None
    generation_p90: PlainDecimal | None


class ReservationBody(Stamps, Window):
    """A stored reservation, in MW and MWh."""

    asset_id: str
    market: str
    source: str
    power: PlainDecimal
    energy_change: PlainDecimal
    energy_buffer_low: PlainDecimal
    energy_buffer_high: PlainDecimal


class PriceBody(Stamps, Window):
    """A stored price."""

    delivery_area: DeliveryArea
    market: str
    price: Quantity


class ForecastList(BaseModel):
    """A page of forecasts, ordered by asset and start."""

    limit: int
    offset: int | None
    forecasts: list[ForecastBody]


class ReservationList(BaseModel):
    """A page of reservations, ordered by asset, start, market and source."""

    limit: int
    offset: int | None
    reservations: list[ReservationBody]


class PriceList(BaseModel):
    """A page of prices, ordered by delivery area, start and market."""

    limit: int
    offset: int | None
    prices: list[PriceBody]
