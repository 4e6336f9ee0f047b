"""The KPI rollup's battery block: charge, capacity and throughput (contract 13.1, docs/partner-metrics.md)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset
from assets.specs import put_spec
from assets.state_snapshots import StateSnapshotItem, record_snapshots
from assets.vocabulary import AssetType
from config.api.values import recorded
from partner import kpi_rollup
from partner.kinds import KINDS
from partner.models import PartnerProfile
from partner.queries import inputs_of
from partner.vocabulary import KPI_ROLLUP
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, make_site, put_reading
from tests.factories.rollups import NOON, NOW, SLOT, rollup

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DECEMBER = datetime(2025, 12, 1, tzinfo=UTC)


@pytest.fixture
def battery(site: Site) -> Asset:
    """A battery of the site, of which nothing is known."""
    return behind(make_inverter(site, dc_kw=None, behind=[AssetType.BESS]))


def behind(inverter: Inverter) -> Asset:
    """The asset behind an inverter."""
    return inverter.assets.get()


def make_spec(asset: Asset, capacity: Any, start: datetime = DECEMBER, end: datetime | None = None) -> None:
    """The asset's capacity in MWh, from an instant on."""
    changes: dict[str, Any] = {"max_capacity": None if capacity is None else Decimal(str(capacity))}
    if end is not None:
        changes["valid_to"] = end
    put_spec(asset_id=asset.pk, valid_from=start, changes=changes, by="user:anna", now=start)


def make_snapshot(asset: Asset, at: datetime, energy: Any, **energies: Any) -> None:
    """What the asset holds at an instant, in MWh, and what it was charged and discharged with."""
    amounts = {name: {"value": str(value), "unit": "MWh"} for name, value in {"energy": energy, **energies}.items()}
    item = StateSnapshotItem.model_validate({"asset_id": asset.pk, "effective_at": recorded(at), **amounts})
    record_snapshots(items=[item], now=at)


def battery_of(site: Site, now: datetime = NOW) -> dict[str, Any]:
    block: dict[str, Any] = rollup(site, now)["battery"]
    return block


def fingerprint(site: Site, now: datetime = NOW) -> str:
    return inputs_of(kind=KINDS[KPI_ROLLUP], now=now, site_ids=[site.pk])[site.pk]


def test_the_state_of_charge_is_the_mean_share_of_the_capacity(
    site: Site, battery: Asset, profile: PartnerProfile
) -> None:
    """In percent, over the snapshots of all batteries; each against the capacity of its own battery."""
    other = behind(make_inverter(site, dc_kw=None, behind=[AssetType.VBAT]))
    make_spec(battery, 10)
    make_spec(other, 2)
    make_snapshot(battery, NOON, 5)
    make_snapshot(battery, NOON + SLOT, 10)
    make_snapshot(other, NOON, "0.5")
    assert battery_of(site)["avg_soc"] == 58.333333


def test_a_snapshot_counts_against_the_spec_of_its_time(site: Site, battery: Asset, profile: PartnerProfile) -> None:
    """50 % of 10 MWh until noon, then 25 % of 20 MWh; half-open."""
    make_spec(battery, 10)
    make_spec(battery, 20, start=NOON)
    make_snapshot(battery, NOON - SLOT, 5)
    make_snapshot(battery, NOON, 5)
    assert battery_of(site)["avg_soc"] == 37.5


@pytest.mark.parametrize("capacity", [None, 0])
def test_a_snapshot_without_a_capacity_at_its_time_is_no_share(
    site: Site, battery: Asset, profile: PartnerProfile, capacity: int | None
) -> None:
    """No spec, one that is over, one without a capacity or of none: the others are the mean."""
    make_snapshot(battery, NOON - 3 * SLOT, 5)
    make_spec(battery, 10, start=NOON - 2 * SLOT, end=NOON - SLOT)
    make_snapshot(battery, NOON - SLOT, 5)
    make_spec(battery, capacity, start=NOON)
    make_snapshot(battery, NOON, 5)
    assert battery_of(site)["avg_soc"] is None
    make_snapshot(battery, NOON - 2 * SLOT, 4)
    assert battery_of(site)["avg_soc"] == 40


def test_the_capacity_is_that_of_the_specs_that_hold_now(site: Site, battery: Asset, profile: PartnerProfile) -> None:
    """In kWh, over the batteries of which it is known; a battery behind two inverters is one."""
    over = behind(make_inverter(site, dc_kw=None, behind=[AssetType.BESS]))
    unknown = behind(make_inverter(site, dc_kw=None, behind=[AssetType.BESS]))
    assert battery_of(site)["total_capacity_kwh"] is None
    make_spec(battery, 10)
    make_spec(battery, "12.5", start=NOW)
    make_spec(battery, 99, start=NOW + SLOT)
    make_spec(over, 7, end=NOW)
    make_spec(unknown, None)
    make_inverter(site, behind=[]).listed_assets.create(asset=battery)
    assert battery_of(site)["total_capacity_kwh"] == 12_500


