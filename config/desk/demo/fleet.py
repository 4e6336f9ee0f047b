"""The demo's assets and sites. The places are real; what stands there is made up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from assets.quantities import Price
from assets.vocabulary import AssetType, Currency, DeliveryArea, Provider, Region
from sites.vocabulary import DispatchModeName

LIVE = ("commission", "go-live")
SUSPENDED = (*LIVE, "suspend")
DECOMMISSIONED = (*LIVE, "decommission")


@dataclass(frozen=True)
class DemoAsset:
    """An asset, and the transitions that bring it to where it is in its life; a draft has none."""

    code: str
    name: str
    type: AssetType
    delivery_area: DeliveryArea
    provider: Provider
    life: tuple[str, ...] = ()
    go_live_date: date | None = None


@dataclass(frozen=True)
class DemoInverter:
    """An inverter: its power in MW, the codes of the assets behind it, and plant data where it has some."""

    rated_power: Decimal
    asset_codes: tuple[str, ...]
    efficiency: Decimal = Decimal("0.97")
    plant_data: Mapping[str, Any] = field(default_factory=dict)
    serviced_days_ago: int | None = None


@dataclass(frozen=True)
class DemoSite:
    """A site, its inverters, and how it is dispatched."""

    code: str
    name: str
    delivery_area: DeliveryArea
    inverters: tuple[DemoInverter, ...]
    dispatch_mode: DispatchModeName = DispatchModeName.MANUAL
    floor_price: Price | None = None
    strike_price: Price | None = None


def region_of(area: DeliveryArea) -> Region:
    """The region that a delivery area lies in."""
    return Region.PL if area == DeliveryArea.PSE else Region.DE


ASSETS = (
    DemoAsset(
        "BOXBERG",
        "Boxberg battery",
        AssetType.BESS,
        DeliveryArea.HZ50,
        Provider.TERRALAYR,
        life=LIVE,
        go_live_date=date(2024, 3, 1),
    ),
    DemoAsset(
        "BOXBERG-V",
        "Boxberg virtual battery",
        AssetType.VBAT,
        DeliveryArea.HZ50,
        Provider.TERRALAYR,
        life=LIVE,
        go_live_date=date(2024, 6, 3),
    ),
    DemoAsset(
        "HAMM",
        "Hamm-Uentrop battery",
        AssetType.BESS,
        DeliveryArea.AMPN,
        Provider.ENERGIEKOPPLER,
        life=SUSPENDED,
        go_live_date=date(2023, 11, 15),
    ),
    DemoAsset(
        "HAMM-SWAP",
        "Hamm-Uentrop day-ahead swap",
        AssetType.DAA_SWAP,
        DeliveryArea.AMPN,
        Provider.EBX,
        life=LIVE,
        go_live_date=date(2025, 1, 1),
    ),
    DemoAsset(
        "OCHSENHAUSEN",
        "Ochsenhausen solar park with battery",
        AssetType.GREEN_COLOCATION,
        DeliveryArea.TNBW,
        Provider.ENTELIOS,
        life=("commission",),
    ),
    DemoAsset(
        "WILSTER",
        "Wilster battery",
        AssetType.GREY_COLOCATION,
        DeliveryArea.TNNT,
        Provider.ENTELIOS,
        life=LIVE,
        go_live_date=date(2024, 9, 16),
    ),
    DemoAsset(
        "WILSTER-SWAP", "Wilster virtual swap", AssetType.DAA_SWAP_VBAT, DeliveryArea.TNNT, Provider.ASSET_SIMULATOR
    ),
    DemoAsset(
        "ZARNOWIEC",
        "Żarnowiec battery",
        AssetType.BESS,
        DeliveryArea.PSE,
        Provider.TRANSITION_TECHNOLOGIES,
        life=LIVE,
        go_live_date=date(2025, 4, 7),
    ),
    DemoAsset(
        "BELCHATOW",
        "Bełchatów pilot battery",
        AssetType.BESS,
        DeliveryArea.PSE,
        Provider.NFT,
        life=DECOMMISSIONED,
        go_live_date=date(2019, 5, 20),
    ),
    DemoAsset(
        "SIBAYA",
        "Sibaya solar plant",
        AssetType.PV,
        DeliveryArea.HZ50,
        Provider.ASSET_SIMULATOR,
        life=LIVE,
        go_live_date=date(2021, 10, 4),
    ),
)

SITES = (
    DemoSite(
        "BOXBERG",
        "Boxberg storage park",
        DeliveryArea.HZ50,
        (DemoInverter(Decimal(20), ("BOXBERG", "BOXBERG-V")), DemoInverter(Decimal(20), ("BOXBERG",))),
        dispatch_mode=DispatchModeName.PRICE_BASED,
        floor_price=Price(Decimal(35), Currency.EUR),
        strike_price=Price(Decimal(90), Currency.EUR),
    ),
    DemoSite(
        "HAMM",
        "Hamm-Uentrop",
        DeliveryArea.AMPN,
        (DemoInverter(Decimal(10), ("HAMM", "HAMM-SWAP")),),
        dispatch_mode=DispatchModeName.SCHEDULE_BASED,
    ),
    DemoSite(
        "OCHSENHAUSEN",
        "Ochsenhausen solar park",
        DeliveryArea.TNBW,
        (DemoInverter(Decimal(5), ("OCHSENHAUSEN",), efficiency=Decimal("0.965")),),
    ),
    DemoSite(
        "WILSTER",
        "Wilster substation",
        DeliveryArea.TNNT,
        (DemoInverter(Decimal(15), ("WILSTER",)),),
        dispatch_mode=DispatchModeName.PRICE_BASED,
        floor_price=Price(Decimal("-12.5"), Currency.EUR),
        strike_price=Price(Decimal(75), Currency.EUR),
    ),
    DemoSite(
        "ZARNOWIEC",
        "Żarnowiec",
        DeliveryArea.PSE,
        (DemoInverter(Decimal(25), ("ZARNOWIEC",)),),
        dispatch_mode=DispatchModeName.PRICE_BASED,
        floor_price=Price(Decimal(150), Currency.PLN),
        strike_price=Price(Decimal(420), Currency.PLN),
    ),
)
