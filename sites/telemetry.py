"""Telemetry as period tables [T1]: what assets/period_store.py needs to know to store and list readings.

Readings come over HTTP, out of files and from the event stream alike. They are taken at instants, on no grid; all
else is as with periods: an upsert by natural key, and lists by owner and time.
"""

from pydantic import TypeAdapter

from assets.period_store import Periods
from config.database.periods import PeriodTable
from sites.models import InverterReading, SiteReading
from sites.queries import lock_inverters, lock_sites
from sites.readings import InverterReadingItem, SiteReadingItem

STAMPS = ("created_at", "updated_at")

INVERTERS: Periods[InverterReadingItem] = Periods(
    kind="telemetry",
    field="readings",
    table=PeriodTable(
        InverterReading,
        answer=("inverter_id", "time", "ac_power_kw", "energy_kwh", "state", "temperature_c", "error_code", *STAMPS),
    ),
    items=TypeAdapter(list[InverterReadingItem]),
    lock_owners=lock_inverters,
)
SITES: Periods[SiteReadingItem] = Periods(
    kind="telemetry",
    field="readings",
    table=PeriodTable(
        SiteReading,
        answer=("site_id", "time", "poa_irradiance_wm2", "ambient_temperature_c", "consumption_kw", *STAMPS),
    ),
    items=TypeAdapter(list[SiteReadingItem]),
    lock_owners=lock_sites,
)
