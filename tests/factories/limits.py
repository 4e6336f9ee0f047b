"""Limits for tests: items of a batch, and what a GET of them has to answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from markets.limit_items import LimitItem
from markets.models import Limit
from markets.operations.limits import put_limits
from tests.factories.clients import ApiClient

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
DAY = "2026-05-01"
VALUES = ("power_charge", "power_discharge", "energy_low", "energy_high", "trading_locked")
NOTHING = dict.fromkeys(VALUES)


def limit_item(asset_id: str, /, **fields: Any) -> dict[str, Any]:
    """What the customer allows from 06:00 to 06:30 of one day: charging with up to 5 MW, unless values are given."""
    window = {"start_time": "06:00", "end_time": "06:30", "valid_from": DAY, "valid_until": DAY}
    values = {} if set(VALUES) & set(fields) else {"power_charge": "-5"}
    return {"asset_id": asset_id, "source": "CUSTOMER", **window, **values, **fields}


def slot_item(asset_id: str, /, hour: int = 6, **fields: Any) -> dict[str, Any]:
    """What the customer allows in the first slot of an hour of one day."""
    return limit_item(asset_id, start_time=f"{hour:02}:00", end_time=f"{hour:02}:15", **fields)


def make_limits(*items: dict[str, Any], now: datetime = NOW) -> None:
    """Store limits as a batch of the API would."""
    put_limits(items=[LimitItem.model_validate(item) for item in items], now=now)


def patch(api: ApiClient, *items: dict[str, Any]) -> dict[str, int]:
    """Patch a batch that has to be taken, and answer its counts."""
    counts: dict[str, int] = api.represented("PATCH", "/limits", {"limits": list(items)})
    return counts


def slots_of(api: ApiClient, *asset_ids: str, **query: Any) -> list[dict[str, Any]]:
    """The slots that a GET lists; of one day unless a window is given."""
    asked = {"limit": 1000, **({} if {"from", "delivery_day"} & set(query) else window()), **query}
    text = "&".join(f"{name}={value}" for name, value in asked.items())
    slots: list[dict[str, Any]] = api.get(f"/limits?asset_ids={','.join(asset_ids)}&{text}")["limits"]
    return slots


def window(start: str = f"{DAY}T00:00:00Z", end: str = "2026-05-02T00:00:00Z") -> dict[str, str]:
    """`from` and `to` of a day."""
    return {"from": start, "to": end}


def stored_rows() -> list[tuple[Any, ...]]:
    """All rows by their key: asset, start, source and the five values."""
    key = ("asset_id", "start_time", "source")
    return list(Limit.objects.order_by(*key).values_list(*key, *VALUES))


def values_of(rows: Sequence[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """The different values that rows hold, without their keys."""
    return {row[3:] for row in rows}
