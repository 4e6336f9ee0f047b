"""What a row of each table of periods takes on disk, its key included: `python -m tests.benchmarks.sizes [KIND ...]`.

In the migrated and empty database that DATABASE_URL names: a hundred owners, one quarter of an hour after another,
by the statements of the application, as a fleet writes them. Rows have every field that clients usually send.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402  Django is set up first

from assets.models import StatusEntry  # noqa: E402
from config.database.upsert import upsert  # noqa: E402
from config.desk.retention import AGING  # noqa: E402

OWNERS, SLOTS = 100, 1_000
START = datetime(2026, 5, 1, tzinfo=UTC)
RECORDS = """
INSERT INTO assets_asset (id, code, name, type, region, delivery_area, lifecycle, provider)
SELECT 'DE_50HZ_WILSTER_' || n, 'WILSTER', 'Battery ' || n, 'BESS', 'DE', '50HZ', 'LIVE', 'EBX'
FROM generate_series(1, %(owners)s) AS n ON CONFLICT DO NOTHING;
INSERT INTO sites_site (id, code, name, region, delivery_area, dispatch_mode_name)
SELECT 'DE_50HZ_WILSTER_SITE_' || n, 'WILSTER', 'Site ' || n, 'DE', '50HZ', 'MANUAL'
FROM generate_series(1, %(owners)s) AS n ON CONFLICT DO NOTHING;
INSERT INTO sites_inverter (id, site_id, rated_power, charge_efficiency, discharge_efficiency)
SELECT id || '_INV_1', id, 5, 0.97, 0.97 FROM sites_site ON CONFLICT DO NOTHING
"""
SIZE = "SELECT count(*), pg_total_relation_size(%s), pg_table_size(%s) FROM {table}"
Row = dict[str, Any]


def stated(number: int, **changing: Any) -> Row:
    return {name: round(value + number / 1000, 3) for name, value in changing.items()}


ROWS: dict[str, Callable[[int], list[Row]]] = {
    "statuses": lambda n: [
        {
            "event_id": f"01HX-{n:08}",
            "status": "ONLINE",
            "reasons": [{"category": "TECHNICAL", "detail": "BMS", "source": "SCADA", "attributes": {}}],
        }
    ],
    "dispatches": lambda n: [
        {
            "id": f"01HX-{n:08}",
            "issued_at": (START + timedelta(minutes=15 * n - 5)).isoformat(),
            "source": "TRADING",
            "market": "IDA1",
            "status": "EXECUTED",
            "acknowledged_at": (START + timedelta(minutes=15 * n - 4)).isoformat(),
            "attributes": {},
            **stated(n, power=2.5),
        }
    ],
    "state_snapshots": lambda n: [stated(n, energy=4.2, charged_energy=0.625, discharged_energy=0)],
    "limits": lambda n: [
        {"source": source, "trading_locked": None}
        | stated(n, power_discharge=5, energy_low=0.5, energy_high=9.5)
        | {"power_charge": -5}
        for source in ("REPORTED", "OPERATIONS", "CUSTOMER", "AVAILABILITY")
    ],
    "site_limits": lambda n: [{"power_import": -5} | stated(n, power_export=5)],
    "inverter_limits": lambda n: [{"power_charge": -5} | stated(n, power_discharge=5)],
    "forecasts": lambda n: [stated(n, generation=1.8, consumption=0, generation_p10=1.2) | {"generation_p90": 9.9 + n}],
    "reservations": lambda n: [
        {"market": market, "source": "OPT"}
        | stated(n, power=-2.5, energy_change=0.625, energy_buffer_low=0, energy_buffer_high=0.1)
        for market in ("DAA", "IDA1")
    ],
    "inverter_readings": lambda n: [
        {"state": "NORMAL", "error_code": None} | stated(n, ac_power_kw=118.4, energy_kwh=29.6, temperature_c=41.5)
    ],
    "site_readings": lambda n: [stated(n, poa_irradiance_wm2=812.5, ambient_temperature_c=21.4, consumption_kw=3.1)],
}


def owner_of(column: str, number: int) -> str:
    name = {"asset_id": "", "site_id": "SITE_", "inverter_id": "SITE_"}[column]
    return f"DE_50HZ_WILSTER_{name}{number}" + ("_INV_1" if column == "inverter_id" else "")


def told(rows: list[Row], *, now: datetime) -> None:
    StatusEntry.objects.bulk_create(StatusEntry(**row, created_at=now) for row in rows)


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, {"owners": OWNERS})
    sys.stdout.write(f"{'kind':<18}{'rows':>10}{'bytes a row':>14}{'of these index':>16}\n")
    for kind in sys.argv[1:] or ROWS:
        make, table = ROWS[kind], AGING[kind].table
        for slot in range(SLOTS):
            begins = START + timedelta(minutes=15 * slot)
            times = {table.time.name: begins.isoformat()}
            if "end_time" in table.columns:
                times["end_time"] = (begins + timedelta(minutes=15)).isoformat()
            owners = [owner_of(table.owner.name, number) for number in range(1, OWNERS + 1)]
            rows = [{table.owner.name: owner, **times, **row} for owner in owners for row in make(slot)]
            if kind == "statuses":  # which are never overwritten
                told(rows, now=begins)
            else:
                upsert(table, rows=json.dumps(rows), now=begins)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {table.name}")
            cursor.execute(SIZE.format(table=table.name), [table.name, table.name])
            count, whole, heap = cursor.fetchone()
        sys.stdout.write(f"{kind:<18}{count:>10,}{whole / count:>14.0f}{(whole - heap) / count:>16.0f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
