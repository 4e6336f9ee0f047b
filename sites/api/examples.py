"""What the documentation of sites, inverters and telemetry shows [C16]."""

from typing import Any

SITE_SENT: dict[str, Any] = {
    "name": "Immenstadt",
    "code": "IMMST",
    "region": "DE",
    "delivery_area": "AMPN",
    "dispatch_mode": {
        "name": "PRICE_BASED",
        "floor_price": {"value": "-20", "unit": "EUR/MWh"},
        "strike_price": {"value": "0.085", "unit": "EUR/kWh"},
    },
}
INVERTER_SENT: dict[str, Any] = {
    "rated_power": {"value": "160", "unit": "kW"},
    "charge_efficiency": "0.97",
    "discharge_efficiency": "0.97",
    "asset_ids": ["DE_AMPN_IMMST_1"],
    "serial_number": "SN-2041-7",
    "commissioned_on": "2024-03-18",
    "service_interval_days": 365,
    "rated_dc_power": {"value": "0.176", "unit": "MW"},
}
INVERTER: dict[str, Any] = {
    "id": "DE_AMPN_IMMST_SITE_1_INV_1",
    "site_id": "DE_AMPN_IMMST_SITE_1",
    "rated_power": {"value": "0.16", "unit": "MW"},
    "charge_efficiency": "0.97",
    "discharge_efficiency": "0.97",
    "asset_ids": ["DE_AMPN_IMMST_1"],
    "serial_number": "SN-2041-7",
    "manufacturer": None,
    "model": None,
    "commissioned_on": "2024-03-18",
    "service_interval_days": 365,
    "last_service_on": None,
    "rated_dc_power": {"value": "0.176", "unit": "MW"},
    "created_at": "2026-05-01T08:10:00.000000Z",
    "updated_at": "2026-05-01T08:10:00.000000Z",
}
SITE: dict[str, Any] = {
    "id": "DE_AMPN_IMMST_SITE_1",
    "name": "Immenstadt",
    "code": "IMMST",
    "region": "DE",
    "delivery_area": "AMPN",
    "dispatch_mode": {
        "name": "PRICE_BASED",
        "floor_price": {"value": "-20", "unit": "EUR/MWh"},
        "strike_price": {"value": "85", "unit": "EUR/MWh"},
    },
    "created_at": "2026-05-01T08:00:00.000000Z",
    "updated_at": "2026-05-01T08:00:00.000000Z",
    "inverters": [INVERTER],
}
NEW_SITE = {**SITE, "inverters": []}
SITE_PATCH = {"name": "Immenstadt, north", "dispatch_mode_floor_price": None}
INVERTER_PATCH = {"last_service_on": "2026-04-02", "asset_ids": ["DE_AMPN_IMMST_1", "DE_AMPN_IMMST_2"]}
INVERTER_READING_SENT: dict[str, Any] = {
    "inverter_id": "DE_AMPN_IMMST_SITE_1_INV_1",
    "time": "2026-05-01T10:15:00Z",
    "ac_power_kw": "118.4",
    "energy_kwh": "29.6",
    "state": "NORMAL",
    "temperature_c": "41.5",
}
SITE_READING_SENT: dict[str, Any] = {
    "site_id": "DE_AMPN_IMMST_SITE_1",
    "time": "2026-05-01T10:15:00Z",
    "poa_irradiance_wm2": "812.5",
    "ambient_temperature_c": "17.2",
    "consumption_kw": "36",
}
_STORED = {
    "time": "2026-05-01T10:15:00.000000Z",
    "created_at": "2026-05-01T10:16:02.301877Z",
    "updated_at": "2026-05-01T10:16:02.301877Z",
}
INVERTER_READING = {**INVERTER_READING_SENT, "error_code": None, **_STORED}
SITE_READING = {**SITE_READING_SENT, **_STORED}
STORED = {"inserted": 1, "updated": 0, "unchanged": 0}
