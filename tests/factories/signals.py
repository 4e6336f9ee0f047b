"""Maintenance signals as their builder makes them, and what they are made of, for tests."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from partner import maintenance_signals
from sites.models import Inverter, Site
from tests.factories.plants import put_reading, put_weather
from tests.factories.rollups import NOON, NOW, SLOT


def signals_document(site: Site, now: datetime = NOW) -> dict[str, Any]:
    """The content of a site's document; its signals are remembered."""
    with transaction.atomic():
        return dict(maintenance_signals.compute(site.pk, now).content)


def signals(site: Site, now: datetime = NOW) -> list[dict[str, Any]]:
    """The signals of a site's document."""
    return list(signals_document(site, now)["signals"])


def put_slots(inverter: Inverter, powers: Iterable[float], *, start: datetime = NOON, **fields: Any) -> None:
    """One reading a slot with these powers (kW)."""
    for number, kw in enumerate(powers):
        put_reading(inverter, start + number * SLOT, kw, **fields)


def put_light(site: Site, irradiances: Iterable[float], *, start: datetime = NOON) -> None:
    """One reading of the sensor a slot (W/m2)."""
    for number, irradiance in enumerate(irradiances):
        put_weather(site, start + number * SLOT, irradiance)


def times(signal: dict[str, Any]) -> tuple[str, str]:
    """From when to when, as times of the day."""
    return signal["start_time"][11:16], signal["end_time"][11:16]
