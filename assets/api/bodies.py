"""What the asset endpoints take and answer [A1] to [A7]."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.history import Change
from assets.vocabulary import (
    AREAS_OF_REGION,
    AssetType,
    DeliveryArea,
    Lifecycle,
    Provider,
    Region,
)
from config.api.bodies import Body, left_out
from config.api.pagination import PageQuery
from config.api.queries import several
from config.api.values import Day, Name, Recorded

Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9-]{1,32}$")]


def area_of_region(area: DeliveryArea, info: ValidationInfo) -> DeliveryArea:
    """The delivery area, if it lies in the region given before it."""
    region = info.data.get("region")
    if region is not None and area not in AREAS_OF_REGION[region]:
        areas = ", ".join(known.value for known in AREAS_OF_REGION[region])
        raise PydanticCustomError("delivery_area", f"{area.value} is not in {region.value}, which has {areas}")
    return area


class CreateAsset(Body):
    """A new asset's master record."""

    code: Code
    name: Name
    type: AssetType
    region: Region
    delivery_area: DeliveryArea
    provider: Provider

    _area_lies_in_region = field_validator("delivery_area")(area_of_region)


class PatchAsset(Body):
    """The fields to change; those that are left out stay as they are. null clears go_live_date alone."""

    name: Name = left_out()
    type: AssetType = left_out()
    go_live_date: Day | None = left_out()
    provider: Provider = left_out()


class AssetBody(BaseModel):
    """An asset's master record."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    code: str
    name: str
    type: AssetType
    region: Region
    delivery_area: DeliveryArea
    lifecycle: Lifecycle
    provider: Provider
    go_live_date: Day | None
    created_at: Recorded
    updated_at: Recorded


class AssetList(BaseModel):
    """A page of assets, ordered by id."""

    limit: int
    offset: int | None
    assets: list[AssetBody]


class AssetQuery(PageQuery):
    """Which assets; each filter may be given several times."""

    type: several(AssetType) | None = None  # type: ignore[valid-type]
    region: several(Region) | None = None  # type: ignore[valid-type]
    lifecycle: several(Lifecycle) | None = None  # type: ignore[valid-type]
    delivery_area: several(DeliveryArea) | None = None  # type: ignore[valid-type]
    provider: several(Provider) | None = None  # type: ignore[valid-type]


class AssetChange(BaseModel):
    """One change of an asset's master record: the fields that differ, before and after."""

    at: Recorded
    action: str
    actor: str
    request_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @classmethod
    def of(cls, change: Change) -> "AssetChange":
        """The entry of one change."""
        return cls.model_validate(change, from_attributes=True)


class AssetHistory(BaseModel):
    """A page of changes, newest first."""

    limit: int
    offset: int | None
    history: list[AssetChange]


ASSET_SENT: dict[str, Any] = {
    "code": "WU",
    "name": "Wunsiedel battery",
    "type": "BESS",
    "region": "DE",
    "delivery_area": "50HZ",
    "provider": "TERRALAYR",
}
ASSET: dict[str, Any] = {
    "id": "DE_50HZ_WU_1",
    **ASSET_SENT,
    "lifecycle": "DRAFT",
    "go_live_date": None,
    "created_at": "2026-05-01T08:00:00.000000Z",
    "updated_at": "2026-05-01T08:00:00.000000Z",
}
CHANGE = {
    "at": "2026-05-01T09:00:00.000000Z",
    "action": "update",
    "actor": "key:forecaster",
    "request_id": "6f0f1b1c",
    "before": {"lifecycle": "DRAFT"},
    "after": {"lifecycle": "COMMISSIONING"},
}
