"""What the endpoints of specs take and answer [SP1] to [SP4]."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Gt, Le
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.quantities import NonNegativeEnergy, NonNegativePower, Quantity
from config.api.bodies import Body
from config.api.pagination import PageQuery
from config.api.queries import several
from config.api.values import Amount, Instant, Name, NonNegative, PlainDecimal, QueryFlag, Recorded

LONGEST_SPAN = timedelta(days=31)

AssetId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
Efficiency = Annotated[Amount, Gt(0), Le(1)]


def _in(unit: str) -> BeforeValidator:
    """What is stored as a number in this unit, answered as a quantity."""

    def quantity_of(amount: Decimal | None) -> Any:
        return None if amount is None else {"value": amount, "unit": unit}

    return BeforeValidator(quantity_of)


StoredPower = Annotated[Quantity | None, _in("MW")]
StoredEnergy = Annotated[Quantity | None, _in("MWh")]


class PatchSpec(Body):
    """A spec of an asset, known by its asset and its beginning.

    Where there is one already, the fields that are left out stay as they are and null clears a value. `valid_to` null
    or left out makes a new spec open: it holds until the next one begins.
    """

    asset_id: AssetId
    valid_from: Instant = Field(description="From when on it holds; any instant, to the microsecond.")
    valid_to: Instant | None = Field(None, description="Until when it holds, which is not part of it; null: open.")
    rated_power: NonNegativePower | None = None
    grid_connection_max_power: NonNegativePower | None = None
    max_capacity: NonNegativeEnergy | None = None
    ramp_rate: NonNegative | None = Field(None, description="In MW/min.")
    ramp_type: Name | None = None
    charge_efficiency: Efficiency | None = None
    discharge_efficiency: Efficiency | None = None
    daily_cycle_energy_limit: NonNegativeEnergy | None = None
    prequalified_fcr: NonNegativePower | None = None
    prequalified_afrr_charge: NonNegativePower | None = None
    prequalified_afrr_discharge: NonNegativePower | None = None

    @field_validator("valid_to")
    @classmethod
    def _after_valid_from(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        start = info.data.get("valid_from")
        if start is not None and end is not None and end <= start:
            raise PydanticCustomError("spec_window", "valid_to should be after valid_from")
        return end


class SpecBody(BaseModel):
    """A spec of an asset. Its beginning and its end are answered as they were recorded, with six decimals."""

    model_config = ConfigDict(from_attributes=True)

    asset_id: str
    valid_from: Recorded
    valid_to: Recorded | None
    rated_power: StoredPower
    grid_connection_max_power: StoredPower
    max_capacity: StoredEnergy
    ramp_rate: PlainDecimal | None
    ramp_type: str | None
    charge_efficiency: PlainDecimal | None
    discharge_efficiency: PlainDecimal | None
    daily_cycle_energy_limit: StoredEnergy
    prequalified_fcr: StoredPower
    prequalified_afrr_charge: StoredPower
    prequalified_afrr_discharge: StoredPower
    created_at: Recorded
    updated_at: Recorded


class SpecList(BaseModel):
    """A page of specs, ordered by asset, and each asset's from the last to the first."""

    limit: int
    offset: int | None
    specs: list[SpecBody]


class SpecQuery(PageQuery):
    """Whose specs, and which: all, the latest of each asset, or those that begin in a window."""

    model_config = ConfigDict(validate_by_name=False)

    asset_ids: several(str)  # type: ignore[valid-type]
    latest: QueryFlag = Field(False, description="Of each asset the spec that begins last; excludes `from` and `to`.")
    from_: Instant | None = Field(None, alias="from", description="Specs that begin then or later.")
    to: Instant | None = Field(
        None, description="Specs that begin then or earlier; at most 31 days after `from` where both are given."
    )

    @field_validator("from_", "to")
    @classmethod
    def _without_latest(cls, edge: datetime | None, info: ValidationInfo) -> datetime | None:
        if info.data.get("latest"):
            raise PydanticCustomError("latest_or_window", "latest=true excludes from and to")
        return edge

    @field_validator("to")
    @classmethod
    def _within_a_month(cls, end: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("from_")
        if start is not None and end < start:
            raise PydanticCustomError("window", "to should not be before from")
        if start is not None and end - start > LONGEST_SPAN:
            raise PydanticCustomError("window", f"to should be at most {LONGEST_SPAN.days} days after from")
        return end


SPEC_SENT: dict[str, Any] = {
    "asset_id": "DE_50HZ_WU_1",
    "valid_from": "2026-05-01T00:00:00Z",
    "rated_power": {"value": "10", "unit": "MW"},
    "grid_connection_max_power": {"value": "12", "unit": "MW"},
    "max_capacity": {"value": "20", "unit": "MWh"},
    "ramp_rate": "2.5",
    "ramp_type": "LINEAR",
    "charge_efficiency": "0.95",
    "discharge_efficiency": "0.96",
    "daily_cycle_energy_limit": {"value": "40", "unit": "MWh"},
    "prequalified_fcr": {"value": "5", "unit": "MW"},
    "prequalified_afrr_charge": {"value": "8", "unit": "MW"},
    "prequalified_afrr_discharge": None,
}
SPEC: dict[str, Any] = {
    **SPEC_SENT,
    "valid_from": "2026-05-01T00:00:00.000000Z",
    "valid_to": None,
    "created_at": "2026-04-28T09:30:12.301877Z",
    "updated_at": "2026-04-28T09:30:12.301877Z",
}
