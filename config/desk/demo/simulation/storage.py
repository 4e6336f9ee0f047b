"""How a simulated battery is charged and discharged: a function of time alone.

So nothing has to be remembered, and whoever starts anew goes on where it would have been. Twice a day it is charged and
discharged, a little differently each time; within a quarter of an hour its power is steady.
"""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from assets.periods import SLOT

SLOTS_OF_A_CYCLE = 48  # twelve hours
MIDDLE, SWING, WAVER = 0.5, 0.32, 0.006  # of the capacity: 18 to 82 %, with a little of its own each quarter
CHARGE_EFFICIENCY, DISCHARGE_EFFICIENCY = 0.95, 0.96
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Flow:
    """What went through a battery in a while, in MWh: into and out of its store, and to the grid; negative: from it."""

    charged: float
    discharged: float
    to_grid: float


@dataclass(frozen=True)
class Storage:
    """A battery of so many MWh; the seed and its id make it different from the others."""

    asset_id: str
    capacity: float
    seed: int

    def stored(self, at: datetime) -> float:
        """The MWh that it holds at an instant."""
        number, share = _slot(at)
        begins, ends = self._at_slot(number), self._at_slot(number + 1)
        return begins + (ends - begins) * share

    def power(self, at: datetime) -> float:
        """The MW that it gives to the grid at an instant; negative where it takes them."""
        number, _ = _slot(at)
        taken = (self._at_slot(number) - self._at_slot(number + 1)) / (SLOT / timedelta(hours=1))
        return taken * DISCHARGE_EFFICIENCY if taken > 0 else taken / CHARGE_EFFICIENCY

    def flow(self, since: datetime, until: datetime) -> Flow:
        """What went through it in a window."""
        charged = discharged = 0.0
        edge = since
        while edge < until:
            following = min(until, slot_start(edge) + SLOT)
            change = self.stored(following) - self.stored(edge)
            charged, discharged = charged + max(0.0, change), discharged + max(0.0, -change)
            edge = following
        to_grid = discharged * DISCHARGE_EFFICIENCY - charged / CHARGE_EFFICIENCY
        return Flow(charged=charged, discharged=discharged, to_grid=to_grid)

    def _at_slot(self, number: int) -> float:
        """What it holds where a quarter of an hour begins."""
        return self.capacity * _filled(self.asset_id, self.seed, number)


@lru_cache(maxsize=4096)
def _filled(asset_id: str, seed: int, number: int) -> float:
    """The share of its capacity that a battery holds where a quarter of an hour begins."""
    phase = chance(seed, asset_id).uniform(0, 2 * math.pi)
    wave = math.sin(2 * math.pi * number / SLOTS_OF_A_CYCLE + phase)
    return MIDDLE + SWING * wave + chance(seed, asset_id, number).uniform(-WAVER, WAVER)


def chance(seed: int, *of: object) -> random.Random:
    """Chance that is the same for the same things."""
    return random.Random("/".join(map(str, (seed, *of))))  # noqa: S311  a demo, guards nothing


def slot_start(at: datetime) -> datetime:
    """Where the quarter of an hour begins that an instant lies in."""
    return EPOCH + SLOT * _slot(at)[0]


def _slot(at: datetime) -> tuple[int, float]:
    """The number of the quarter of an hour, and how much of it has passed."""
    passed = (at - EPOCH) / SLOT
    number = math.floor(passed)
    return number, passed - number
