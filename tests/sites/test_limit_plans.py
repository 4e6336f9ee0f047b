"""What it takes that limits hold in some slots and nothing changes in others, whatever is stored."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assets.periods import SLOT
from sites.limit_plans import Powers, Window, plan, runs_of, slots_of

START = datetime(2026, 5, 1, tzinfo=UTC)
HERE = Powers(Decimal(-2), Decimal(7))
WANTED = Powers(Decimal(-1), Decimal(5))


def at(number: int) -> datetime:
    """The start of a slot."""
    return START + number * SLOT


def window(first: int, last: int, powers: Powers = HERE) -> Window:
    """A window from one slot to another, which is not in it."""
    return Window(at(first), at(last), powers)


def slots(*numbers: int) -> list[datetime]:
    return [at(number) for number in numbers]


def stored_after(stored: list[Window], asked: list[datetime], wanted: Powers | None) -> list[Window]:
    """What is stored once the plan is carried out: a window with the same start is overwritten."""
    planned = plan(asked, wanted=wanted, stored=stored)
    left = {one.start: one for one in stored if one.start not in planned.delete}
    return sorted((left | {one.start: one for one in planned.put}).values())


def counting(stored: list[Window]) -> dict[datetime, Powers]:
    """What counts in each slot, as readers find it: the window that began last."""
    return {slot: one.powers for one in sorted(stored) for slot in slots_of(one.start, one.end)}


def test_limits_are_set_slot_by_slot() -> None:
    planned = plan(slots(0, 1), wanted=WANTED, stored=[])

    assert planned.put == [window(0, 1, WANTED), window(1, 2, WANTED)]
    assert planned.delete == []


def test_a_value_that_is_not_given_stays() -> None:
    planned = plan(slots(0), wanted=Powers(None, Decimal(5)), stored=[window(0, 4)])

    assert planned.changes == [(at(0), HERE, Powers(Decimal(-2), Decimal(5)))]


def test_a_slot_that_is_as_asked_is_left_alone() -> None:
    planned = plan(slots(0, 1), wanted=HERE, stored=[window(0, 1)])

    assert planned.put == [window(1, 2)]


def test_what_a_longer_window_says_beyond_stays() -> None:
    assert stored_after([window(0, 8)], slots(0, 1), WANTED) == [
        *(window(0, 1, WANTED), window(1, 2, WANTED)),
        window(2, 8),
    ]


def test_clearing_leaves_what_is_before_and_after() -> None:
    assert stored_after([window(0, 8)], slots(2, 3), None) == [window(0, 2), window(4, 8)]


def test_what_was_hidden_does_not_come_up_where_limits_are_cleared() -> None:
    assert stored_after([window(0, 8), window(2, 4, WANTED)], slots(2, 3), None) == [window(0, 2), window(4, 8)]


def test_slots_in_a_row_that_change_alike_are_one() -> None:
    planned = plan(slots(0, 1, 3, 4, 5), wanted=None, stored=[window(0, 6)])

    assert runs_of(planned.changes) == [(at(0), at(2), HERE, None), (at(3), at(6), HERE, None)]


@pytest.mark.parametrize("seed", range(40))
def test_asked_slots_hold_what_was_asked_and_all_others_what_they_held(seed: int) -> None:
    """Windows of any length, one in another, across each other."""
    dice = random.Random(seed)
    starts = dice.sample(range(40), k=dice.randrange(1, 12))
    stored = [
        window(first, first + dice.randrange(1, 12), Powers(Decimal(-dice.randrange(3)), Decimal(dice.randrange(3))))
        for first in sorted(starts)
    ]
    asked = slots(*sorted(dice.sample(range(45), k=dice.randrange(1, 20))))
    wanted = None if dice.random() < 0.5 else Powers(Decimal(-1), Decimal(1))
    before = counting(stored)

    after = counting(stored_after(stored, asked, wanted))

    assert {slot: after.get(slot) for slot in asked} == dict.fromkeys(asked, wanted)
    assert {slot: powers for slot, powers in after.items() if slot not in asked} == {
        slot: powers for slot, powers in before.items() if slot not in asked
    }
