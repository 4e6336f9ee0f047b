"""Limits as a dictionary of rows: what batches, clears and reads come to [L1] to [L7]."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from config.api.values import plain
from markets.vocabulary import LimitSource
from tests.model.rows import Row, Stamps, Table, Values
from tests.model.slots import DAYS, FIRST_DAY, QUARTERS, STARTS, Window, day_of, holds, text

SLOT = timedelta(minutes=15)
TIGHTEST = {"power_charge": max, "power_discharge": min, "energy_low": max, "energy_high": min}
FIELDS = (*TIGHTEST, "trading_locked")
SOURCES = ["REPORTED", "CUSTOMER", "PV"]

# Few keys and few values, so that items meet, tie and cross; numbers in several spellings.
amounts = st.none() | st.sampled_from(["0", "1", "1.50", "3.000001"])
said = st.fixed_dictionaries(
    {
        "power_charge": amounts.map(lambda amount: amount and f"-{amount}"),
        "power_discharge": amounts,
        "energy_low": amounts,
        "energy_high": amounts,
        "trading_locked": st.none() | st.booleans(),
    }
).filter(lambda given: any(value is not None for value in given.values()))


@st.composite
def items(draw: st.DrawFn, assets: Sequence[str]) -> dict[str, Any]:
    """An item as it is sent."""
    first, last = sorted(draw(st.tuples(st.integers(0, DAYS - 1), st.integers(0, DAYS - 1))))
    start = draw(st.sampled_from(QUARTERS))
    end = draw(st.integers(start + 1, QUARTERS.stop))
    return {
        "asset_id": draw(st.sampled_from(assets)),
        "source": draw(st.sampled_from(SOURCES)),
        "start_time": f"{start // 4:02}:{start % 4 * 15:02}",
        "end_time": f"{end // 4:02}:{end % 4 * 15:02}",
        "valid_from": str(FIRST_DAY + timedelta(days=first)),
        "valid_until": str(FIRST_DAY + timedelta(days=last)),
        **draw(said),
    }


def keys_of(item: dict[str, Any]) -> Iterator[tuple[str, datetime, str]]:
    """The rows that an item comes to."""
    for start in STARTS:
        in_days = item["valid_from"] <= f"{start:%Y-%m-%d}" <= item["valid_until"]
        if in_days and item["start_time"] <= f"{start:%H:%M}" < item["end_time"]:
            yield item["asset_id"], start, item["source"]


def merged(table: Table, batch: Sequence[dict[str, Any]]) -> dict[Any, Values]:
    """The rows that a batch hits, as they are after it [L3]."""
    after: dict[Any, Values] = {}
    for item in batch:
        given = {name: item[name] for name in FIELDS if item[name] is not None}
        values = {name: value if isinstance(value, bool) else Decimal(value) for name, value in given.items()}
        for key in keys_of(item):
            before = table.rows[key].values if key in table.rows else dict.fromkeys(FIELDS)
            after[key] = after.get(key, before) | values
    return after


def key_of(slot: dict[str, Any], said: dict[str, Any]) -> tuple[str, datetime, str]:
    """The row that a source of a slot in a list is."""
    return slot["asset_id"], datetime.fromisoformat(slot["start_time"]), said["source"]


def is_crossed(values: Values) -> bool:
    """[L7]"""
    low, high = values["energy_low"], values["energy_high"]
    return low is not None and high is not None and low > high


def clear(table: Table, asset: str, source: str, window: tuple[datetime, datetime], *, step: int) -> dict[str, int]:
    """Take back what a source says in a window; answers how many rows were changed and how many are gone [L6]."""
    counts = {"updated": 0, "deleted": 0}
    for key, row in list(table.rows.items()):
        if key[0] != asset or key[2] != source or not holds(window, key[1]):
            continue
        if not row.values["trading_locked"]:
            del table.rows[key]
            counts["deleted"] += 1
        elif any(row.values[name] is not None for name in TIGHTEST):
            kept = dict.fromkeys(FIELDS) | {"trading_locked": True}
            table.rows[key] = Row(kept, made=row.made, changed=step)
            counts["updated"] += 1
    return counts


def answered(
    table: Table, assets: Collection[str], window: Window, sources: Collection[str] | None, stamps: Stamps
) -> list[dict[str, Any]]:
    """The slots that a list has, with the steps' instants as far as they are known [L4] [L5]."""
    groups: dict[tuple[str, datetime], dict[str, Row]] = {}
    for (asset, start, source), row in table.rows.items():
        if asset in assets and holds(window, start):
            groups.setdefault((asset, start), {})[source] = row
    found = []
    for (asset, start), by_source in sorted(groups.items()):
        ordered = {source: by_source[source] for source in LimitSource.values if source in by_source}
        listed = [source for source in ordered if sources is None or source in sources]
        if listed:
            found.append(
                {
                    "asset_id": asset,
                    "start_time": text(start),
                    "end_time": text(start + SLOT),
                    "delivery_day": str(day_of(start)),
                    "sources": [
                        {
                            "source": source,
                            **written(ordered[source].values),
                            "updated_at": stamps.seen.get(ordered[source].changed),
                        }
                        for source in listed
                    ],
                    "computed": computed({source: row.values for source, row in ordered.items()}),
                }
            )
    return found


def computed(said: dict[str, Values]) -> dict[str, Any]:
    """What the sources of a slot come to, and who sets it [L5]."""
    tightest: Values = {}
    binding: dict[str, str | None] = {}
    for name, choose in TIGHTEST.items():
        given = {source: values[name] for source, values in said.items() if values[name] is not None}
        tightest[name] = choose(given.values()) if given else None
        binding[name] = ",".join(source for source in given if given[source] == tightest[name]) or None
    locking = [source for source, values in said.items() if values["trading_locked"]]
    binding["trading_locked"] = ",".join(locking) or None
    return {**written(tightest), "trading_locked": bool(locking), "binding": binding}


def written(values: Values) -> dict[str, Any]:
    """Values as they are answered."""
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in values.items()}
