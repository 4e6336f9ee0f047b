"""What the limits endpoints take and answer [L1] to [L7]."""

from datetime import date, datetime

from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.api.windows import DeliveryWindowQuery
from config.api.bodies import Body, batch_of
from config.api.queries import Query, several
from config.api.values import Edge, Instant, PlainDecimal, Recorded
from markets.limit_items import LARGEST_EXPANSION, AssetId, LimitItem, are_overlapping, crossed_band, too_many_rows
from markets.vocabulary import LimitSource


class PatchLimits(Body):
    """What sources say: 1 to 10,000 items that expand to at most 250,000 rows."""

    limits: batch_of(LimitItem)  # type: ignore[valid-type]

    @field_validator("limits")
    @classmethod
    def _can_be_expanded(cls, items: list[LimitItem]) -> list[LimitItem]:
        rows = sum(item.rows for item in items)
        if rows > LARGEST_EXPANSION:
            raise PydanticCustomError("too_many_rows", too_many_rows(rows))
        return items

    @field_validator("limits")
    @classmethod
    def _cross_no_band_by_themselves(cls, items: list[LimitItem]) -> list[LimitItem]:
        """[L7] Where items overlap, a later one may set it right: only the rows can tell."""
        crossed = [(index, item) for index, item in enumerate(items) if item.is_crossed]
        if crossed and not are_overlapping(items):
            raise ValidationError.from_exception_data("limits", [_crossed(index, item) for index, item in crossed])
        return items


def _crossed(index: int, item: LimitItem) -> InitErrorDetails:
    assert item.energy_low is not None and item.energy_high is not None  # noqa: PT018, S101  else it is not crossed
    fault = crossed_band(
        (index,), "energy_low", item.asset_id, item.first_slot, item.source, item.energy_low, item.energy_high
    )
    return {"type": PydanticCustomError(fault.type, fault.msg), "loc": fault.loc, "input": None}


class LimitQuery(DeliveryWindowQuery):
    """Whose limits: up to 500 assets; those that do not exist have none."""

    asset_ids: several(str) = Field(description="1 to 500 asset ids.")  # type: ignore[valid-type]
    sources: several(LimitSource) | None = Field(  # type: ignore[valid-type]
        None, description="List only these sources; computed values always look at all."
    )


class ClearQuery(Query):
    """Which values to take back."""

    asset_id: AssetId = Field(description="The asset.")
    start_time: Instant = Field(description="The first instant of the window.")
    end_time: Instant = Field(description="The end of the window; slots that start at it keep their values.")
    source: LimitSource = Field(description="Whose values.")

    @field_validator("end_time")
    @classmethod
    def _is_not_before_start(cls, end: datetime, info: ValidationInfo) -> datetime:
        if end < info.data.get("start_time", end):
            raise PydanticCustomError("window", "end_time should not be before start_time")
        return end


class SourceLimits(BaseModel):
    """What one source allows in a slot; null: it does not say."""

    source: LimitSource = Field(description="Who says so.")
    power_charge: PlainDecimal | None = Field(description="The most the asset may charge with, in MW; 0 or negative.")
    power_discharge: PlainDecimal | None = Field(description="The most the asset may discharge with, in MW.")
    energy_low: PlainDecimal | None = Field(description="The least energy to be kept, in MWh.")
    energy_high: PlainDecimal | None = Field(description="The most energy to be kept, in MWh.")
    trading_locked: bool | None = Field(description="Whether the source locks trading.")
    updated_at: Recorded = Field(description="When a value last changed.")


class Binding(BaseModel):
    """The sources that set each computed value, in the order of the vocabulary, joined by a comma; null: none does."""

    power_charge: str | None = Field(description="Who sets power_charge.")
    power_discharge: str | None = Field(description="Who sets power_discharge.")
    energy_low: str | None = Field(description="Who sets energy_low.")
    energy_high: str | None = Field(description="Who sets energy_high.")
    trading_locked: str | None = Field(description="Who locks trading.")


class ComputedLimits(BaseModel):
    """The most restrictive values of all sources, whichever are listed; null: no source gives one [L5]."""

    power_charge: PlainDecimal | None = Field(description="The highest of the sources', in MW.")
    power_discharge: PlainDecimal | None = Field(description="The lowest of the sources', in MW.")
    energy_low: PlainDecimal | None = Field(description="The highest of the sources', in MWh.")
    energy_high: PlainDecimal | None = Field(description="The lowest of the sources', in MWh.")
    trading_locked: bool = Field(description="Whether any source locks trading.")
    binding: Binding = Field(description="Who sets each of these values.")


class SlotLimits(BaseModel):
    """The limits of an asset in one slot of 15 minutes."""

    asset_id: str = Field(description="The asset.")
    start_time: Edge = Field(description="The slot's start.")
    end_time: Edge = Field(description="The slot's end, which is not part of it.")
    delivery_day: date = Field(description="The market's day of start_time, in Europe/Berlin.")
    sources: list[SourceLimits] = Field(description="What each source says, in the order of the vocabulary.")
    computed: ComputedLimits = Field(description="What comes of it.")


class LimitList(BaseModel):
    """A page of slots, ordered by asset and start."""

    limit: int = Field(description="How many slots the page may have.")
    offset: int | None = Field(description="How many slots were left out; null behind a cursor.")
    limits: list[SlotLimits] = Field(description="The slots.")
