"""Periods: half-open windows in UTC on the 15-minute grid, and the market's day they belong to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models

SLOT = timedelta(minutes=15)
LONGEST_WINDOW = timedelta(hours=24)
# Berlin and Warsaw have the same rules, so one zone gives both regions their delivery day (ADR 0006).
MARKET_ZONE = ZoneInfo("Europe/Berlin")


def is_on_grid(instant: datetime) -> bool:
    """Whether an instant is a quarter of an hour."""
    return instant.minute % 15 == 0 and instant.second == 0 and instant.microsecond == 0


def delivery_day_window(day: date) -> tuple[datetime, datetime]:
    """The UTC window `[from, to)` of a delivery day: 92, 96 or 100 slots long.

    >>> delivery_day_window(date(2026, 3, 29))[0].isoformat()
    '2026-03-28T23:00:00+00:00'
    """
    start = datetime.combine(day, time(), tzinfo=MARKET_ZONE).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=MARKET_ZONE).astimezone(UTC)
    return start, end


class DeliveryDay(models.Func):
    """The market's day of an instant, as a stored generated column can compute it."""

    template = "(timezone('Europe/Berlin', %(expressions)s)::date)"
    output_field = models.DateField()


def delivery_day_of(column: str) -> models.GeneratedField:
    """A stored `delivery_day` derived from a column; nobody can write it."""
    return models.GeneratedField(expression=DeliveryDay(column), output_field=models.DateField(), db_persist=True)
