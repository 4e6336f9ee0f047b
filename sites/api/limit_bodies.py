"""What the endpoints of site and inverter limits take and answer [ST6]."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from assets.api.windows import DeliveryWindowQuery
from config.api.bodies import Body, batch_of
from config.api.values import Edge, PlainDecimal, Recorded
from sites.limits import InverterLimitItem, SiteLimitItem


class PutSiteLimits(Body):
    """1 to 10,000 windows of a site, no two of the same start."""

    limits: batch_of(SiteLimitItem)  # type: ignore[valid-type]


class PutInverterLimits(Body):
    """1 to 10,000 windows of an inverter, no two of the same start."""

    limits: batch_of(InverterLimitItem)  # type: ignore[valid-type]


class SiteLimitQuery(DeliveryWindowQuery):
    """A window of at most 31 days."""

    longest_days: ClassVar[int] = 31

    @field_validator("to")
    @classmethod
    def _is_not_far_from_from(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        start = info.data.get("from_")
        if start is not None and end is not None and end - start > timedelta(days=cls.longest_days):
            raise PydanticCustomError("window", f"to should be at most {cls.longest_days} days after from")
        return end


class InverterLimitQuery(SiteLimitQuery):
    """A window of at most 7 days."""

    longest_days: ClassVar[int] = 7


class _StoredLimit(BaseModel):
    """A stored window: when it was written first, and when a value of it last changed."""

    start_time: Edge
    end_time: Edge
    created_at: Recorded
    updated_at: Recorded


class SiteLimitBody(_StoredLimit):
    """What a site may take from the grid and give to it in one window, in MW."""

    power_import: PlainDecimal
    power_export: PlainDecimal


class InverterLimitBody(_StoredLimit):
    """What an inverter may charge and discharge with in one window, in MW."""

    power_charge: PlainDecimal
    power_discharge: PlainDecimal


class SiteLimitList(BaseModel):
    """A page of a site's limits, ordered by start."""

    limit: int
    offset: int | None
    limits: list[SiteLimitBody]


class InverterLimitList(BaseModel):
    """A page of an inverter's limits, ordered by start."""

    limit: int
    offset: int | None
    limits: list[InverterLimitBody]


_WINDOW = {"start_time": "2026-05-01T06:00:00Z", "end_time": "2026-05-01T06:15:00Z"}
_STAMPS = {"created_at": "2026-04-30T12:00:00.000000Z", "updated_at": "2026-04-30T12:00:00.000000Z"}
_PAGE: dict[str, Any] = {"limit": 50, "offset": 0}
_SITE_LIMIT = {**_WINDOW, "power_import": "-2", "power_export": "7.5"}
_INVERTER_LIMIT = {**_WINDOW, "power_charge": "-0.1", "power_discharge": "0.16"}
SITE_LIMITS_SENT = {"limits": [_SITE_LIMIT]}
SITE_LIMITS_LISTED = {**_PAGE, "limits": [{**_SITE_LIMIT, **_STAMPS}]}
INVERTER_LIMITS_SENT = {"limits": [_INVERTER_LIMIT]}
INVERTER_LIMITS_LISTED = {**_PAGE, "limits": [{**_INVERTER_LIMIT, **_STAMPS}]}
