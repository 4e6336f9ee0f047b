"""Forecasts, reservations and prices as they come in [F1] [R1] [PR1]."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from assets.period_items import PeriodItem
from assets.quantities import PricePerEnergy
from assets.vocabulary import DeliveryArea
from config.api.values import Amount, NonNegative
from markets.limit_items import AssetId

Word = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


class ForecastItem(PeriodItem):
    """The mean powers expected in a window, in MW; p10 and p90 are the band around `generation`."""

    asset_id: AssetId
    generation: NonNegative = Field(description="MW into the grid.")
    consumption: NonNegative = Field(description="MW out of the grid, as a positive number.")
    generation_p10: NonNegative | None = Field(None, description="Exceeded in 90 % of cases.")
    generation_p90: NonNegative | None = Field(None, description="Exceeded in 10 % of cases.")

    @model_validator(mode="after")
    def _band_holds_the_mean(self) -> "ForecastItem":
        low: Decimal | None = self.generation_p10
        high: Decimal | None = self.generation_p90
        if (low is not None and low > self.generation) or (high is not None and high < self.generation):
            raise PydanticCustomError("band", "generation_p10 <= generation <= generation_p90 should hold")
        return self


class ReservationItem(PeriodItem):
    """A net position on a market, by whom it says so."""

    asset_id: AssetId
    market: Word
    source: Word
    power: Amount = Field(description="MW, positive out of the asset.")
    energy_change: Amount = Field(description="MWh, signed.")
    energy_buffer_low: NonNegative = Field(description="MWh kept above the lower energy limit.")
    energy_buffer_high: NonNegative = Field(description="MWh kept below the upper energy limit.")


class PriceItem(PeriodItem):
    """What a MWh costs on a market of a delivery area; may be negative."""

    delivery_area: DeliveryArea
    market: Word
    price: PricePerEnergy

    @model_serializer
    def _as_row(self) -> dict[str, Any]:
        """The row of the table, which has the price's amount and currency each in a column."""
        return {
            "delivery_area": self.delivery_area.value,
            "market": self.market,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "amount": self.price.amount,
            "currency": self.price.currency,
        }
