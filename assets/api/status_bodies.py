"""What the endpoint of status entries takes and answers [S1] [S2]."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.vocabulary import ReasonCategory, Status
from config.api.pagination import PageQuery
from config.api.queries import several
from config.api.values import Instant, QueryFlag, Recorded

BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class StatusQuery(PageQuery):
    """Whose entries, and which: the latest of each asset, or those that became effective in a window.

    Assets that do not exist have none.
    """

    model_config = ConfigDict(validate_by_name=False)

    asset_ids: several(str) = Field(description="1 to 500 asset ids.")  # type: ignore[valid-type]
    latest: QueryFlag = Field(False, description="Of each asset the entry effective last; excludes a window.")
    from_: Instant | None = Field(
        None,
        alias="from",
        description="The first instant of the window; left out: the window begins with the history.",
    )
    to: Instant | None = Field(
        None, description="The end of the window, which is not part of it; left out: it has none, not even now."
    )
    status: several(Status) | None = Field(  # type: ignore[valid-type]
        None, description="Only entries of these; with latest: only assets whose latest entry is one."
    )

    @model_validator(mode="before")
    @classmethod
    def _looks_at_an_edge(cls, given: Any) -> Any:
        return given if "to" in given else {"from": None, **given}

    @field_validator("from_", mode="before")
    @classmethod
    def _or_something_in_its_place(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and not info.data.get("latest"):
            raise PydanticCustomError("missing", "latest=true, from or to is required")
        return value

    @field_validator("from_", "to")
    @classmethod
    def _excludes_latest(cls, edge: datetime | None, info: ValidationInfo) -> datetime | None:
        if edge is not None and info.data.get("latest"):
            raise PydanticCustomError("latest_or_window", "latest=true excludes from and to")
        return edge

    @field_validator("to")
    @classmethod
    def _is_not_before_from(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        start = info.data.get("from_")
        if start is not None and end is not None and end < start:
            raise PydanticCustomError("window", "to should not be before from")
        return end

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The window `[start, end)` that is asked for; None: the latest."""
        return None if self.latest else (self.from_ or BEGINNING, self.to or END)


class Reason(BaseModel):
    """Why an asset is in its status."""

    category: ReasonCategory
    detail: str | None = None
    source: str
    attributes: dict[str, Any] = Field(default_factory=dict)


class AssetStatusEntry(BaseModel):
    """One entry of an asset's status history [S2]."""

    model_config = ConfigDict(from_attributes=True)

    asset_id: str
    status: Status
    effective_at: Recorded
    reasons: list[Reason]
    created_at: Recorded


class StatusList(BaseModel):
    """A page of entries, ordered by instant, asset and event, or the latest by asset."""

    limit: int
    offset: int | None
    statuses: list[AssetStatusEntry]


STATUS = {
    "asset_id": "DE_50HZ_WU_1",
    "status": "UNKNOWN",
    "effective_at": "2026-05-01T08:00:00.000000Z",
    "reasons": [{"category": "UNKNOWN", "detail": "New asset", "source": "SYSTEM", "attributes": {}}],
    "created_at": "2026-05-01T08:00:00.000000Z",
}
STATUSES_LISTED: dict[str, Any] = {"limit": 50, "offset": 0, "statuses": [STATUS]}
