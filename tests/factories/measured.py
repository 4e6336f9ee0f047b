"""Five measured days of a real plant as a pandas frame, a site made of it, and the figures that pandas makes of it."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings

from sites.models import InverterReading, Site, SiteReading
from tests.factories.plants import make_inverter, make_profile, make_site

MEASURED = Path(settings.BASE_DIR) / "config" / "desk" / "demo" / "rsf2-2022-01.csv"
ZONE = "America/Denver"
QUARTER = 0.25
TARGET = 0.78
TARIFF = 0.1
RATED = {"INV-2": 160, "REST": 248}


def measured_slots() -> pd.DataFrame:
    """One row per inverter and quarter of an hour: time, day, serial, rated (kW), irradiance (W/m2), kw, state."""
    file = pd.read_csv(MEASURED, parse_dates=["time"])
    inverter_2, whole = file["inverter_2_ac_power_kw"], file["site_ac_power_kw"]
    slots = pd.concat(
        pd.DataFrame(
            {
                "time": file["time"],
                "day": file["time"].dt.tz_convert(ZONE).dt.strftime("%Y-%m-%d"),
                "serial": serial,
                "rated": RATED[serial],
                "irradiance": file["poa_irradiance_wm2"],
                "kw": kw.round(6),
                "state": None,
            }
        )
        for serial, kw in (("INV-2", inverter_2), ("REST", whole - inverter_2))
    )
    return slots.reset_index(drop=True)


def cut(slots: pd.DataFrame, *, serial: str, start: datetime, hours: int) -> pd.DataFrame:
    """A copy in which this inverter makes nothing for that long."""
    lacking = (slots["serial"] == serial) & (slots["time"] >= start) & (slots["time"] < start + timedelta(hours=hours))
    assert lacking.sum() == hours / QUARTER
    return slots.assign(kw=slots["kw"].mask(lacking, 0.0))


def plant_of(slots: pd.DataFrame) -> Site:
    """A site in the plant's own time zone with these readings, of its inverters and its irradiance."""
    site = make_site()
    make_profile(site, time_zone=ZONE, pr_target=Decimal(str(TARGET)), tariff=Decimal(str(TARIFF)))
    for serial, of_one in slots.groupby("serial"):
        inverter = make_inverter(site, dc_kw=RATED[str(serial)], serial_number=serial)
        InverterReading.objects.bulk_create(
            InverterReading(
                inverter=inverter,
                time=row.time,
                ac_power_kw=_exact(row.kw),
                state=row.state if isinstance(row.state, str) else None,
            )
            for row in of_one.itertuples()
        )
    SiteReading.objects.bulk_create(
        SiteReading(site=site, time=row.time, poa_irradiance_wm2=_exact(row.irradiance))
        for row in slots.drop_duplicates("time").itertuples()
    )
    return site


def _exact(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))


def figures(slots: pd.DataFrame) -> dict[str, Any]:
    """The rollup's figures as pandas makes them of these slots, unrounded (contract 13.2)."""
    energy = slots["kw"].clip(lower=0) * QUARTER
    reference = slots["rated"] * slots["irradiance"] / 1000 * QUARTER
    all_pairs = slots.assign(energy=energy, reference=reference, expected=reference * TARGET)
    pairs = all_pairs[all_pairs["irradiance"] >= 20]
    bright = pairs[pairs["irradiance"] >= 50]
    down = pairs["state"].isin(["FAULT", "OFFLINE", "CRITICAL"]) | (
        (pairs["energy"] == 0) & (pairs["irradiance"] >= 50)
    )
    known = slots["state"].dropna()
    lost = (pairs["expected"] - pairs["energy"]).clip(lower=0).sum()
    return {
        "system_pr": pairs["energy"].sum() / pairs["reference"].sum(),
        "true_uptime_pct": 100 * bright.loc[bright["energy"] > 0, "rated"].sum() / bright["rated"].sum(),
        "state_uptime_pct": None if known.empty else 100 * (~known.isin(["FAULT", "OFFLINE", "CRITICAL"])).mean(),
        "availability_pct": 100 * pairs.loc[~down, "expected"].sum() / pairs["expected"].sum(),
        "energy_lost_kwh": lost,
        "energy_lost_pct": 100 * lost / pairs["expected"].sum(),
        "capacity_utilization_pct": 100 * pairs["energy"].sum() / pairs["expected"].sum(),
        "value_lost_eur": lost * TARIFF,
        "annual_projection_eur": lost * TARIFF / 5 * 365,
        "realized_savings_eur": energy.sum() * TARIFF,
        "solar_production_kwh": energy.sum(),
    }
