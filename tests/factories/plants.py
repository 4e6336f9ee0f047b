"""Plants for tests: a site with inverters and a partner profile, and readings for them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from assets.models import Asset
from assets.revisions import raise_revisions
from assets.vocabulary import AssetType
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from sites.models import Inverter, InverterAsset, InverterReading, Site, SiteReading

STARTED = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_site(**fields: Any) -> Site:
    """A site in 50HZ without inverters."""
    number = next(_numbers)
    given = {"code": "SUN", "name": f"Sun park {number}", "region": "DE", "delivery_area": "50HZ"}
    return Site.objects.create(id=f"DE_50HZ_SUN_SITE_{number}", dispatch_mode_name="MANUAL", **given | fields)


def make_asset(kind: AssetType = AssetType.PV) -> Asset:
    """A live asset of this type."""
    number = next(_numbers)
    return Asset.objects.create(
        id=f"DE_50HZ_SUN_{number}",
        code="SUN",
        name=f"Sun {number}",
        type=kind,
        region="DE",
        delivery_area="50HZ",
        provider="EBX",
        lifecycle="LIVE",
    )


def make_inverter(
    site: Site,
    *,
    dc_kw: int | None = 100,
    ac_kw: int = 80,
    behind: Sequence[AssetType] = (AssetType.PV,),
    **fields: Any,
) -> Inverter:
    """An inverter of the site with an asset of each given type behind it; no DC rating with `dc_kw=None`."""
    inverter = Inverter.objects.create(
        id=f"{site.pk}_INV_{next(_numbers)}",
        site=site,
        rated_power=Decimal(ac_kw) / 1000,
        rated_dc_power=None if dc_kw is None else Decimal(dc_kw) / 1000,
        charge_efficiency=Decimal("0.97"),
        discharge_efficiency=Decimal("0.97"),
        **fields,
    )
    for kind in behind:
        InverterAsset.objects.create(inverter=inverter, asset=make_asset(kind))
    return inverter


def make_profile(site: Site, **fields: Any) -> PartnerProfile:
    """A profile in UTC and EUR with a tariff of 0.10 and a target of 0.8, unless other fields are given."""
    given = {
        "public_name": f"Park {site.pk.rpartition('_')[2]}",
        "time_zone": "UTC",
        "currency": "EUR",
        "tariff": Decimal("0.1"),
    }
    return save_profile(site=site, fields=given | fields, by="user:anna", now=STARTED)


def put_reading(inverter: Inverter, time: datetime, kw: float | str, **fields: Any) -> None:
    """One reading of an inverter, as a changing write stores it: with a new revision."""
    values = {"ac_power_kw": Decimal(str(kw)), **fields}
    InverterReading.objects.update_or_create(inverter_id=inverter.pk, time=time, defaults=values)
    raise_revisions(owner_ids=[inverter.pk], kind="telemetry", now=time)


def put_weather(site: Site, time: datetime, irradiance: float | str | None = None, **fields: Any) -> None:
    """One reading of a site's sensors, as a changing write stores it."""
    given = None if irradiance is None else Decimal(str(irradiance))
    values = {"poa_irradiance_wm2": given, **fields}
    SiteReading.objects.update_or_create(site_id=site.pk, time=time, defaults=values)
    raise_revisions(owner_ids=[site.pk], kind="telemetry", now=time)
