"""The measured days, moved to the demo plant's clock. README.md beside this file says where they come from."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sites.readings import InverterReadingItem, SiteReadingItem

MEASURED = Path(__file__).with_name("rsf2-2022-01.csv")
DAYS = 5
# Midnight where it was measured; the first row's instant.
FIRST_MIDNIGHT = datetime(2022, 1, 2, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Measurement:
    """One quarter of an hour of the plant; powers in kW, `rest_power` is the plant's without inverter 2."""

    time: datetime
    poa_irradiance: Decimal
    ambient_temperature: Decimal
    rest_power: Decimal
    inverter_2_power: Decimal
    inverter_2_temperature: Decimal


def measured_days(*, zone: ZoneInfo, now: datetime) -> list[Measurement]:
    """The five days as if they were the zone's last five complete ones: local midnight stays local midnight."""
    first_day = now.astimezone(zone).date() - timedelta(days=DAYS)
    moved = datetime.combine(first_day, time(), tzinfo=zone).astimezone(UTC) - FIRST_MIDNIGHT
    return list(_rows(moved))


def inverter_readings(days: Sequence[Measurement], *, rest_id: str, inverter_2_id: str) -> list[InverterReadingItem]:
    """What the two inverters measured; only of inverter 2 is a temperature known."""
    rest = [InverterReadingItem(inverter_id=rest_id, time=one.time, ac_power_kw=one.rest_power) for one in days]
    inverter_2 = [
        InverterReadingItem(
            inverter_id=inverter_2_id,
            time=one.time,
            ac_power_kw=one.inverter_2_power,
            temperature_c=one.inverter_2_temperature,
        )
        for one in days
    ]
    return rest + inverter_2


def site_readings(days: Sequence[Measurement], *, site_id: str) -> list[SiteReadingItem]:
    """What the site's sensors measured."""
    return [
        SiteReadingItem(
            site_id=site_id,
            time=one.time,
            poa_irradiance_wm2=one.poa_irradiance,
            ambient_temperature_c=one.ambient_temperature,
        )
        for one in days
    ]


def _rows(moved: timedelta) -> Iterator[Measurement]:
    with MEASURED.open(newline="") as file:
        for row in csv.DictReader(file):
            whole, inverter_2 = Decimal(row["site_ac_power_kw"]), Decimal(row["inverter_2_ac_power_kw"])
            yield Measurement(
                time=datetime.fromisoformat(row["time"]) + moved,
                poa_irradiance=Decimal(row["poa_irradiance_wm2"]),
                ambient_temperature=Decimal(row["ambient_temperature_c"]),
                rest_power=whole - inverter_2,
                inverter_2_power=inverter_2,
                inverter_2_temperature=Decimal(row["inverter_2_temperature_c"]),
            )
