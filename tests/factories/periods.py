"""Forecasts, reservations and prices for tests, as clients send them."""

from datetime import UTC, datetime, timedelta
from typing import Any

SIX = datetime(2026, 5, 1, 6, tzinfo=UTC)
SLOT = timedelta(minutes=15)


def at(instant: datetime) -> str:
    """The instant as clients write it."""
    return instant.isoformat().replace("+00:00", "Z")


def window_of(slot: int = 0, *, since: datetime = SIX) -> dict[str, str]:
    """One quarter of an hour, so many after the first."""
    start = since + slot * SLOT
    return {"start_time": at(start), "end_time": at(start + SLOT)}


def forecast(asset_id: str, slot: int = 0, **values: Any) -> dict[str, Any]:
    """A plant's generation of 1.8 MW."""
    return {"asset_id": asset_id, **window_of(slot), "generation": "1.8", "consumption": 0} | values


def reservation(asset_id: str, slot: int = 0, **values: Any) -> dict[str, Any]:
    """A battery that is sold to charge on the day-ahead auction."""
    return {
        "asset_id": asset_id,
        **window_of(slot),
        "market": "DAA",
        "source": "OPT",
        "power": "-2.5",
        "energy_change": "0.625",
        "energy_buffer_low": 0,
        "energy_buffer_high": "0.1",
    } | values


def price(area: str = "50HZ", slot: int = 0, **values: Any) -> dict[str, Any]:
    """A negative price of the day-ahead auction."""
    quantity = {"value": "-4.99", "unit": "EUR/MWh"}
    return {"delivery_area": area, "market": "DAA", **window_of(slot), "price": quantity} | values
