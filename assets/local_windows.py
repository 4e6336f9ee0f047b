"""Windows as operators say them: hours of the market's local days, on some days of the week."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assets.periods import MARKET_ZONE, SLOT, delivery_day_window

MIDNIGHT = time()
DAY = timedelta(days=1)
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class LocalWindows:
    """The same hours of each delivery day from the first to the last that is one of the weekdays (Monday is 0).

    Hours that end at or before their start go on into the next day; an `end` of 00:00 is the day's end.
    """

    first_day: date
    last_day: date
    weekdays: frozenset[int]
    start: time
    end: time

    def in_utc(self) -> list[Window]:
        """Their slots as UTC windows `[start, end)`, ordered, none touching another.

        A slot belongs to them by what the clock on the wall shows at its start: of hours that a day has twice, both;
        of hours that it has not, none.
        """
        days = (self.first_day + number * DAY for number in range((self.last_day - self.first_day).days + 1))
        slots = sorted({slot for day in days if day.weekday() in self.weekdays for slot in self._slots_of(day)})
        return merged(slots)

    def _slots_of(self, day: date) -> Iterator[datetime]:
        if self.start < self.end or self.end == MIDNIGHT:
            yield from _between(day, self.start, self.end)
        else:
            yield from _between(day, self.start, MIDNIGHT)
            yield from _between(day + DAY, MIDNIGHT, self.end)


def _between(day: date, start: time, end: time) -> Iterator[datetime]:
    slot, day_end = delivery_day_window(day)
    while slot < day_end:
        shown = slot.astimezone(MARKET_ZONE).time()
        if start <= shown and (shown < end or end == MIDNIGHT):
            yield slot
        slot += SLOT


def merged(slots: Collection[datetime]) -> list[Window]:
    """Ordered slots as windows that are as long as they can be."""
    windows: list[Window] = []
    for slot in slots:
        if windows and windows[-1][1] == slot:
            windows[-1] = (windows[-1][0], slot + SLOT)
        else:
            windows.append((slot, slot + SLOT))
    return windows
