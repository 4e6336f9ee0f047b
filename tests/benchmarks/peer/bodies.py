"""What the peer takes and answers."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Source = Literal["REPORTED", "OPERATIONS", "CUSTOMER", "PV", "AVAILABILITY"]
Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]
NonNegative = Annotated[Decimal, Field(max_digits=18, decimal_places=6, ge=0)]
NonPositive = Annotated[Decimal, Field(max_digits=18, decimal_places=6, le=0)]
AssetId = Annotated[str, Field(min_length=1, max_length=100)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
EndOfDay = Annotated[time, BeforeValidator(lambda value: "00:00" if value == "24:00" else value)]


class Strict(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Window(Strict):
    """A window on the grid."""

    start_time: AwareDatetime
    end_time: AwareDatetime

    @model_validator(mode="after")
    def _is_on_the_grid(self) -> "Window":
        if self.start_time >= self.end_time or self.start_time.minute % 15 or self.end_time.minute % 15:
            raise ValueError("a window starts before it ends, on the 15-minute grid")
        return self


class ReservationIn(Window):
    """A position as it comes."""

    asset_id: AssetId
    market: Word
    source: Word
    power: Amount
    energy_change: Amount
    energy_buffer_low: NonNegative
    energy_buffer_high: NonNegative


class PutReservations(Strict):
    """A batch of positions."""

    reservations: Annotated[list[ReservationIn], Field(min_length=1, max_length=1_000)]


class ForecastIn(Window):
    """A forecast as it comes."""

    asset_id: AssetId
    generation: NonNegative
    consumption: NonNegative
    generation_p10: NonNegative | None = None
    generation_p90: NonNegative | None = None


class PutForecasts(Strict):
    """A batch of forecasts."""

    forecasts: Annotated[list[ForecastIn], Field(min_length=1, max_length=10_000)]


class LimitIn(Strict):
    """A window of each day of a range."""

    asset_id: AssetId
    source: Source
    start_time: time
    end_time: EndOfDay
    valid_from: date
    valid_until: date
    power_charge: NonPositive | None = None
    power_discharge: NonNegative | None = None
    energy_low: NonNegative | None = None
    energy_high: NonNegative | None = None
    trading_locked: bool | None = None


class PatchLimits(Strict):
    """A batch of limits."""

    limits: Annotated[list[LimitIn], Field(min_length=1, max_length=10_000)]


class Stored(BaseModel):
    """What is read from objects."""

    model_config = ConfigDict(from_attributes=True)


class ReservationOut(Stored):
    """A position as it is answered."""

    asset_id: str
    start_time: datetime
    end_time: datetime
    delivery_day: date
    market: str
    source: str
    power: Decimal
    energy_change: Decimal
    energy_buffer_low: Decimal
    energy_buffer_high: Decimal
    created_at: datetime
    updated_at: datetime


class ReservationPage(Stored):
    """A page of positions."""

    limit: int
    offset: int
    reservations: list[ReservationOut]


class SourceOut(Stored):
    """What one source says."""

    source: Source
    power_charge: Decimal | None
    power_discharge: Decimal | None
    energy_low: Decimal | None
    energy_high: Decimal | None
    trading_locked: bool | None
    updated_at: datetime


class Binding(BaseModel):
    """Which sources set a value."""

    power_charge: str | None
    power_discharge: str | None
    energy_low: str | None
    energy_high: str | None
    trading_locked: str | None


class Computed(BaseModel):
    """The most restrictive of all sources."""

    power_charge: Decimal | None
    power_discharge: Decimal | None
    energy_low: Decimal | None
    energy_high: Decimal | None
    trading_locked: bool
    binding: Binding


class LimitGroup(BaseModel):
    """A slot."""

    asset_id: str
    start_time: datetime
    end_time: datetime
    delivery_day: date
    sources: list[SourceOut]
    computed: Computed


class LimitPage(BaseModel):
    """A page of slots."""

    limit: int
    offset: int
    limits: list[LimitGroup]
