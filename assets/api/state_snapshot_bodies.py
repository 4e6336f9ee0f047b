"""What the endpoint of state snapshots takes and answers [SS1] [SS2]."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.api.windows import DeliveryWindowQuery
from assets.periods import delivery_day_window
from assets.quantities import Quantity
from assets.state_snapshots import StateSnapshotItem
from config.api.bodies import Body, batch_of
from config.api.pagination import PageQuery
from config.api.queries import several
from config.api.values import QueryFlag, Recorded


class PostStateSnapshots(Body):
    """1 to 10,000 snapshots, no two of the same asset and instant."""

    state_snapshots: batch_of(StateSnapshotItem)  # type: ignore[valid-type]


class LatestQuery(PageQuery):
    """A page of the latest of each asset, or of more."""

    latest: QueryFlag = Field(False, description="Of each asset the one effective last; excludes a window.")


class StateSnapshotQuery(DeliveryWindowQuery, LatestQuery):
    """Whose snapshots, and which: the latest of each asset, or those of a window, which ends now unless it says when.

    Assets that do not exist have none.
    """

    asset_ids: several(str) = Field(description="1 to 500 asset ids.")  # type: ignore[valid-type]

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _in_place_of_delivery_day(cls, value: Any, info: ValidationInfo) -> Any:
        """Other than of windows elsewhere, an end is not needed; and of no window are the latest."""
        if value is None and (info.field_name == "to" or info.data.get("latest")):
            return value
        return super()._in_place_of_delivery_day(value, info)

    @field_validator("delivery_day", "from_", "to")
    @classmethod
    def _excludes_latest(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("latest"):
            raise PydanticCustomError("latest_or_window", "latest=true excludes from, to and delivery_day")
        return value

    def window_until(self, now: datetime) -> tuple[datetime, datetime] | None:
        """The window `[start, end)` that is asked for; None: the latest."""
        if self.delivery_day is not None:
            return delivery_day_window(self.delivery_day)
        return None if self.from_ is None else (self.from_, self.to or now)

    @property
    def ends_now(self) -> bool:
        """Whether the window is another at any other time."""
        return self.from_ is not None and self.to is None


class StateSnapshotBody(BaseModel):
    """A stored snapshot."""

    asset_id: str
    effective_at: Recorded
    energy: Quantity
    charged_energy: Quantity | None
    discharged_energy: Quantity | None
    created_at: Recorded
    updated_at: Recorded


class StoredStateSnapshots(BaseModel):
    """The snapshots of a batch as they are stored, in the order in which they were sent."""

    state_snapshots: list[StateSnapshotBody]


class StateSnapshotList(BaseModel):
    """A page of snapshots, ordered by instant and asset, or the latest by asset; the totals are those of all pages."""

    limit: int
    offset: int | None
    state_snapshots: list[StateSnapshotBody]
    total_charged_energy: Quantity
    total_discharged_energy: Quantity


SNAPSHOT_SENT: dict[str, Any] = {
    "asset_id": "DE_50HZ_WU_1",
    "effective_at": "2026-05-01T06:00:00Z",
    "energy": {"value": "12.5", "unit": "MWh"},
    "charged_energy": {"value": 250, "unit": "kWh"},
}
SNAPSHOT: dict[str, Any] = {
    "asset_id": "DE_50HZ_WU_1",
    "effective_at": "2026-05-01T06:00:00.000000Z",
    "energy": {"value": "12.5", "unit": "MWh"},
    "charged_energy": {"value": "0.25", "unit": "MWh"},
    "discharged_energy": None,
    "created_at": "2026-05-01T06:00:02.301877Z",
    "updated_at": "2026-05-01T06:00:02.301877Z",
}
SNAPSHOTS_LISTED: dict[str, Any] = {
    "limit": 50,
    "offset": 0,
    "state_snapshots": [SNAPSHOT],
    "total_charged_energy": {"value": "0.25", "unit": "MWh"},
    "total_discharged_energy": {"value": "0", "unit": "MWh"},
}
