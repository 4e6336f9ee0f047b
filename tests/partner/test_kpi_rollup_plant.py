"""Which inverters and which days the KPI rollup is about (contract 13.1, 13.2)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assets.vocabulary import AssetType
from partner import kpi_rollup
from partner.models import PartnerProfile
from partner.plant import devices_of
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, make_profile, put_reading, put_weather
from tests.factories.rollups import NOON, NOW, SLOT, rollup

pytestmark = pytest.mark.django_db


def test_a_site_without_readings_has_a_plant_and_nothing_else(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    computed = kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW))
    document = computed.content
    assert computed.data_through is None
    assert document["site_id"] == "Sibaya"
    assert document["period"] == {"start": "2025-12-11", "end": "2026-01-10"}
    assert document["system"] == {"rated_capacity_kw": 100, "device_count": 1}
    assert set(document["energy_balance"].values()) == {None}
    assert document["performance"]["state_uptime_pct"] is None
    assert document["financial"]["realized_savings_eur"] is None
    assert "battery" not in document


def test_the_rated_power_stands_in_where_no_dc_power_is_given(site: Site, profile: PartnerProfile) -> None:
    inverter = make_inverter(site, dc_kw=None, ac_kw=50)
    put_weather(site, NOON, 400)
    put_reading(inverter, NOON, 10)
    document = rollup(site)
    assert document["system"] == {"rated_capacity_kw": 50, "device_count": 1}
    assert document["performance"]["system_pr"] == 0.5


def test_an_inverter_of_batteries_alone_is_not_solar(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    battery = make_inverter(site, dc_kw=None, ac_kw=500, behind=[AssetType.BESS])
    put_reading(battery, NOON, 400)
    put_reading(inverter, NOON, 4)
    document = rollup(site)
    assert document["system"] == {"rated_capacity_kw": 100, "device_count": 1}
    assert document["energy_balance"]["solar_production_kwh"] == 1
    assert document["battery"] == {
        "avg_soc": None,
        "avg_soh": None,
        "total_capacity_kwh": None,
        "warranty_status": None,
        "throughput_kwh": None,
    }


def test_a_battery_beside_modules_leaves_the_inverter_solar(site: Site, profile: PartnerProfile) -> None:
    make_inverter(site, dc_kw=None, ac_kw=60, behind=[AssetType.PV, AssetType.VBAT])
    document = rollup(site)
    assert document["system"]["rated_capacity_kw"] == 60
    assert "battery" in document


def test_the_period_starts_with_the_first_data_and_ends_with_the_last_complete_day(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_weather(site, datetime(2026, 1, 7, 23, 45, tzinfo=UTC), 0)
    put_reading(inverter, NOON, 4)
    put_reading(inverter, NOW - timedelta(hours=1), 100)
    document = rollup(site)
    assert document["period"] == {"start": "2026-01-07", "end": "2026-01-10"}
    assert document["energy_balance"]["solar_production_kwh"] == 1


def test_the_period_is_thirty_days_at_most(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, datetime(2025, 11, 1, tzinfo=UTC), 100)
    put_reading(inverter, datetime(2025, 12, 10, 23, 45, tzinfo=UTC), 100)
    put_reading(inverter, datetime(2025, 12, 11, tzinfo=UTC), 4)
    document = rollup(site)
    assert document["period"] == {"start": "2025-12-11", "end": "2026-01-10"}
    assert document["energy_balance"]["solar_production_kwh"] == 1


def test_a_site_that_started_today_has_an_empty_period(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, NOW, 100)
    document = rollup(site)
    assert document["period"] == {"start": "2026-01-10", "end": "2026-01-10"}
    assert document["energy_balance"]["solar_production_kwh"] is None


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_local_day_has_the_hours_that_it_has(site: Site, inverter: Inverter, day: date, hours: int) -> None:
    """A clock change makes the day shorter or longer, and the energy with it."""
    make_profile(site, time_zone="Europe/Berlin")
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=3)
    for quarter in range(30 * 4):
        put_reading(inverter, start + quarter * SLOT, 4)
    tomorrow = datetime.combine(day + timedelta(days=1), time(12), tzinfo=UTC)
    inputs = kpi_rollup.read(site_id=site.pk, now=tomorrow)
    before = kpi_rollup.read(site_id=site.pk, now=tomorrow - timedelta(days=1))
    assert inputs.total.produced_kwh
    assert before.total.produced_kwh
    assert inputs.total.produced_kwh - before.total.produced_kwh == hours * 4


def test_the_newest_reading_of_the_period_is_what_it_was_computed_through(
    site: Site, inverter: Inverter, profile: PartnerProfile
) -> None:
    put_reading(inverter, NOON, 4)
    put_weather(site, NOON + timedelta(minutes=7), 0)
    put_reading(inverter, NOW, 4)
    assert kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=NOW)).data_through == NOON + timedelta(minutes=7)


def test_reading_a_site_takes_four_statements(
    site: Site, inverter: Inverter, profile: PartnerProfile, django_assert_num_queries: Any
) -> None:
    """However many inverters and readings there are: profile, plant, first data, sums."""
    for moment in range(8):
        put_reading(inverter, NOON + moment * SLOT, 4)
    with django_assert_num_queries(4):
        kpi_rollup.read(site_id=site.pk, now=NOW)


@pytest.mark.parametrize(
    ("dc_kw", "behind", "is_solar"),
    [
        (100, [AssetType.BESS], True),
        (None, [AssetType.BESS], False),
        (None, [AssetType.BESS, AssetType.PV], True),
        (None, [], True),
    ],
)
def test_ratings_are_kw_and_modules_are_known_by_their_rating_or_what_is_behind(
    site: Site,
    dc_kw: int | None,
    behind: list[AssetType],
    is_solar: bool,  # noqa: FBT001
) -> None:
    make_inverter(site, dc_kw=dc_kw, ac_kw=80, behind=behind)
    (device,) = devices_of(site.pk)
    assert (device.p0, device.rated_kw) == (Decimal(dc_kw or 80), Decimal(80))
    assert device.is_solar is is_solar
