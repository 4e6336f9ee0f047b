"""Sites and inverters, as clients send them and as they are stored."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from assets.quantities import Price
from sites.models import Inverter, Site
from sites.operations import create_inverter, create_site

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


def site_body(**fields: Any) -> dict[str, Any]:
    """What creates a site in AMPN, dispatched by price."""
    mode = {
        "name": "PRICE_BASED",
        "floor_price": {"value": "-20", "unit": "EUR/MWh"},
        "strike_price": {"value": 85, "unit": "EUR/MWh"},
    }
    body = {"name": "Immenstadt", "code": "IMMST", "region": "DE", "delivery_area": "AMPN", "dispatch_mode": mode}
    return body | fields


def inverter_body(*asset_ids: str, **fields: Any) -> dict[str, Any]:
    """What creates an inverter of 160 kW in front of these assets."""
    return {
        "rated_power": {"value": 160, "unit": "kW"},
        "charge_efficiency": "0.97",
        "discharge_efficiency": 0.965,
        "asset_ids": list(asset_ids),
        **fields,
    }


def add_site(code: str = "IMMST", *, floor: Price | None = None, strike: Price | None = None) -> Site:
    """A site in AMPN."""
    fields = {
        "name": "Immenstadt",
        "code": code,
        "region": "DE",
        "delivery_area": "AMPN",
        "dispatch_mode_name": "PRICE_BASED",
    }
    return create_site(fields=fields, floor_price=floor, strike_price=strike, by="user:anna", now=NOW)


def add_inverter(site: Site, *asset_ids: str) -> Inverter:
    """An inverter of the site in front of these assets."""
    share = Decimal("0.97")
    fields = {"rated_power": Decimal("0.16"), "charge_efficiency": share, "discharge_efficiency": share}
    return create_inverter(site_id=site.pk, fields=fields, asset_ids=asset_ids, by="user:anna", now=NOW)


def euros(value: int | str) -> dict[str, Any]:
    """A price as it is sent, and, of its shortest text, as it is answered."""
    return {"value": value, "unit": "EUR/MWh"}


def zloty(value: int | str) -> dict[str, Any]:
    """Likewise."""
    return {"value": value, "unit": "PLN/MWh"}
