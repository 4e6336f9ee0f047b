"""The examples in the API's document: a battery whose operator and customer limit it in the morning."""

from typing import Any

LIMITS_SENT: dict[str, Any] = {
    "limits": [
        {
            "asset_id": "DE_50HZ_WU_1",
            "source": "OPERATIONS",
            "start_time": "06:00",
            "end_time": "10:00",
            "valid_from": "2026-05-01",
            "valid_until": "2026-05-31",
            "power_charge": -90,
            "power_discharge": "80.5",
            "energy_low": 20,
        },
        {
            "asset_id": "DE_50HZ_WU_1",
            "source": "CUSTOMER",
            "start_time": "06:00",
            "end_time": "08:00",
            "valid_from": "2026-05-01",
            "valid_until": "2026-05-31",
            "power_charge": -40,
            "trading_locked": True,
        },
    ]
}
STORED = {"inserted": 744, "updated": 0, "unchanged": 0}
CLEARED = {"updated": 8, "deleted": 16}
_UPDATED_AT = "2026-04-30T12:00:00.000000Z"
SLOT: dict[str, Any] = {
    "asset_id": "DE_50HZ_WU_1",
    "start_time": "2026-05-01T06:00:00Z",
    "end_time": "2026-05-01T06:15:00Z",
    "delivery_day": "2026-05-01",
    "sources": [
        {
            "source": "OPERATIONS",
            "power_charge": "-90",
            "power_discharge": "80.5",
            "energy_low": "20",
            "energy_high": None,
            "trading_locked": None,
            "updated_at": _UPDATED_AT,
        },
        {
            "source": "CUSTOMER",
            "power_charge": "-40",
            "power_discharge": None,
            "energy_low": None,
            "energy_high": None,
            "trading_locked": True,
            "updated_at": _UPDATED_AT,
        },
    ],
    "computed": {
        "power_charge": "-40",
        "power_discharge": "80.5",
        "energy_low": "20",
        "energy_high": None,
        "trading_locked": True,
        "binding": {
            "power_charge": "CUSTOMER",
            "power_discharge": "OPERATIONS",
            "energy_low": "OPERATIONS",
            "energy_high": None,
            "trading_locked": "CUSTOMER",
        },
    },
}
LIMITS: dict[str, Any] = {"limit": 50, "offset": 0, "limits": [SLOT]}
