"""Limits against a plain model of them, on made-up batches, deletes and reads [L1] to [L7]."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.api.pagination import Page
from config.errors import InvalidError
from markets.limit_items import LimitItem, are_overlapping
from markets.models import Limit
from markets.operations.limits import clear_limits, put_limits
from markets.queries.limits import list_limits
from markets.vocabulary import LimitSource
from tests.factories.limits import VALUES, stored_rows

pytestmark = pytest.mark.django_db

FIRST_DAY = date(2026, 5, 1)
HERE, THERE = "DE_50HZ_WU_1", "DE_50HZ_WV_1"
QUARTER = timedelta(minutes=15)
TIGHTEST = {"power_charge": max, "power_discharge": min, "energy_low": max, "energy_high": min}

Key = tuple[str, datetime, str]
Rows = dict[Key, dict[str, Any]]

# Few keys and few values, so that items meet, tie and cross.
amounts = st.none() | st.sampled_from([Decimal(0), Decimal(1), Decimal("1.5"), Decimal(3)])
ranges = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted)
windows = st.tuples(st.integers(0, 4), st.integers(0, 3)).map(lambda given: (given[0], given[0] + 1 + given[1]))
values = st.fixed_dictionaries(
    {
        "power_charge": amounts.map(lambda amount: amount and -amount),
        "power_discharge": amounts,
        "energy_low": amounts,
        "energy_high": amounts,
        "trading_locked": st.none() | st.booleans(),
    }
).filter(lambda given: any(value is not None for value in given.values()))


def time_of(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


@st.composite
def items(draw: st.DrawFn) -> LimitItem:
    (first, last), (start, end) = draw(ranges), draw(windows)
    return LimitItem.model_validate(
        {
            "asset_id": draw(st.sampled_from([HERE, THERE])),
            "source": draw(st.sampled_from(LimitSource.values)),
            "start_time": time_of(start),
            "end_time": time_of(end),
            "valid_from": FIRST_DAY + timedelta(days=first),
            "valid_until": FIRST_DAY + timedelta(days=last),
            **draw(values),
        }
    )


def slots_of(item: LimitItem) -> Iterator[Key]:
    """What the server expands an item to, by counting days and quarters one by one."""
    day = item.valid_from
    while day <= item.valid_until:
        for quarter in range(item.start_time, item.end_time):
            start = datetime(day.year, day.month, day.day, tzinfo=UTC) + quarter * QUARTER
            yield item.asset_id, start, item.source.value
        day += timedelta(days=1)


def merged(rows: Rows, batch: list[LimitItem]) -> Rows:
    """The rows after a batch, item by item, value by value."""
    after = {key: dict(row) for key, row in rows.items()}
    for item in batch:
        given_values = {name: getattr(item, name) for name in VALUES if getattr(item, name) is not None}
        for key in slots_of(item):
            after.setdefault(key, dict.fromkeys(VALUES)).update(given_values)
    return after


def is_crossed(row: dict[str, Any]) -> bool:
    return None not in (row["energy_low"], row["energy_high"]) and row["energy_low"] > row["energy_high"]


def computed(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the sources of a slot come to, and who sets it."""
    found: dict[str, Any] = {"binding": {}}
    for name, tightest in TIGHTEST.items():
        said = {source: row[name] for source, row in rows.items() if row[name] is not None}
        found[name] = tightest(said.values()) if said else None
        found["binding"][name] = ",".join(source for source in said if said[source] == found[name]) or None
    locking = [source for source, row in rows.items() if row["trading_locked"]]
    found["trading_locked"] = bool(locking)
    found["binding"]["trading_locked"] = ",".join(locking) or None
    return found


