"""Forecasts and reservations as dictionaries of rows that are overwritten whole [F1] [F2] [R1] [R2]."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from config.api.values import plain
from tests.model.rows import Key, Table, Values
from tests.model.slots import SLOT, Window, day_of, holds, starts, text

amounts = st.sampled_from(["0", "1", "1.50", "2.000001"])
MARKETS, SOURCES = ["DAA", "IDC"], ["OPT", "desk:1"]
filters = st.fixed_dictionaries({}, optional={"market": st.sampled_from(MARKETS), "source": st.sampled_from(SOURCES)})


@dataclass(frozen=True)
class Kind:
    """One kind of them."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    never_negative: str

    def items(self, assets: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
        """Items as they are sent."""
        return _reservations(assets) if "market" in self.key else _forecasts(assets)

    def key_of(self, item: Mapping[str, Any]) -> Key:
        """The natural key."""
        return tuple(item[name] for name in self.key)

    def row_of(self, item: Mapping[str, Any]) -> Values:
        """The values that an item overwrites a row with."""
        amounts = {name: None if item[name] is None else Decimal(item[name]) for name in self.values}
        return {"end_time": item["end_time"], **amounts}

    def selected(self, table: Table, assets: Collection[str], window: Window, only: Mapping[str, str]) -> list[Key]:
        """The keys that a list has, in its order."""
        keys = [key for key in table.rows if key[0] in assets and holds(window, datetime.fromisoformat(key[1]))]
        return sorted(key for key in keys if all(key[self.key.index(name)] == word for name, word in only.items()))

    def answered(self, table: Table, key: Key) -> dict[str, Any]:
        """A row as it is answered, without its stamps."""
        values = table.rows[key].values
        numbers = {name: None if values[name] is None else plain(values[name]) for name in self.values}
        window = {"end_time": values["end_time"], "delivery_day": str(day_of(datetime.fromisoformat(key[1])))}
        return {**dict(zip(self.key, key, strict=True)), **window, **numbers}


FORECASTS = Kind(
    "forecasts",
    key=("asset_id", "start_time"),
    values=("generation", "consumption", "generation_p10", "generation_p90"),
    never_negative="consumption",
)
RESERVATIONS = Kind(
    "reservations",
    key=("asset_id", "start_time", "market", "source"),
    values=("power", "energy_change", "energy_buffer_low", "energy_buffer_high"),
    never_negative="energy_buffer_low",
)


@st.composite
def _window(draw: st.DrawFn) -> dict[str, str]:
    start = draw(starts)
    return {"start_time": text(start), "end_time": text(start + draw(st.integers(1, 2)) * SLOT)}


@st.composite
def _forecasts(draw: st.DrawFn, assets: Sequence[str]) -> dict[str, Any]:
    return {
        "asset_id": draw(st.sampled_from(assets)),
        **draw(_window()),
        "generation": draw(st.sampled_from(["1", "1.50"])),
        "consumption": draw(amounts),
        "generation_p10": draw(st.sampled_from([None, "0", "1.0"])),
        "generation_p90": draw(st.sampled_from([None, "1.5", "2"])),
    }


@st.composite
def _reservations(draw: st.DrawFn, assets: Sequence[str]) -> dict[str, Any]:
    return {
        "asset_id": draw(st.sampled_from(assets)),
        **draw(_window()),
        "market": draw(st.sampled_from(MARKETS)),
        "source": draw(st.sampled_from(SOURCES)),
        "power": draw(amounts.map(lambda amount: f"-{amount}")),
        "energy_change": draw(amounts),
        "energy_buffer_low": draw(amounts),
        "energy_buffer_high": draw(amounts),
    }
