"""What a change of a point of connection's limits comes to, slot by slot, and the windows that bring it about.

Stored windows are of any length and may overlap: of those that cover a slot the one that began last counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from assets.periods import SLOT


class Powers(NamedTuple):
    """What may be taken from the grid (<= 0) and given to it (>= 0), in MW; as something to set, None keeps it."""

    power_import: Decimal | None
    power_export: Decimal | None


class Window(NamedTuple):
    """A stored window, or one to be stored."""

    start: datetime
    end: datetime
    powers: Powers


class SlotChange(NamedTuple):
    """One slot that changes; None: no limit."""

    start: datetime
    before: Powers | None
    after: Powers | None


# Slots in a row that change alike: from when to when, what was before, and what is after.
Run = tuple[datetime, datetime, Powers | None, Powers | None]


@dataclass(frozen=True)
class Plan:
    """The slots that change, the windows to put, and the starts of those to delete."""

    changes: Sequence[SlotChange]
    put: Sequence[Window]
    delete: Sequence[datetime]


def plan(slots: Sequence[datetime], *, wanted: Powers | None, stored: Sequence[Window]) -> Plan:
    """What it takes that `wanted` counts in these slots, and in every other slot what counts now; None: no limit.

    `stored` are the windows that touch the slots, and all that these overlap, ordered by start.
    """
    counting = _counting(stored)
    befores = {slot: counting[slot].powers if slot in counting else None for slot in slots}
    changes = [SlotChange(slot, before, _after(wanted, before)) for slot, before in befores.items()]
    changes = [change for change in changes if change.before != change.after]
    changing = {change.start for change in changes}
    replaced = [window for window in stored if _is_replaced(window, changing, cleared=wanted is None)]
    put = [*_kept(replaced, counting, changing), *_set(changes)]
    delete = {window.start for window in replaced} - {window.start for window in put}
    return Plan(changes, sorted(put), sorted(delete))


def _counting(stored: Iterable[Window]) -> Mapping[datetime, Window]:
    """Of each slot the window that counts in it."""
    return {slot: window for window in stored for slot in slots_of(window.start, window.end)}


def slots_of(start: datetime, end: datetime) -> list[datetime]:
    """The slots of a window."""
    return [start + number * SLOT for number in range((end - start) // SLOT)]


def _after(wanted: Powers | None, before: Powers | None) -> Powers | None:
    if wanted is None:
        return None
    kept = before or Powers(None, None)
    return Powers(*(old if new is None else new for new, old in zip(wanted, kept, strict=True)))


def _is_replaced(window: Window, changing: Collection[datetime], *, cleared: bool) -> bool:
    """Whether a window gives way: to one that begins when it does, or, where limits are cleared, to none at all."""
    return any(slot in changing for slot in slots_of(window.start, window.end)) if cleared else window.start in changing


def _kept(
    replaced: Iterable[Window], counting: Mapping[datetime, Window], changing: Collection[datetime]
) -> list[Window]:
    """What replaced windows say of slots that do not change, as windows of their own."""
    kept: list[Window] = []
    for window in replaced:
        begun = None
        for slot in [*slots_of(window.start, window.end), window.end]:
            stays = slot < window.end and slot not in changing and counting[slot] is window
            if stays and begun is None:
                begun = slot
            elif not stays and begun is not None:
                kept.append(Window(begun, slot, window.powers))
                begun = None
    return kept


def _set(changes: Iterable[SlotChange]) -> list[Window]:
    return [Window(start, start + SLOT, after) for start, _before, after in changes if after is not None]


def runs_of(changes: Sequence[SlotChange]) -> list[Run]:
    """The changes of slots, those in a row that are alike as one."""
    runs: list[Run] = []
    for start, before, after in changes:
        if runs and runs[-1][1:] == (start, before, after):
            runs[-1] = (runs[-1][0], start + SLOT, before, after)
        else:
            runs.append((start, start + SLOT, before, after))
    return runs
