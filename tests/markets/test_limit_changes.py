"""Changes of limits that operators make: previewed, made as previewed, noted slot by slot, undone."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assets.local_windows import LocalWindows
from assets.queries import UnknownAssetError
from assets.revisions import revisions_of
from config.errors import ConflictError, InvalidError
from markets.models import Limit, LimitChange, LimitChangeSlot
from markets.operations.limit_changes import PlannedChange, make_change, preview, undo_change
from markets.operations.limits import clear_limits
from markets.vocabulary import LimitChangeAction, LimitSource
from tests.factories.limits import NOW, limit_item, make_limits, stored_rows, values_of

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=1)
EVERY_DAY = frozenset(range(7))
DAY = date(2026, 5, 1)


def planned(
    *asset_ids: str,
    action: LimitChangeAction = LimitChangeAction.LOCK,
    first: date = DAY,
    last: date | None = None,
    hours: tuple[time, time] = (time(17), time(20)),
    source: LimitSource = LimitSource.OPERATIONS,
    **values: Decimal,
) -> PlannedChange:
    return PlannedChange(action, source, asset_ids, LocalWindows(first, last or first, EVERY_DAY, *hours), values)


def make(change: PlannedChange, *, now: datetime = NOW) -> LimitChange:
    return make_change(change, fingerprint=preview(change).fingerprint, asked={}, by="user:olga", now=now)


def undo(change: LimitChange, *, now: datetime = LATER) -> LimitChange:
    return undo_change(change_id=change.pk, by="user:olga", now=now)


def test_a_lock_over_three_days_across_the_clock_change(battery: str, neighbour: str) -> None:
    change = planned(battery, neighbour, first=date(2026, 10, 24), last=date(2026, 10, 26))

    shown = preview(change)
    made = make(change)

    starts = {f"{row[1]:%m-%d %H}" for row in stored_rows()}
    assert (shown.slots_changed, shown.owners_changed, made.slots) == (72, 2, 72)
    assert starts == {
        *("10-24 15", "10-24 16", "10-24 17"),
        *("10-25 16", "10-25 17", "10-25 18"),
        *("10-26 16", "10-26 17", "10-26 18"),
    }
    assert values_of(stored_rows()) == {(None, None, None, None, True)}


def test_a_preview_says_what_becomes_of_what_and_writes_nothing(battery: str) -> None:
    make_limits(limit_item(battery, source="OPERATIONS", start_time="15:00", end_time="16:00", power_charge="-5"))
    rows = stored_rows()
    change = planned(battery, action=LimitChangeAction.SET, power_charge=Decimal("-2.50"))

    steps = preview(change).steps

    says = [
        (step.slots, (step.before or {}).get("power_charge"), (step.after or {}).get("power_charge")) for step in steps
    ]
    assert says == [(4, Decimal(-5), Decimal("-2.5")), (8, None, Decimal("-2.5"))]
    assert stored_rows() == rows
    assert not LimitChange.objects.exists()


def test_slots_that_are_as_asked_already_are_not_changed(battery: str) -> None:
    make(planned(battery, hours=(time(17), time(18))))

    shown = preview(planned(battery))

    assert (shown.slots_asked, shown.slots_changed) == (12, 8)


def test_what_was_changed_since_the_preview_is_not_overwritten(battery: str) -> None:
    change = planned(battery, action=LimitChangeAction.SET, power_charge=Decimal(-2))
    fingerprint = preview(change).fingerprint
    make_limits(limit_item(battery, source="OPERATIONS", start_time="15:00", end_time="15:15", power_charge="-1"))

    with pytest.raises(ConflictError, match="meanwhile"):
        make_change(change, fingerprint=fingerprint, asked={}, by="user:olga", now=NOW)

    assert len(stored_rows()) == 1


def test_clearing_keeps_locks_and_undoing_brings_the_values_back(battery: str) -> None:
    """[L6]"""
    window = {"source": "OPERATIONS", "start_time": "15:00", "end_time": "16:00"}
    make_limits(limit_item(battery, **window, power_charge="-5"))
    make_limits(limit_item(battery, **window | {"end_time": "15:30"}, trading_locked=True))
    rows = stored_rows()

    made = make(planned(battery, action=LimitChangeAction.CLEAR), now=NOW + timedelta(minutes=1))
    cleared = values_of(stored_rows())
    undo(made)

    assert cleared == {(None, None, None, None, True)}
    assert stored_rows() == rows


def test_an_undo_takes_rows_away_that_were_not_there(battery: str) -> None:
    made = make(planned(battery))

    undo(made)

    assert stored_rows() == []


def test_an_undo_can_be_undone(battery: str) -> None:
    made = make(planned(battery, action=LimitChangeAction.SET, energy_low=Decimal(3)))
    rows = stored_rows()

    undone = undo(made)
    undo(undone, now=LATER + timedelta(hours=1))

    assert stored_rows() == rows


@pytest.mark.parametrize("what", ["another value", "the same by another change", "cleared"])
def test_nothing_is_undone_that_somebody_changed_since(battery: str, what: str) -> None:
    made = make(planned(battery, action=LimitChangeAction.SET, power_charge=Decimal(-2)))
    slot = {"source": "OPERATIONS", "start_time": "15:00", "end_time": "15:15"}
    if what == "cleared":
        start = datetime.fromisoformat("2026-05-01T15:00Z")
        clear_limits(
            asset_id=battery, source=LimitSource.OPERATIONS, start=start, end=start + timedelta(minutes=15), now=LATER
        )
    else:
        make_limits(limit_item(battery, **slot, power_charge="-1"), now=LATER)
    if what == "the same by another change":
        make_limits(limit_item(battery, **slot, power_charge="-2"), now=LATER + timedelta(minutes=1))
    rows = stored_rows()

    with pytest.raises(ConflictError, match="1 of its 12 slots"):
        undo(made, now=LATER + timedelta(hours=1))

    assert stored_rows() == rows


def test_a_change_is_undone_once(battery: str) -> None:
    made = make(planned(battery))
    undo(made)

    with pytest.raises(ConflictError, match="already"):
        undo(made)


def test_each_slot_is_noted_with_who_and_what(battery: str) -> None:
    """[P23]"""
    made = make(planned(battery, hours=(time(17), time(17, 15))))

    (slot,) = LimitChangeSlot.objects.filter(change=made)
    assert made.actor == "user:olga"
    assert slot.before is None
    assert slot.after == {
        "power_charge": None,
        "power_discharge": None,
        "energy_low": None,
        "energy_high": None,
        "trading_locked": True,
    }


def test_a_change_and_its_undo_raise_the_revision(battery: str) -> None:
    """[C13]"""
    made = make(planned(battery))
    first = revisions_of(owner_ids=[battery], kind="limits")

    undo(made)

    assert revisions_of(owner_ids=[battery], kind="limits") != first


def test_other_sources_are_left_alone(battery: str) -> None:
    make_limits(limit_item(battery, source="CUSTOMER", start_time="15:00", end_time="18:00", power_charge="-5"))

    undo(make(planned(battery, action=LimitChangeAction.SET, power_charge=Decimal(-1))))

    assert {row[2] for row in stored_rows()} == {"CUSTOMER"}
    assert Limit.objects.filter(updated_at=NOW).count() == len(stored_rows())


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"first": date(2026, 3, 29), "hours": (time(2), time(3))}, "none of these hours"),
        ({"last": date(2029, 5, 1), "hours": (time(), time())}, "50000"),
    ],
)
def test_too_little_and_too_much_are_refused(battery: str, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidError, match=sentence):
        preview(planned(battery, **fields))


def test_an_unknown_asset_is_named(battery: str) -> None:
    with pytest.raises(UnknownAssetError, match="NOWHERE"):
        make(planned(battery, "NOWHERE"))


def test_a_crossed_band_is_refused_and_nothing_is_noted(battery: str) -> None:
    """[L7]"""
    make_limits(limit_item(battery, source="OPERATIONS", start_time="15:00", end_time="16:00", energy_high="5"))

    with pytest.raises(InvalidError, match="above energy_high 5"):
        make(planned(battery, action=LimitChangeAction.SET, energy_low=Decimal(6)))

    assert not LimitChange.objects.exists()
