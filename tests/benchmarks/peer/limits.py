"""How the peer expands limits, and what it computes of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, get_args

from sqlalchemy import Select, select

from tests.benchmarks.peer.bodies import Binding, Computed, LimitGroup, LimitIn, Source, SourceOut
from tests.benchmarks.peer.tables import Limit

SLOT = timedelta(minutes=15)
ORDER = {source: place for place, source in enumerate(get_args(Source))}


def limit_rows(items: Iterable[LimitIn]) -> list[dict[str, Any]]:
    """A row for each slot of each day."""
    rows = []
    for item in items:
        values = item.model_dump(exclude={"start_time", "end_time", "valid_from", "valid_until"})
        day = item.valid_from
        while day <= item.valid_until:
            start = datetime.combine(day, item.start_time, UTC)
            end = datetime.combine(day, item.end_time, UTC)
            if end <= start:
                end += timedelta(days=1)
            while start < end:
                rows.append({**values, "start_time": start, "end_time": start + SLOT})
                start += SLOT
            day += timedelta(days=1)
    return rows


def page_of_limits(
    asset_ids: Sequence[str], *, start: datetime, to: datetime, limit: int, offset: int
) -> Select[Limit]:
    """The rows of a page of slots."""
    slots = (
        select(Limit.asset_id, Limit.start_time)
        .where(Limit.asset_id.in_(asset_ids), Limit.start_time >= start, Limit.start_time < to)
        .distinct()
        .order_by(Limit.asset_id, Limit.start_time)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    return (
        select(Limit)
        .join(slots, (Limit.asset_id == slots.c.asset_id) & (Limit.start_time == slots.c.start_time))
        .order_by(Limit.asset_id, Limit.start_time)
    )


def groups_of(rows: Iterable[Limit]) -> list[LimitGroup]:
    """Rows by slot, with what they come to."""
    found = []
    for (asset_id, start_time), members in groupby(rows, key=lambda row: (row.asset_id, row.start_time)):
        slot = sorted(members, key=lambda row: ORDER[row.source])
        found.append(
            LimitGroup(
                asset_id=asset_id,
                start_time=start_time,
                end_time=slot[0].end_time,
                delivery_day=slot[0].delivery_day,
                sources=[SourceOut.model_validate(row) for row in slot],
                computed=_computed(slot),
            )
        )
    return found


def _computed(slot: Sequence[Limit]) -> Computed:
    charge, charging = _bound(slot, "power_charge", max)
    discharge, discharging = _bound(slot, "power_discharge", min)
    low, lowest = _bound(slot, "energy_low", max)
    high, highest = _bound(slot, "energy_high", min)
    locking = [row.source for row in slot if row.trading_locked]
    return Computed(
        power_charge=charge,
        power_discharge=discharge,
        energy_low=low,
        energy_high=high,
        trading_locked=bool(locking),
        binding=Binding(
            power_charge=charging,
            power_discharge=discharging,
            energy_low=lowest,
            energy_high=highest,
            trading_locked=",".join(locking) or None,
        ),
    )


def _bound(
    slot: Sequence[Limit], name: str, most: Callable[[Iterable[Decimal]], Decimal]
) -> tuple[Decimal | None, str | None]:
    values = {row.source: getattr(row, name) for row in slot if getattr(row, name) is not None}
    if not values:
        return None, None
    bound = most(values.values())
    return bound, ",".join(source for source, value in values.items() if value == bound)
