"""Every upsert that the Asset Service has, as a writer with a number sends it: all values of a row are that number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

Item = dict[str, Any]
START = datetime(2026, 5, 1, tzinfo=UTC)
WINDOW = "from=2026-05-01T00:00:00Z&to=2026-05-08T00:00:00Z&limit=1000"
ROWS = "application/x-ndjson"


@dataclass(frozen=True)
class Owners:
    """The records that rows belong to."""

    assets: tuple[str, ...]
    site: str
    inverter: str


@dataclass(frozen=True)
class Upsert:
    """One endpoint: the item of a key as a writer sends it, and where its rows are read."""

    method: str
    path: str
    items: str  # the list in its body; empty where the body is the item
    make: Callable[[Owners, int, int], Item]
    fields: tuple[str, ...]
    read: str
    takes_rows: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, owners: Owners, *, reading: bool = False) -> str:
        """Where it is written, or read."""
        named = {"assets": ",".join(owners.assets), "asset": owners.assets[0]}
        names = named | {"site": owners.site, "inverter": owners.inverter, "window": WINDOW}
        path = f"{self.path}{self.read}" if reading else self.path
        return f"/api/v1{path.format(**names)}"

    def numbers_of(self, item: Mapping[str, Any]) -> set[Decimal]:
        """The numbers of the writers whose values a stored row has: one, unless rows were mixed."""
        return {abs(_number(item[name])) for name in self.fields}


def _number(value: Any) -> Decimal:
    return Decimal(value["value"] if isinstance(value, dict) else value)


def _at(quarters: int) -> str:
    return f"{START + timedelta(minutes=15 * quarters):%Y-%m-%dT%H:%M:%SZ}"


def _mwh(number: int) -> Item:
    return {"value": number, "unit": "MWh"}


def _window(key: int) -> Item:
    return {"start_time": _at(key), "end_time": _at(key + 1)}


def _of_asset(owners: Owners, key: int) -> Item:
    return {"asset_id": owners.assets[key % len(owners.assets)]}


def _limit(owners: Owners, key: int, number: int) -> Item:
    begins = START + timedelta(minutes=15 * key)
    slot = {"start_time": f"{begins:%H:%M}", "end_time": f"{begins + timedelta(minutes=15):%H:%M}"}
    days = {"valid_from": "2026-05-01", "valid_until": "2026-05-02"}
    values = {"power_charge": -number, "power_discharge": number, "energy_low": number, "energy_high": number}
    return _of_asset(owners, key) | {"source": "CUSTOMER"} | slot | days | values


def _forecast(owners: Owners, key: int, number: int) -> Item:
    names = ("generation", "consumption", "generation_p10", "generation_p90")
    return _of_asset(owners, key) | _window(key) | dict.fromkeys(names, number)


def _reservation(owners: Owners, key: int, number: int) -> Item:
    names = ("power", "energy_change", "energy_buffer_low", "energy_buffer_high")
    return _of_asset(owners, key) | _window(key) | {"market": "DAA", "source": "RACE"} | dict.fromkeys(names, number)


def _snapshot(owners: Owners, key: int, number: int) -> Item:
    names = ("energy", "charged_energy", "discharged_energy")
    return _of_asset(owners, key) | {"effective_at": _at(key)} | {name: _mwh(number) for name in names}


def _price(_owners: Owners, key: int, number: int) -> Item:
    price = {"value": number, "unit": "EUR/MWh"}
    return {"delivery_area": "50HZ", "market": "DAA", "price": price} | _window(key)


def _inverter_reading(owners: Owners, key: int, number: int) -> Item:
    names = ("ac_power_kw", "energy_kwh", "temperature_c")
    return {"inverter_id": owners.inverter, "time": _at(key)} | dict.fromkeys(names, number)


def _site_reading(owners: Owners, key: int, number: int) -> Item:
    names = ("poa_irradiance_wm2", "ambient_temperature_c", "consumption_kw")
    return {"site_id": owners.site, "time": _at(key)} | dict.fromkeys(names, number)


def _site_limit(_owners: Owners, key: int, number: int) -> Item:
    return _window(key) | {"power_import": -number, "power_export": number}


def _inverter_limit(_owners: Owners, key: int, number: int) -> Item:
    return _window(key) | {"power_charge": -number, "power_discharge": number}


def _spec(owners: Owners, key: int, number: int) -> Item:
    begins = START + timedelta(days=key)
    window = {
        "valid_from": f"{begins:%Y-%m-%dT%H:%M:%SZ}",
        "valid_to": f"{begins + timedelta(days=1):%Y-%m-%dT00:00:00Z}",
    }
    power = {"value": number, "unit": "MW"}
    values = {"rated_power": power, "prequalified_fcr": power, "max_capacity": _mwh(number), "ramp_rate": number}
    return _of_asset(owners, key) | window | values


def _mode(_owners: Owners, _key: int, number: int) -> Item:
    price = {"value": number, "unit": "EUR/MWh"}
    return {"name": str(number), "dispatch_mode_floor_price": price, "dispatch_mode_strike_price": price}


def _inverter(_owners: Owners, _key: int, number: int) -> Item:
    power = {"value": number, "unit": "MW"}
    return {"rated_power": power, "rated_dc_power": power, "service_interval_days": number}


OF_ASSETS = "?asset_ids={assets}&{window}"
UPSERTS = (
    Upsert("PATCH", "/limits", "limits", _limit, ("power_charge", "power_discharge", "energy_low", "energy_high"),
           OF_ASSETS, takes_rows=True),
    Upsert("PUT", "/forecasts", "forecasts", _forecast,
           ("generation", "consumption", "generation_p10", "generation_p90"), OF_ASSETS, takes_rows=True),
    Upsert("PUT", "/reservations", "reservations", _reservation,
           ("power", "energy_change", "energy_buffer_low", "energy_buffer_high"), OF_ASSETS, takes_rows=True),
    Upsert("POST", "/state-snapshots", "state_snapshots", _snapshot,
           ("energy", "charged_energy", "discharged_energy"), OF_ASSETS, takes_rows=True),
    Upsert("PUT", "/prices", "prices", _price, ("price",), "?delivery_areas=50HZ&{window}", takes_rows=True),
    Upsert("PUT", "/telemetry/inverters", "readings", _inverter_reading,
           ("ac_power_kw", "energy_kwh", "temperature_c"), "?inverter_ids={inverter}&{window}", takes_rows=True),
    Upsert("PUT", "/telemetry/sites", "readings", _site_reading,
           ("poa_irradiance_wm2", "ambient_temperature_c", "consumption_kw"), "?site_ids={site}&{window}",
           takes_rows=True),
    Upsert("PUT", "/sites/{site}/limits", "limits", _site_limit, ("power_import", "power_export"), "?{window}"),
    Upsert("PUT", "/sites/{site}/inverters/{inverter}/limits", "limits", _inverter_limit,
           ("power_charge", "power_discharge"), "?{window}"),
    Upsert("PATCH", "/specs", "", _spec, ("rated_power", "prequalified_fcr", "max_capacity", "ramp_rate"),
           "?asset_ids={assets}&limit=1000"),
    Upsert("PATCH", "/sites/{site}", "", _mode,
           ("name", "dispatch_mode_floor_price", "dispatch_mode_strike_price"), ""),
    Upsert("PATCH", "/sites/{site}/inverters/{inverter}", "", _inverter,
           ("rated_power", "rated_dc_power", "service_interval_days"), ""),
)  # fmt: skip