def answered(rows: Rows) -> list[dict[str, Any]]:
    """The slots that a GET answers for these rows, without what is the same for all."""
    groups: dict[tuple[str, datetime], dict[str, dict[str, Any]]] = {}
    for asset_id, start, source in sorted(rows, key=lambda key: (key[:2], LimitSource.values.index(key[2]))):
        groups.setdefault((asset_id, start), {})[source] = rows[asset_id, start, source]
    return [
        {
            "asset_id": asset_id,
            "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "sources": [{"source": source, **row} for source, row in sources.items()],
            "computed": computed(sources),
        }
        for (asset_id, start), sources in groups.items()
    ]


def listed() -> list[dict[str, Any]]:
    """The slots that are stored, as a GET answers them, with numbers where it writes strings."""
    start = datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC)
    page = list_limits(
        asset_ids=[THERE, HERE],
        start=start,
        end=start + timedelta(days=9),
        sources=None,
        page=Page(limit=1000, offset=0, after=None),
    )
    slots: list[dict[str, Any]] = json.loads(page.groups)
    for slot in slots:
        del slot["end_time"], slot["delivery_day"]
        for said in (*slot["sources"], slot["computed"]):
            said.pop("updated_at", None)
            said |= {name: Decimal(said[name]) for name in TIGHTEST if said[name] is not None}
    return slots


@pytest.fixture
def _batteries(battery: str, neighbour: str) -> None:
    assert (battery, neighbour) == (HERE, THERE)


@pytest.mark.usefixtures("_batteries")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(items(), min_size=1, max_size=5), min_size=1, max_size=4))
def test_batches_come_to_what_their_items_come_to_one_by_one(batches: list[list[LimitItem]]) -> None:
    """[L2] [L3] [L4] [L5] [L7] Or they are refused whole, where a row would end up crossed; counts are of rows."""
    Limit.objects.all().delete()
    rows: Rows = {}
    for batch in batches:
        after = merged(rows, batch)
        hit = {key for item in batch for key in slots_of(item)}
        if any(is_crossed(after[key]) for key in hit):
            with pytest.raises(InvalidError):
                put_limits(items=batch, now=timezone.now())
            continue
        stored = put_limits(items=batch, now=timezone.now())
        new, same = hit - rows.keys(), {key for key in hit & rows.keys() if rows[key] == after[key]}
        assert (stored.inserted, stored.unchanged) == (len(new), len(same))
        assert stored.updated == len(hit) - len(new) - len(same)
        rows = after
    assert listed() == answered(rows)


@pytest.mark.usefixtures("_batteries")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(items(), min_size=1, max_size=6), ranges, st.sampled_from(LimitSource.values))
def test_clearing_leaves_what_a_model_says(batch: list[LimitItem], days: list[int], source: str) -> None:
    """[L6]"""
    Limit.objects.all().delete()
    rows = merged({}, batch)
    if any(is_crossed(row) for row in rows.values()):
        return
    put_limits(items=batch, now=timezone.now())
    start, end = (datetime.combine(FIRST_DAY, datetime.min.time(), tzinfo=UTC) + timedelta(days=day) for day in days)
    cleared = clear_limits(asset_id=HERE, source=LimitSource(source), start=start, end=end, now=timezone.now())
    kept, updated = {}, 0
    for key, row in rows.items():
        if key[0] == HERE and key[2] == source and start <= key[1] < end:
            if row["trading_locked"]:
                kept[key] = {**dict.fromkeys(VALUES), "trading_locked": True}
                updated += kept[key] != row
        else:
            kept[key] = row
    assert (cleared.updated, cleared.deleted) == (updated, len(rows) - len(kept))
    assert {row[:3]: dict(zip(VALUES, row[3:], strict=True)) for row in stored_rows()} == kept


@given(st.lists(items(), max_size=8))
def test_items_overlap_when_two_of_them_name_the_same_slot(batch: list[LimitItem]) -> None:
    """[L3]"""
    keys = [key for item in batch for key in slots_of(item)]
    assert are_overlapping(batch) == (len(keys) != len(set(keys)))
    assert sum(item.rows for item in batch) == len(keys)
