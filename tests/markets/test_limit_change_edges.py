"""Where changes of limits begin and end: each slot by itself, no more than is allowed, nothing where nothing is."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from config.errors import ConflictError, InvalidError
from markets.models import Limit, LimitChange
from markets.operations.limit_changes import preview
from markets.vocabulary import LimitChangeAction
from tests.factories.limits import limit_item, make_limits, stored_rows
from tests.markets.test_limit_changes import DAY, make, planned, undo

pytestmark = pytest.mark.django_db(transaction=True)

VALUES: dict[str, Any] = {
    "power_charge": Decimal("-1.5"),
    "power_discharge": Decimal("2.5"),
    "energy_low": Decimal("0.5"),
    "energy_high": Decimal("4.5"),
}


def test_an_undo_gives_each_slot_its_own_value_back(battery: str, neighbour: str) -> None:
    window = {"source": "OPERATIONS", "start_time": "15:00", "end_time": "15:15"}
    for asset_id, charge in ((battery, "-5"), (neighbour, "-6")):
        make_limits(limit_item(asset_id, **window, power_charge=charge))
        make_limits(limit_item(asset_id, **window | {"start_time": "15:15", "end_time": "15:30"}, power_charge="-7"))
        make_limits(limit_item(asset_id, **window | {"start_time": "18:00", "end_time": "18:15"}, power_charge="-8"))
    before = stored_rows()

    undo(make(planned(battery, neighbour, action=LimitChangeAction.SET, power_charge=Decimal(-1))))

    assert stored_rows() == before


def test_a_preview_shows_every_value_as_it_will_be(battery: str) -> None:
    make_limits(limit_item(battery, source="OPERATIONS", start_time="15:00", end_time="18:00", power_charge="-5"))

    (step,) = preview(planned(battery, action=LimitChangeAction.SET, **VALUES)).steps

    assert step.after == VALUES | {"trading_locked": None}
    assert step.before == dict.fromkeys(VALUES) | {"power_charge": Decimal(-5), "trading_locked": None}


def test_a_value_that_is_not_asked_for_is_shown_as_it_stays(battery: str) -> None:
    make(planned(battery, action=LimitChangeAction.SET, **VALUES))

    (step,) = preview(planned(battery, action=LimitChangeAction.SET, power_charge=Decimal(-1))).steps

    assert step.after == VALUES | {"power_charge": Decimal(-1), "trading_locked": None}


def test_a_lock_and_a_power_that_are_not_asked_for_are_shown_as_they_stay(battery: str) -> None:
    make(planned(battery, action=LimitChangeAction.SET, **VALUES))
    make(planned(battery))

    (step,) = preview(planned(battery, action=LimitChangeAction.SET, power_discharge=Decimal(1))).steps

    assert step.after == VALUES | {"power_discharge": Decimal(1), "trading_locked": True}


def test_slots_that_an_undo_puts_back_are_slots_of_a_quarter_of_an_hour(battery: str) -> None:
    make(planned(battery, action=LimitChangeAction.SET, **VALUES))
    before = list(Limit.objects.order_by("start_time").values_list("start_time", "end_time"))
    undone = undo(make(planned(battery, action=LimitChangeAction.CLEAR)))

    assert undone.action == LimitChangeAction.UNDO
    assert list(Limit.objects.order_by("start_time").values_list("start_time", "end_time")) == before
    assert len(before) == 12


def test_clearing_a_locked_slot_shows_the_lock_that_stays(battery: str) -> None:
    """[L6]"""
    make(planned(battery, action=LimitChangeAction.SET, **VALUES))
    make(planned(battery))

    (step,) = preview(planned(battery, action=LimitChangeAction.CLEAR)).steps

    assert step.after == dict.fromkeys(VALUES) | {"trading_locked": True}


def test_unlocking_says_so_in_every_slot(battery: str) -> None:
    make(planned(battery))

    make(planned(battery, action=LimitChangeAction.UNLOCK))

    assert {row[-1] for row in stored_rows()} == {False}


def test_what_would_change_nothing_is_refused_and_not_noted(battery: str) -> None:
    make(planned(battery))

    with pytest.raises(ConflictError, match="Nothing would change"):
        make(planned(battery))

    assert LimitChange.objects.count() == 1


@pytest.mark.parametrize(("assets", "days"), [(2, 1000), (2, 1001), (1, 2000), (1, 2001)])
def test_two_thousand_windows_may_be_cleared_at_once(battery: str, neighbour: str, assets: int, days: int) -> None:
    last = date.fromordinal(DAY.toordinal() + days - 1)
    hours = time(17), time(17, 15)
    change = planned(*(battery, neighbour)[:assets], action=LimitChangeAction.CLEAR, last=last, hours=hours)
    if assets * days <= 2000:
        assert preview(change).slots_changed == 0
    else:
        with pytest.raises(InvalidError, match="too many separate windows"):
            preview(change)


def test_more_windows_than_may_be_cleared_may_be_locked(battery: str, neighbour: str) -> None:
    last, hours = date.fromordinal(DAY.toordinal() + 1000), (time(17), time(17, 15))

    assert preview(planned(battery, neighbour, last=last, hours=hours)).slots_changed == 2002


def test_a_whole_local_day_begins_and_ends_the_evening_before_in_utc(battery: str) -> None:
    make(planned(battery, last=date(2026, 5, 3), hours=(time(), time())))

    starts = [row[1] for row in stored_rows()]
    assert len(set(starts)) == len(starts) == 3 * 96
    assert (min(starts), max(starts)) == (
        datetime(2026, 4, 30, 22, tzinfo=UTC),
        datetime(2026, 5, 3, 21, 45, tzinfo=UTC),
    )


def test_an_asset_that_is_named_twice_counts_once(battery: str) -> None:
    made = make(planned(battery, battery, last=date(2026, 5, 3)))

    assert made.slots == len(stored_rows()) == 36


def test_fifty_thousand_slots_may_be_changed_at_once(battery: str) -> None:
    """520 days of 96 slots are 49,920, and 521 are 50,016."""
    fits, does_not = (date.fromordinal(DAY.toordinal() + days - 1) for days in (520, 521))
    assert preview(planned(battery, last=fits, hours=(time(), time()))).slots_asked == 49_920
    with pytest.raises(InvalidError, match="50016 slots"):
        preview(planned(battery, last=does_not, hours=(time(), time())))
