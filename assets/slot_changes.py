"""What a change of limits would do, slot by slot, and what it has done: the same words for assets and for sites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Step:
    """Slots of one owner that change in the same way; None: nothing there, before or after."""

    owner_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    slots: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Preview:
    """What a change would do. `fingerprint` differs where any of its slots would become, or was, something else."""

    steps: Sequence[Step]
    slots_asked: int
    slots_changed: int
    owners_changed: int
    fingerprint: str
