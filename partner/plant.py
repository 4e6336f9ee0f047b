"""The inverters of a site, as its documents are about them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from assets.vocabulary import AssetType
from sites.models import Inverter

BATTERIES: Final = (AssetType.BESS, AssetType.VBAT)
KW_PER_MW: Final = 1000
COLUMNS: Final = (
    "id",
    "serial_number",
    "rated_power",
    "rated_dc_power",
    "commissioned_on",
    "service_interval_days",
    "last_service_on",
)


@dataclass(frozen=True)
class Device:
    """An inverter. `p0` is its rated DC power in kW, its rated power where no DC power is given; `rated_kw` is the
    latter."""

    id: str
    serial_number: str | None
    p0: Decimal
    rated_kw: Decimal
    is_solar: bool
    battery_ids: tuple[str, ...] = ()
    commissioned_on: date | None = None
    service_interval_days: int | None = None
    last_service_on: date | None = None

    @property
    def asset_id(self) -> str:
        """What partners know it by: its serial number where it has one."""
        return self.serial_number or self.id


def devices_of(site_id: str) -> list[Device]:
    """The inverters of a site by id.

    One with batteries alone behind it and no DC rating has no modules: it is not solar.
    """
    is_battery = Q(assets__type__in=BATTERIES)
    found = Inverter.objects.filter(site_id=site_id).annotate(
        battery_ids=ArrayAgg("assets__id", filter=is_battery, default=[]), others=Count("assets", filter=~is_battery)
    )
    return [
        Device(
            id=row["id"],
            serial_number=row["serial_number"],
            p0=(row["rated_dc_power"] or row["rated_power"]) * KW_PER_MW,
            rated_kw=row["rated_power"] * KW_PER_MW,
            is_solar=bool(row["rated_dc_power"] or row["others"] or not row["battery_ids"]),
            battery_ids=tuple(row["battery_ids"]),
            commissioned_on=row["commissioned_on"],
            service_interval_days=row["service_interval_days"],
            last_service_on=row["last_service_on"],
        )
        for row in found.order_by("id").values(*COLUMNS, "battery_ids", "others")
    ]
