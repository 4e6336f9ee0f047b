"""What events say of assets: bodies as strict as those that come over HTTP [E1] [S2] [D1] [SS1]."""

import math
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from assets.period_items import AssetId
from assets.state_snapshots import StateSnapshotItem
from assets.vocabulary import DispatchStatus, ReasonCategory, Status
from config.api.bodies import Body
from config.api.values import Amount, Instant

EventId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]
Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=64)]
Detail = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=1000)]
DEEPEST_ATTRIBUTE, MOST_REASONS = 10, 20


def _attributes(value: Any) -> Any:
    """An object of plain values, its numbers as JSON's readers have them: doubles."""
    if not isinstance(value, dict):
        raise PydanticCustomError("dict_type", "Input should be an object")
    return _plain(value, depth=0)


def _plain(value: Any, *, depth: int) -> Any:
    if depth > DEEPEST_ATTRIBUTE:
        raise PydanticCustomError("too_deep", "Attributes should not be nested deeper than 10 levels")
    if isinstance(value, dict):
        return {name: _plain(inner, depth=depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth=depth + 1) for inner in value]
    if not isinstance(value, Decimal):
        return value
    number = float(value)
    if math.isinf(number):
        raise PydanticCustomError("finite_number", "Numbers of attributes should fit into a double")
    return number


Attributes = Annotated[dict[str, Any], BeforeValidator(_attributes)]


class Event(Body):
    """What every event has: an id by which it is known when it comes again."""

    event_id: EventId


class Reason(Body):
    """Why an asset is in a status."""

    category: ReasonCategory
    detail: Detail | None = None
    source: Word
    attributes: Attributes = Field(default_factory=dict)


class StatusEvent(Event):
    """An asset is in a status since an instant [S2]."""

    asset_id: AssetId
    status: Status
    effective_at: Instant
    reasons: list[Reason] = Field(default_factory=list, max_length=MOST_REASONS)


class DispatchEvent(Event):
    """An asset was told to deliver a power in MW in a window, or what became of it: the entry's id is the event's.

    A later event of the same id says everything again, with its later status [D1].
    """

    asset_id: AssetId
    start_time: Instant
    end_time: Instant
    power: Amount
    source: Word
    market: Word
    issued_at: Instant
    acknowledged_at: Instant | None = None
    status: DispatchStatus
    attributes: Attributes = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_length(self) -> "DispatchEvent":
        if self.end_time <= self.start_time:
            raise PydanticCustomError("window", "end_time should be after start_time")
        return self


class StateSnapshotEvent(StateSnapshotItem, Event):
    """How much energy an asset holds at an instant [SS1]."""
