"""PATCH /limits: expanding, merging, counting [L1] to [L3] [C10] [C11]."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assets.revisions import revisions_of
from markets.models import Limit
from markets.vocabulary import LimitSource
from tests.factories.clients import ApiClient
from tests.factories.limits import (
    NOW,
    limit_item,
    make_limits,
    patch,
    slot_item,
    slots_of,
    stored_rows,
    values_of,
    window,
)

pytestmark = pytest.mark.django_db

SIX = datetime(2026, 5, 1, 6, tzinfo=UTC)


def starts() -> list[datetime]:
    return [start for _, start, *_ in stored_rows()]


def test_an_item_is_expanded_into_a_row_per_slot_and_day(api: ApiClient, battery: str) -> None:
    """[L2] Both days of the range are part of it, the end of the window is not."""
    answer = api.call("PATCH", "/limits", {"limits": [limit_item(battery, valid_until="2026-05-02")]})
    assert (answer.status_code, answer.content) == (204, b"")
    quarter, day = timedelta(minutes=15), timedelta(days=1)
    assert starts() == [SIX, SIX + quarter, SIX + day, SIX + day + quarter]
    assert {limit.end_time - limit.start_time for limit in Limit.objects.all()} == {quarter}
    assert values_of(stored_rows()) == {(Decimal(-5), None, None, None, None)}


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        ("00:00", "00:15", 1),
        ("06:00:00", "07:00:00", 4),
        ("06:00Z", "07:00:00Z", 4),
        ("23:45", "00:00", 1),
        ("23:45", "24:00", 1),
        ("00:00", "24:00:00Z", 96),
        ("00:00", "00:00", 96),
    ],
)
def test_times_of_day_are_written_in_several_ways(
    api: ApiClient, battery: str, start: str, end: str, rows: int
) -> None:
    """[L1] 00:00 and 24:00 at the end of a window are the end of the day."""
    counts = patch(api, limit_item(battery, start_time=start, end_time=end))
    assert counts == {"inserted": rows, "updated": 0, "unchanged": 0}


def test_days_and_times_are_in_utc_on_days_when_clocks_change(api: ApiClient, battery: str) -> None:
    """[L2] A UTC day has 96 slots on every date; what differs is the delivery day they belong to."""
    every_slot = {"start_time": "00:00", "end_time": "24:00"}
    patch(api, limit_item(battery, **every_slot, valid_from="2026-03-28", valid_until="2026-03-29"))
    assert starts()[0] == datetime(2026, 3, 28, tzinfo=UTC)
    assert len(starts()) == len(set(starts())) == 192
    of_day = Limit.objects.filter(delivery_day="2026-03-29").order_by("start_time")
    assert of_day.count() == 92
    assert of_day[0].start_time == datetime(2026, 3, 28, 23, tzinfo=UTC)


def test_a_year_of_three_sources_is_patched_in_one_request(api: ApiClient, battery: str) -> None:
    """[L2] Issue 2: limits of three sources for a year of one window."""
    year = {"start_time": "06:00", "end_time": "10:00", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
    sources = ("REPORTED", "OPERATIONS", "CUSTOMER")
    counts = patch(api, *(limit_item(battery, source=source, **year) for source in sources))
    assert counts == {"inserted": 3 * 365 * 16, "updated": 0, "unchanged": 0}


def test_null_and_absent_values_keep_what_is_stored(api: ApiClient, battery: str) -> None:
    """[L3]"""
    patch(api, slot_item(battery, power_charge=-5, power_discharge=6, energy_low=1, energy_high=9, trading_locked=True))
    counts = patch(api, slot_item(battery, power_discharge=7, energy_low=None))
    assert counts == {"inserted": 0, "updated": 1, "unchanged": 0}
    assert values_of(stored_rows()) == {(Decimal(-5), Decimal(7), Decimal(1), Decimal(9), True)}


@pytest.mark.parametrize(
    ("field", "value"),
    [("power_charge", -4), ("power_discharge", 7), ("energy_low", 2), ("energy_high", 8), ("trading_locked", False)],
)
def test_a_value_that_comes_alone_leaves_all_others(api: ApiClient, battery: str, field: str, value: float) -> None:
    """[L3]"""
    stored: dict[str, Any] = {
        "power_charge": -5,
        "power_discharge": 6,
        "energy_low": 1,
        "energy_high": 9,
        "trading_locked": True,
    }
    patch(api, slot_item(battery, **stored))
    patch(api, slot_item(battery) | dict.fromkeys(stored) | {field: value})
    assert values_of(stored_rows()) == {tuple((stored | {field: value}).values())}
    again = patch(api, slot_item(battery) | dict.fromkeys(stored) | {field: value})
    assert again == {"inserted": 0, "updated": 0, "unchanged": 1}


def test_an_explicit_false_clears_a_lock(api: ApiClient, battery: str) -> None:
    """[L3]"""
    patch(api, slot_item(battery, trading_locked=True))
    assert patch(api, slot_item(battery, trading_locked=False))["updated"] == 1
    assert values_of(stored_rows()) == {(None, None, None, None, False)}


def test_a_row_that_holds_only_an_open_lock_is_stored(api: ApiClient, battery: str) -> None:
    """[L3]"""
    assert patch(api, slot_item(battery, trading_locked=False))["inserted"] == 1
    assert values_of(stored_rows()) == {(None, None, None, None, False)}


def test_zero_is_a_value_and_no_null(api: ApiClient, battery: str) -> None:
    """[L3]"""
    patch(api, slot_item(battery, power_charge=-5, energy_low=3))
    patch(api, slot_item(battery, power_charge="-0", energy_low=0))
    assert values_of(stored_rows()) == {(Decimal(0), None, Decimal(0), None, None)}


def test_sources_have_rows_of_their_own(api: ApiClient, battery: str) -> None:
    """[L3] The natural key is asset, start and source."""
    counts = patch(api, *(slot_item(battery, source=source) for source in LimitSource.values))
    assert counts["inserted"] == 5
    assert patch(api, slot_item(battery, source="PV", power_charge=-1))["updated"] == 1
    changed = [source for _, _, source, charge, *_ in stored_rows() if charge == -1]
    assert changed == ["PV"]


def test_items_that_hit_the_same_slot_and_source_apply_in_order(api: ApiClient, battery: str) -> None:
    """[L3] [B2] Column by column the last value counts, an explicit false too, and null is none."""
    counts = patch(
        api,
        slot_item(battery, power_charge=-5, energy_high=9, trading_locked=True),
        slot_item(battery, power_charge=-3, power_discharge=4),
        slot_item(battery, power_charge=None, trading_locked=False),
    )
    assert counts == {"inserted": 1, "updated": 0, "unchanged": 0}
    assert values_of(stored_rows()) == {(Decimal(-3), Decimal(4), None, Decimal(9), False)}


def test_items_that_overlap_in_part_are_folded_where_they_do(api: ApiClient, battery: str, neighbour: str) -> None:
    """[L3] Crossing days and times of day; other assets and sources have nothing to do with it."""
    all_day = {"start_time": "00:00", "end_time": "24:00", "valid_until": "2026-05-03"}
    counts = patch(
        api,
        limit_item(battery, **all_day, power_charge=-9),
        limit_item(battery, valid_from="2026-05-02", valid_until="2026-05-09", power_charge=-1),
        limit_item(neighbour, valid_from="2026-05-02", power_charge=-2, valid_until="2026-05-02"),
        limit_item(battery, source="PV", valid_from="2026-05-02", power_charge=-3, valid_until="2026-05-02"),
    )
    assert counts == {"inserted": 3 * 96 + 6 * 2 + 2 + 2, "updated": 0, "unchanged": 0}
    customers = Limit.objects.filter(asset_id=battery, source="CUSTOMER")
    assert customers.filter(power_charge=-1).count() == 8 * 2
    assert customers.filter(power_charge=-9).count() == 3 * 96 - 2 * 2


def test_unchanged_rows_count_once_however_often_they_are_hit(api: ApiClient, battery: str) -> None:
    """[C11] Counts are of stored rows."""
    patch(api, slot_item(battery), slot_item(battery, hour=7))
    counts = patch(api, slot_item(battery), slot_item(battery), slot_item(battery, hour=7, power_charge=-1))
    assert counts == {"inserted": 0, "updated": 1, "unchanged": 1}


def test_what_changes_nothing_keeps_updated_at_and_the_revision(api: ApiClient, battery: str) -> None:
    """[C10] The same value in another spelling is the same value; created_at never changes."""
    make_limits(slot_item(battery, power_charge="-5.0", trading_locked=True), slot_item(battery, hour=7))
    before = revisions_of(owner_ids=[battery], kind="limits")
    counts = patch(api, slot_item(battery, power_charge=-5), slot_item(battery, hour=7, power_charge=-4))
    assert counts == {"inserted": 0, "updated": 1, "unchanged": 1}
    same, changed = Limit.objects.order_by("start_time")
    assert (same.created_at, same.updated_at) == (NOW, NOW)
    assert changed.created_at == NOW < changed.updated_at
    assert revisions_of(owner_ids=[battery], kind="limits") == [(battery, before[0][1] + 1)]
    assert patch(api, slot_item(battery))["unchanged"] == 1
    assert revisions_of(owner_ids=[battery], kind="limits") == [(battery, before[0][1] + 1)]


def test_only_assets_whose_rows_changed_get_a_new_revision(api: ApiClient, battery: str, neighbour: str) -> None:
    """[C13]"""
    make_limits(slot_item(battery), slot_item(neighbour))
    patch(api, slot_item(battery), slot_item(neighbour, power_charge=-1))
    assert revisions_of(owner_ids=[battery, neighbour], kind="limits") == [(battery, 1), (neighbour, 2)]


@pytest.mark.parametrize("days", [1, 30])
def test_a_batch_takes_the_same_statements_whatever_it_holds(
    api: ApiClient, battery: str, days: int, django_assert_num_queries: Any
) -> None:
    """The key, a transaction's beginning and end, and in it: assets are locked, rows written, revisions raised."""
    body = {"limits": [limit_item(battery, valid_until=f"2026-05-{day:02}") for day in range(1, days + 1)]}
    with django_assert_num_queries(6):
        api.call("PATCH", "/limits", body)


def test_the_last_day_there_can_be_is_stored(api: ApiClient, battery: str) -> None:
    """[L1] Its slots end, and have a delivery day, within what a date can be."""
    last = {"start_time": "23:45", "end_time": "24:00", "valid_from": "9999-12-30", "valid_until": "9999-12-30"}
    first = {"start_time": "00:00", "end_time": "00:15", "valid_from": "0001-01-01", "valid_until": "0001-01-01"}
    assert patch(api, limit_item(battery, **last), limit_item(battery, **first))["inserted"] == 2
    slots = slots_of(api, battery, **window("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"))
    ends = [slot["end_time"] for slot in slots]
    assert ends == ["0001-01-01T00:15:00Z", "9999-12-31T00:00:00Z"]
