"""Readings, as clients send, list and import them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sites.models import Inverter, InverterReading, Site
from tests.factories.clients import ApiClient

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
OF_INVERTERS, OF_SITES = "/telemetry/inverters", "/telemetry/sites"

# Imports a text with these options, and answers what is printed.
Import = Callable[..., str]


def inverter_reading(inverter: Inverter, minute: int = 0, **fields: Any) -> dict[str, Any]:
    """A reading at noon, or so many minutes later."""
    return {"inverter_id": inverter.pk, "time": stamp(minute), "ac_power_kw": "118.4", **fields}


def site_reading(site: Site, minute: int = 0, **fields: Any) -> dict[str, Any]:
    """A reading of a site's sensors at noon, or so many minutes later."""
    return {"site_id": site.pk, "time": stamp(minute), "poa_irradiance_wm2": "812.5", **fields}


def stamp(minute: int = 0) -> str:
    """Noon, or so many minutes later, as it is sent."""
    return f"{NOON + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"


def put(api: ApiClient, path: str, *readings: dict[str, Any]) -> Any:
    """What storing these readings answers to a client that wants counts."""
    return api.represented("PUT", path, {"readings": list(readings)})


def listed(api: ApiClient, path: str, query: str) -> list[dict[str, Any]]:
    """The readings that a list answers."""
    return list(api.get(f"{path}?{query}")["readings"])


def stored() -> list[tuple[datetime, Decimal, str | None]]:
    """Time, power and state of all inverters' readings."""
    return list(InverterReading.objects.order_by("time").values_list("time", "ac_power_kw", "state"))


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of the day."""
    return datetime(2026, 5, 1, hour, minute, tzinfo=UTC)
