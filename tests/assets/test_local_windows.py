"""Hours of local days as UTC windows, across both clock changes."""

from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.local_windows import LocalWindows
from assets.periods import MARKET_ZONE, SLOT

EVERY_DAY = frozenset(range(7))
QUARTERS = st.builds(time, hour=st.integers(0, 23), minute=st.sampled_from([0, 15, 30, 45]))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 20))


def windows(
    first: date,
    last: date | None = None,
    *,
    start: str = "17:00",
    end: str = "20:00",
    weekdays: frozenset[int] = EVERY_DAY,
) -> list[str]:
    """The windows as text."""
    hours = LocalWindows(first, last or first, weekdays, time.fromisoformat(start), time.fromisoformat(end))
    return [f"{begin:%m-%d %H:%M} {stop:%m-%d %H:%M}" for begin, stop in hours.in_utc()]


def test_the_same_hours_are_later_in_utc_once_the_clocks_went_back() -> None:
    assert windows(date(2026, 10, 24), date(2026, 10, 26)) == [
        "10-24 15:00 10-24 18:00",
        "10-25 16:00 10-25 19:00",
        "10-26 16:00 10-26 19:00",
    ]


def test_an_hour_that_a_day_has_twice_is_taken_twice() -> None:
    assert windows(date(2026, 10, 25), start="02:00", end="03:00") == ["10-25 00:00 10-25 02:00"]


def test_half_of_an_hour_that_a_day_has_twice_is_two_windows() -> None:
    assert windows(date(2026, 10, 25), start="02:00", end="02:30") == [
        "10-25 00:00 10-25 00:30",
        "10-25 01:00 10-25 01:30",
    ]


def test_an_hour_that_a_day_has_not_is_none() -> None:
    assert windows(date(2026, 3, 29), start="02:00", end="03:00") == []


@pytest.mark.parametrize(("day", "slots"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 5, 1), 96)])
def test_a_whole_day_has_all_its_slots(day: date, slots: int) -> None:
    ((start, end),) = LocalWindows(day, day, EVERY_DAY, time(), time()).in_utc()

    assert (end - start) // SLOT == slots


def test_hours_that_end_before_they_start_go_on_into_the_next_day() -> None:
    assert windows(date(2026, 5, 1), start="22:00", end="06:00") == ["05-01 20:00 05-02 04:00"]


def test_only_the_days_of_the_week_that_are_asked_for() -> None:
    weekend = windows(date(2026, 5, 1), date(2026, 5, 7), start="00:00", end="01:00", weekdays=frozenset({5, 6}))

    assert weekend == ["05-01 22:00 05-01 23:00", "05-02 22:00 05-02 23:00"]


@given(first=DAYS, length=st.integers(0, 12), start=QUARTERS, end=QUARTERS, weekdays=st.frozensets(st.integers(0, 6)))
def test_a_slot_belongs_to_them_by_what_the_clock_shows(
    first: date, length: int, start: time, end: time, weekdays: frozenset[int]
) -> None:
    last = date.fromordinal(first.toordinal() + length)
    found = LocalWindows(first, last, weekdays, start, end).in_utc()
    taken = {begin + number * SLOT for begin, stop in found for number in range((stop - begin) // SLOT)}
    slot = datetime.combine(first, time(), tzinfo=UTC) - 8 * SLOT
    overnight = end <= start and end != time()

    for number in range((length + 3) * 96):
        local = (slot + number * SLOT).astimezone(MARKET_ZONE)
        day, shown = local.date(), local.time()
        before = date.fromordinal(day.toordinal() - 1)
        today = first <= day <= last and day.weekday() in weekdays
        yesterday = first <= before <= last and before.weekday() in weekdays
        late = start <= shown and (overnight or end == time() or shown < end)
        expected = (today and late) or (overnight and yesterday and shown < end)
        assert (slot + number * SLOT in taken) == expected
    assert all(earlier[1] < later[0] for earlier, later in pairwise(found))
