"""The demo's limits: what the live batteries may do in the coming days, as their sources say it [L1]."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from config.desk.demo.batteries import BATTERIES, Battery
from markets.limit_items import LimitItem
from markets.vocabulary import LimitSource

COMING_DAYS = 7
IN_MAINTENANCE = "WILSTER"


def limit_items(asset_ids: Mapping[str, str], *, today: date) -> list[LimitItem]:
    """The items of one batch for the batteries, whose ids are given by code, from today on."""
    return [
        LimitItem.model_validate({"asset_id": asset_ids[battery.asset_code], **item})
        for battery in BATTERIES
        for item in _items_of(battery, today=today)
    ]


def _items_of(battery: Battery, *, today: date) -> Iterator[dict[str, Any]]:
    """The device allows all it can, operations keeps a reserve, the customer keeps the evening for itself."""
    every_day = {"valid_from": today, "valid_until": today + timedelta(days=COMING_DAYS - 1)}
    tomorrow = {"valid_from": today + timedelta(days=1), "valid_until": today + timedelta(days=1)}
    yield {
        "source": LimitSource.REPORTED,
        "start_time": "00:00",
        "end_time": "24:00",
        **every_day,
        "power_charge": -battery.power,
        "power_discharge": battery.power,
        "energy_low": Decimal(0),
        "energy_high": battery.capacity,
    }
    yield {
        "source": LimitSource.OPERATIONS,
        "start_time": "00:00",
        "end_time": "24:00",
        **every_day,
        "energy_low": battery.capacity / 10,
        "energy_high": battery.capacity * 9 / 10,
    }
    yield {
        "source": LimitSource.CUSTOMER,
        "start_time": "16:00",
        "end_time": "19:00",
        **every_day,
        "power_charge": Decimal(0),
        "power_discharge": battery.power / 2,
    }
    if battery.asset_code == IN_MAINTENANCE:
        yield {
            "source": LimitSource.AVAILABILITY,
            "start_time": "08:00",
            "end_time": "12:00",
            **tomorrow,
            "power_charge": Decimal(0),
            "power_discharge": Decimal(0),
            "trading_locked": True,
        }
