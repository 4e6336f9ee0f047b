"""The grid and the market's day (contract, section 0)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.periods import SLOT, delivery_day_window, is_on_grid
from assets.vocabulary import AREAS_OF_REGION, EIC_OF_AREA, DeliveryArea, Region

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "start", "slots"),
    [
        (date(2026, 5, 1), "2026-04-30T22:00:00+00:00", 96),
        (date(2026, 1, 15), "2026-01-14T23:00:00+00:00", 96),
        (date(2026, 3, 29), "2026-03-28T23:00:00+00:00", 92),
        (date(2026, 10, 25), "2026-10-24T22:00:00+00:00", 100),
    ],
)
def test_a_delivery_day_has_92_96_or_100_slots(day: date, start: str, slots: int) -> None:
    begins, ends = delivery_day_window(day)
    assert begins.isoformat() == start
    assert (ends - begins) / SLOT == slots


@given(DAYS)
def test_delivery_days_follow_each_other_without_gap_in_either_market(day: date) -> None:
    begins, ends = delivery_day_window(day)
    assert ends == delivery_day_window(day + timedelta(days=1))[0]
    for zone in ("Europe/Berlin", "Europe/Warsaw"):
        assert begins.astimezone(ZoneInfo(zone)) == datetime.combine(day, datetime.min.time(), ZoneInfo(zone))


@given(st.datetimes(timezones=st.just(UTC)))
def test_the_grid_is_every_quarter_of_an_hour(instant: datetime) -> None:
    since_midnight = instant - instant.replace(hour=0, minute=0, second=0, microsecond=0)
    assert is_on_grid(instant) == (since_midnight % SLOT == timedelta(0))
    assert is_on_grid(instant - since_midnight % SLOT)


def test_every_area_lies_in_one_region_and_has_its_code() -> None:
    assert [area for region in Region for area in AREAS_OF_REGION[region]] == list(DeliveryArea)
    assert EIC_OF_AREA == {
        "50HZ": "10YDE-VE-------2",
        "AMPN": "10YDE-RWENET---I",
        "TNNT": "10YDE-EON------1",
        "TNBW": "10YDE-ENBW-----N",
        "PSE": "10YPL-AREA-----S",
    }
