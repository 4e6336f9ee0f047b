"""Windows that lists of periods and readings are asked for: half-open, `[from, to)` [C7]."""

from datetime import datetime

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from config.api.pagination import PageQuery
from config.api.values import Instant


class WindowQuery(PageQuery):
    """A page of what lies in a window. Subclasses add whose."""

    model_config = ConfigDict(validate_by_name=False)

    from_: Instant = Field(alias="from", description="The first instant of the window.")
    to: Instant = Field(description="The end of the window, which is not part of it; equal to `from`: nothing.")

    @field_validator("to")
    @classmethod
    def _not_before_from(cls, end: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("from_")
        if start is not None and end < start:
            raise PydanticCustomError("window", "to should not be before from")
        return end
