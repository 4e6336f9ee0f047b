"""The examples in the API's document: a plant's morning, a battery's position, and what it pays."""

from typing import Any

STORED = {"inserted": 1, "updated": 0, "unchanged": 0}
_SENT_WINDOW = {"start_time": "2026-05-01T06:00:00Z", "end_time": "2026-05-01T06:15:00Z"}
_WINDOW = {**_SENT_WINDOW, "delivery_day": "2026-05-01"}
_STAMPS = {"created_at": "2026-04-30T12:00:00.000000Z", "updated_at": "2026-04-30T12:00:00.000000Z"}
_PAGE: dict[str, Any] = {"limit": 50, "offset": 0}

_FORECAST = {
    "asset_id": "DE_50HZ_WU_1",
    "generation": "1.8",
    "consumption": "0",
    "generation_p10": "1.2",
    "generation_p90": "2.3",
}
FORECASTS_SENT = {"forecasts": [{**_FORECAST, **_SENT_WINDOW}]}
FORECASTS_LISTED = {**_PAGE, "forecasts": [{**_FORECAST, **_WINDOW, **_STAMPS}]}

_RESERVATION = {
    "asset_id": "DE_50HZ_WU_1",
    "market": "DAA",
    "source": "OPTIMISATION",
    "power": "-2.5",
    "energy_change": "0.625",
    "energy_buffer_low": "0",
    "energy_buffer_high": "0.1",
}
RESERVATIONS_SENT = {"reservations": [{**_RESERVATION, **_SENT_WINDOW}]}
RESERVATIONS_LISTED = {**_PAGE, "reservations": [{**_RESERVATION, **_WINDOW, **_STAMPS}]}

_PRICE = {"delivery_area": "50HZ", "market": "DAA", "price": {"value": "-4.99", "unit": "EUR/MWh"}}
PRICES_SENT = {"prices": [{**_PRICE, **_SENT_WINDOW}]}
PRICES_LISTED = {**_PAGE, "prices": [{**_PRICE, **_WINDOW, **_STAMPS}]}
