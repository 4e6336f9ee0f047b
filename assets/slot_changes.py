"""What a change of limits would do, slot by slot, and what it has done: the same words for assets and for sites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from config.errors import Fault, InvalidError


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


def check_slots(number: int, *, most: int) -> None:
    """InvalidError where a change asks for no slot at all, or for more than one change may hold."""
    if not number:
        raise windows_refused(gettext("These days have none of these hours."), "empty")
    if number > most:
        said = gettext("This is %(slots)s slots; one change may hold %(most)s.")
        raise windows_refused(said % {"slots": number, "most": most}, "too_many")


def windows_refused(sentence: str, kind: str) -> InvalidError:
    """The refusal of the windows that were asked for."""
    return InvalidError([Fault(("body", "windows"), sentence, kind)])
