"""The KPI rollup of five measured days against sums taken straight from the file, row by row."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from partner import kpi_rollup
from sites.models import InverterReading, Site, SiteReading
from tests.factories.plants import make_inverter, make_profile, make_site

MEASURED = Path(settings.BASE_DIR) / "config" / "desk" / "demo" / "rsf2-2022-01.csv"
QUARTER = 0.25
TARGET = 0.78
RATED = {"inverter 2": 160, "rest": 248}


@dataclass(frozen=True)
class Row:
    """One quarter of an hour as the file has it."""

    time: datetime
    irradiance: float
    power: dict[str, float]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with MEASURED.open(newline="") as file:
        return [
            Row(
                time=datetime.fromisoformat(row["time"]),
                irradiance=float(row["poa_irradiance_wm2"]),
                power={
                    "inverter 2": float(row["inverter_2_ac_power_kw"]),
                    "rest": float(row["site_ac_power_kw"]) - float(row["inverter_2_ac_power_kw"]),
                },
            )
            for row in csv.DictReader(file)
        ]


@pytest.fixture
def site(rows: list[Row]) -> Site:
    """The plant in its own time zone, with the file's readings."""
    site = make_site()
    make_profile(site, public_name="RSF II", time_zone="America/Denver", pr_target=Decimal(str(TARGET)))
    for name, rated in RATED.items():
        inverter = make_inverter(site, dc_kw=rated)
        InverterReading.objects.bulk_create(
            InverterReading(inverter=inverter, time=row.time, ac_power_kw=_exact(row.power[name])) for row in rows
        )
    SiteReading.objects.bulk_create(
        SiteReading(site=site, time=row.time, poa_irradiance_wm2=_exact(row.irradiance)) for row in rows
    )
    return site


def _exact(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))


def rollup(site: Site) -> dict[str, Any]:
    """The document, computed on the day after the last measured one."""
    return dict(kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=datetime(2022, 1, 7, 12, tzinfo=UTC))).content)


def pairs(rows: list[Row]) -> list[tuple[float, float, float, float]]:
    """Of each inverter and each slot that counts: P0, irradiance, energy, and the reference energy at P0 (kWh)."""
    return [
        (rated, row.irradiance, max(0.0, row.power[name]) * QUARTER, rated * row.irradiance / 1000 * QUARTER)
        for row in rows
        for name, rated in RATED.items()
        if row.irradiance >= 20
    ]


def six_digits(value: float) -> Any:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


@pytest.mark.django_db
def test_the_rollup_of_measured_days_is_what_the_file_says(site: Site, rows: list[Row]) -> None:
    document, counted = rollup(site), pairs(rows)
    energy = sum(one for _, _, one, _ in counted)
    reference = sum(one for *_, one in counted)
    lost = sum(max(0.0, TARGET * at_p0 - one) for _, _, one, at_p0 in counted)
    produced = sum(max(0.0, kw) * QUARTER for row in rows for kw in row.power.values())
    bright = [(rated, one) for rated, irradiance, one, _ in counted if irradiance >= 50]
    available = sum(at_p0 for _, irradiance, one, at_p0 in counted if not (one == 0 and irradiance >= 50))

    assert document["period"] == {"start": "2022-01-02", "end": "2022-01-07"}
    assert document["system"] == {"rated_capacity_kw": 408, "device_count": 2}
    performance, ear = document["performance"], document["ear"]
    assert performance["system_pr"] == six_digits(energy / reference)
    assert performance["pr_status"] == "Below Target"
    assert performance["true_uptime_pct"] == six_digits(
        100 * sum(rated for rated, one in bright if one > 0) / sum(rated for rated, _ in bright)
    )
    assert performance["availability_pct"] == six_digits(100 * available / reference)
    assert performance["state_uptime_pct"] is None
    assert document["energy_balance"]["solar_production_kwh"] == six_digits(produced)
    assert ear["energy_lost_kwh"] == six_digits(lost)
    assert ear["energy_lost_pct"] == six_digits(100 * lost / (TARGET * reference))
    assert ear["capacity_utilization_pct"] == six_digits(100 * energy / (TARGET * reference))
    assert ear["value_lost_eur"] == six_digits(lost * 0.1)
    assert ear["annual_projection_eur"] == six_digits(lost * 0.1 / 5 * 365)
    assert ear["realized_savings_eur"] == six_digits(produced * 0.1)


@pytest.mark.django_db
def test_an_inverter_cut_off_at_midday_loses_what_was_expected_of_it(site: Site, rows: list[Row]) -> None:
    """The fifth of January, 10:00 to 14:00 in Golden: all that its 160 kW should have made, less what it did make."""
    before = rollup(site)["ear"]["energy_lost_kwh"]
    start = datetime(2022, 1, 5, 17, tzinfo=UTC)
    window = [row for row in rows if start <= row.time < start + timedelta(hours=4) and row.irradiance >= 20]
    InverterReading.objects.filter(
        inverter__rated_dc_power=Decimal("0.16"), time__in=[row.time for row in window]
    ).update(ac_power_kw=0)
    expected = [TARGET * 160 * row.irradiance / 1000 * QUARTER for row in window]
    already_lost = [
        max(0.0, one - row.power["inverter 2"] * QUARTER) for one, row in zip(expected, window, strict=True)
    ]
    assert len(window) == 16
    assert rollup(site)["ear"]["energy_lost_kwh"] - before == six_digits(sum(expected) - sum(already_lost))
