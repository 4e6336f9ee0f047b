"""Windows that lists of periods are asked for: `[from, to)`, or the market's day [C7]."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import ValidationInfo

from assets.periods import delivery_day_window
from config.api.pagination import PageQuery
from config.api.values import Day, Instant

FIRST_DAY, LAST_DAY = date(1, 1, 2), date(9999, 12, 30)  # the days around them begin and end where no date can be


class DeliveryWindowQuery(PageQuery):
    """A page of what lies in a window: `from` and `to`, or a delivery day in their place. Subclasses add whose."""

    model_config = ConfigDict(validate_by_name=False)

    delivery_day: Day | None = Field(None, description="The market's day, Europe/Berlin, in place of from and to.")
    from_: Instant | None = Field(None, alias="from", description="The first instant of the window.")
    to: Instant | None = Field(
        None, description="The end of the window, which is not part of it; equal to `from`: nothing."
    )

    @model_validator(mode="before")
    @classmethod
    def _looks_at_both_edges(cls, given: Any) -> Any:
        return {"from": None, "to": None, **given}

    @field_validator("delivery_day")
    @classmethod
    def _has_a_window(cls, day: date | None) -> date | None:
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise PydanticCustomError("window", f"delivery_day should be from {FIRST_DAY} to {LAST_DAY}")
        return day

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _in_place_of_delivery_day(cls, value: Any, info: ValidationInfo) -> Any:
        if "delivery_day" not in info.data:  # it is there and wrong, which is said already
            return value
        if info.data["delivery_day"] is None and value is None:
            raise PydanticKnownError("missing")
        if info.data["delivery_day"] is not None and value is not None:
            raise PydanticCustomError("window", "delivery_day and from with to exclude each other")
        return value

    @field_validator("to")
    @classmethod
    def _is_not_before_from(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        start = info.data.get("from_")
        if start is not None and end is not None and end < start:
            raise PydanticCustomError("window", "to should not be before from")
        return end

    @property
    def window(self) -> tuple[datetime, datetime]:
        """The window `[start, end)` that is asked for."""
        if self.delivery_day is not None:
            return delivery_day_window(self.delivery_day)
        assert self.from_ is not None and self.to is not None  # noqa: PT018, S101  narrows for mypy; it was validated
        return self.from_, self.to