def test_the_throughput_is_all_that_was_charged_and_discharged(
    site: Site, battery: Asset, profile: PartnerProfile
) -> None:
    """In kWh, of the period's snapshots that say it."""
    make_snapshot(battery, NOON, 5)
    assert battery_of(site)["throughput_kwh"] is None
    make_snapshot(battery, NOON + SLOT, 5, charged_energy="0.25")
    make_snapshot(battery, NOON + 2 * SLOT, 5, charged_energy=1, discharged_energy="0.000001")
    assert battery_of(site)["throughput_kwh"] == 1250.001


def test_snapshots_outside_of_the_period_do_not_count(
    site: Site, inverter: Inverter, battery: Asset, profile: PartnerProfile
) -> None:
    """The period is of complete local days, from the 11th of December to the 9th of January."""
    make_spec(battery, 10)
    start, end = datetime(2025, 12, 11, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC)
    for instant in (start - SLOT, end, NOW + DAY):
        make_snapshot(battery, instant, 10, charged_energy=9)
    make_snapshot(battery, start, 2, charged_energy=1)
    make_snapshot(battery, end - SLOT, 4, discharged_energy=1)
    block = battery_of(site)
    assert (block["avg_soc"], block["throughput_kwh"]) == (30, 2000)


def test_batteries_of_other_sites_and_other_assets_do_not_count(
    site: Site, battery: Asset, inverter: Inverter, profile: PartnerProfile
) -> None:
    """The inverter has a PV plant behind it, which holds nothing that is asked for here."""
    make_spec(behind(inverter), 10)
    make_snapshot(behind(inverter), NOON, 5, charged_energy=1)
    assert set(battery_of(site).values()) == {None}


def test_health_and_warranty_are_not_known(site: Site, battery: Asset, profile: PartnerProfile) -> None:
    make_spec(battery, 10)
    make_snapshot(battery, NOON, 5, charged_energy=1, discharged_energy=1)
    assert battery_of(site) == {
        "avg_soc": 50,
        "avg_soh": None,
        "total_capacity_kwh": 10_000,
        "warranty_status": None,
        "throughput_kwh": 2000,
    }


def test_snapshots_are_data_that_the_period_starts_with(site: Site, battery: Asset, profile: PartnerProfile) -> None:
    """Contract 13.2: since the first data; and what it was computed through."""
    make_snapshot(battery, NOON - 2 * DAY, 5)
    make_snapshot(battery, NOON, 5)
    make_snapshot(battery, NOW, 5)
    computed = kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW))
    assert computed.content["period"] == {"start": "2026-01-07", "end": "2026-01-10"}
    assert computed.data_through == NOON


def test_the_newest_of_readings_and_snapshots_is_what_it_was_computed_through(
    site: Site, inverter: Inverter, battery: Asset, profile: PartnerProfile
) -> None:
    make_snapshot(battery, NOON, 5)
    for newest in (NOON - SLOT, NOON + SLOT):
        put_reading(inverter, newest, 4)
        computed = kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW))
        assert computed.data_through == max(newest, NOON)


def test_what_changes_the_block_changes_the_fingerprint(site: Site, battery: Asset, profile: PartnerProfile) -> None:
    """[P6]: snapshots, specs, and a spec that begins or ends without anyone writing."""
    seen = {fingerprint(site)}
    make_snapshot(battery, NOON, 5)
    seen.add(fingerprint(site))
    make_spec(battery, 10, end=NOW + SLOT)
    make_spec(battery, 20, start=NOW + 2 * SLOT, end=NOW + 3 * SLOT)
    seen.update(fingerprint(site, now=NOW + number * SLOT) for number in range(4))
    assert len(seen) == 6


def test_what_changes_nothing_keeps_the_fingerprint(site: Site, battery: Asset, profile: PartnerProfile) -> None:
    """[P6]"""
    make_snapshot(battery, NOON, 5)
    make_spec(battery, 10)
    before = fingerprint(site)
    make_snapshot(battery, NOON, 5)
    make_spec(battery, 10)
    make_spec(behind(make_inverter(make_site(), behind=[AssetType.BESS])), 5)
    assert fingerprint(site, now=NOW + SLOT) == before


def test_reading_a_site_with_batteries_takes_six_statements(
    site: Site, battery: Asset, profile: PartnerProfile, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """However many batteries and snapshots there are: two more than without any."""
    for _ in range(3):
        other = behind(make_inverter(site, dc_kw=None, behind=[AssetType.BESS]))
        make_spec(other, 5)
        for slot in range(4):
            make_snapshot(other, NOON + slot * SLOT, 1)
    with django_assert_num_queries(6):
        kpi_rollup.read(site_id=site.pk, now=NOW)
