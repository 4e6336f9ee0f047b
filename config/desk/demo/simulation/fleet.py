"""The demo fleet as it is in the database now: what there is to send events of."""

from dataclasses import dataclass
from decimal import Decimal

from assets.models import Asset, StatusEntry
from assets.vocabulary import Lifecycle, Status
from config.desk.demo.batteries import BATTERIES
from config.desk.demo.fleet import ASSETS
from sites.models import InverterAsset

MEASURED = "SIBAYA"  # its telemetry was measured, and nothing is made up of it
SOLAR_PARK = "OCHSENHAUSEN"
CAPACITIES = {battery.asset_code: battery.capacity for battery in BATTERIES}
CODES = frozenset(asset.code for asset in ASSETS) - {MEASURED}
IN_USE = (Lifecycle.COMMISSIONING, Lifecycle.LIVE, Lifecycle.SUSPENDED)


@dataclass(frozen=True)
class FleetAsset:
    """One asset in use; `capacity` in MWh where it is a battery with a spec, `status` what was last said of it.

    Of one that is in hand an operator has said that it is not well: nothing else is said until they say that it is.
    """

    id: str
    code: str
    lifecycle: Lifecycle
    capacity: Decimal | None
    status: Status | None
    in_hand: bool


@dataclass(frozen=True)
class FleetInverter:
    """One inverter: its power in MW, which asset's power it carries, and what share of it."""

    id: str
    site_id: str
    rated_power: Decimal
    asset: FleetAsset
    share: float


@dataclass(frozen=True)
class Fleet:
    """All of it."""

    assets: list[FleetAsset]
    inverters: list[FleetInverter]


def fleet_in_place() -> Fleet:
    """The demo's assets that are in use, and the inverters that they are behind."""
    rows = list(Asset.objects.filter(code__in=CODES, lifecycle__in=IN_USE).order_by("id"))
    said = _last_said([row.pk for row in rows])
    assets = [
        FleetAsset(
            id=row.pk,
            code=row.code,
            lifecycle=Lifecycle(row.lifecycle),
            capacity=CAPACITIES.get(row.code),
            status=Status(said[row.pk].status) if row.pk in said else None,
            in_hand=row.pk in said and _is_in_hand(said[row.pk]),
        )
        for row in rows
    ]
    return Fleet(assets=assets, inverters=_inverters({asset.id: asset for asset in assets}))


def _inverters(assets: dict[str, FleetAsset]) -> list[FleetInverter]:
    """Each inverter with the first asset that is listed behind it: what is virtual comes after what is there."""
    listings = (
        InverterAsset.objects.filter(asset_id__in=assets).select_related("inverter").order_by("inverter_id", "id")
    )
    carried = {listing.inverter_id: listing for listing in reversed(listings)}
    powers: dict[str, Decimal] = {}
    for listing in carried.values():
        powers[listing.asset_id] = powers.get(listing.asset_id, Decimal(0)) + listing.inverter.rated_power
    return [
        FleetInverter(
            id=inverter_id,
            site_id=listing.inverter.site_id,
            rated_power=listing.inverter.rated_power,
            asset=assets[listing.asset_id],
            share=float(listing.inverter.rated_power / powers[listing.asset_id]),
        )
        for inverter_id, listing in sorted(carried.items())
    ]


def _last_said(asset_ids: list[str]) -> dict[str, StatusEntry]:
    latest = StatusEntry.objects.filter(asset_id__in=asset_ids).order_by("asset_id", "-effective_at", "-event_id")
    return {entry.asset_id: entry for entry in latest.distinct("asset_id")}


def _is_in_hand(entry: StatusEntry) -> bool:
    return entry.status != Status.ONLINE and any(reason["source"].startswith("user:") for reason in entry.reasons)
