"""Days as they pass at a site."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The local day of an instant."""
    return instant.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which a local day starts; where midnight is skipped, the instant of the skip.

    >>> start_of(date(2026, 1, 6), ZoneInfo("Africa/Johannesburg")).isoformat()
    '2026-01-05T22:00:00+00:00'
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def complete_days(*, most: int, first: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The last complete local days, half-open, at most this many and none before the day of the first data."""
    today = day_of(now, zone)
    start = today - timedelta(days=most)
    if first is not None:
        start = min(max(start, day_of(first, zone)), today)
    return start, today
