"""Windows in bodies: half-open, in UTC, on the 15-minute grid [C7]."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from assets.periods import LONGEST_WINDOW, SLOT, is_on_grid
from config.api.bodies import Body
from config.api.values import Instant

# Ids are looked up, so any text of a plausible length will do: what does not exist is unknown, not malformed.
AssetId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]


def _on_grid(instant: datetime) -> datetime:
    if not is_on_grid(instant):
        raise PydanticCustomError("off_grid", "Input should be a quarter of an hour, like 2026-05-01T00:15:00Z")
    return instant


GridInstant = Annotated[Instant, AfterValidator(_on_grid)]


class PeriodItem(Body):
    """What holds in one window of 15 minutes to 24 hours."""

    start_time: GridInstant
    end_time: GridInstant

    @model_validator(mode="after")
    def _has_a_length(self) -> "PeriodItem":
        if not SLOT <= self.end_time - self.start_time <= LONGEST_WINDOW:
            raise PydanticCustomError("window", "end_time should be 15 minutes to 24 hours after start_time")
        return self
