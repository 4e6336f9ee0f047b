"""State snapshots as a dictionary of rows [SS1] [SS2]."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from config.api.values import plain
from tests.factories.state_snapshots import at, mwh
from tests.model.rows import Key, Table, Values

ENERGIES = ("energy", "charged_energy", "discharged_energy")
LAST_HOUR = 5

amounts = st.sampled_from(["0", "1", "0.50", "2.000001"])
hours = st.integers(0, LAST_HOUR)


@st.composite
def items(draw: st.DrawFn, assets: Sequence[str]) -> dict[str, Any]:
    """An item as it is sent: an amount is left out or in MWh or kWh."""
    item = {"asset_id": draw(st.sampled_from(assets)), "effective_at": at(draw(hours)), "energy": mwh(draw(amounts))}
    for name in ENERGIES[1:]:
        if (amount := draw(st.none() | amounts)) is not None:
            item[name] = mwh(amount) if draw(st.booleans()) else {"value": str(Decimal(amount) * 1000), "unit": "kWh"}
    return item


def key_of(item: dict[str, Any]) -> Key:
    """The natural key."""
    return item["asset_id"], item["effective_at"]


def row_of(item: dict[str, Any]) -> Values:
    """The values that an item overwrites a row with, in MWh."""
    scale = {"MWh": Decimal(1), "kWh": Decimal("0.001")}
    return {
        name: Decimal(item[name]["value"]) * scale[item[name]["unit"]] if name in item else None for name in ENERGIES
    }


def answered(table: Table, key: Key) -> dict[str, Any]:
    """A row as it is answered, without its stamps."""
    values = table.rows[key].values
    amounts = {name: None if values[name] is None else mwh(plain(values[name])) for name in ENERGIES}
    return {"asset_id": key[0], "effective_at": key[1].replace("Z", ".000000Z"), **amounts}


def selected(table: Table, assets: Collection[str], window: tuple[int, int] | None) -> list[Key]:
    """The keys that a list has, in its order; without a window the latest of each asset."""
    keys = sorted(key for key in table.rows if key[0] in assets)
    if window is None:
        return list({key[0]: key for key in keys}.values())
    start, end = (at(hour) for hour in window)
    return sorted((key for key in keys if start <= key[1] < end), key=lambda key: (key[1], key[0]))


def total(table: Table, keys: Sequence[Key], name: str) -> dict[str, Any]:
    """What a list says was charged or discharged in all."""
    return mwh(plain(sum((table.rows[key].values[name] or Decimal(0) for key in keys), Decimal(0))))
