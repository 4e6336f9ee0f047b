"""Databases with a stock of periods, small or huge, written by SQL."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from config.embedded import BASE_DIR
from partner.keys import digest_of
from tests.benchmarks.bench import Bench
from tests.benchmarks.machine import Machine

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SLOTS_OF_A_DAY = 96
DAYS_AT_ONCE = 10
ASSETS = """
INSERT INTO assets_asset (id, code, name, type, region, delivery_area, provider, lifecycle)
SELECT id, 'STOCK', id, 'BESS', 'DE', '50HZ', 'EBX', 'LIVE' FROM unnest(%(ids)s::text[]) AS given (id)
"""
KEY = "INSERT INTO partner_apikey SELECT * FROM json_populate_record(NULL::partner_apikey, %s::json)"
# As it comes in: day by day, on each day asset by asset.
SLOTS = """
FROM generate_series(0, %(days)s - 1) AS day
CROSS JOIN unnest(%(ids)s::text[]) AS asset (id)
CROSS JOIN generate_series(0, 95) AS quarter
CROSS JOIN LATERAL (SELECT %(begin)s + day * interval '1 day' + quarter * interval '15 minutes' AS start) AS slot
"""
LIMITS = f"""
INSERT INTO markets_limit (
    asset_id, start_time, source, end_time, power_charge, power_discharge, energy_low, energy_high, trading_locked
)
SELECT id, start, source, start + interval '15 minutes', -quarter, quarter * 1.5, day %% 7, 100 + day, false
{SLOTS} CROSS JOIN unnest(ARRAY['REPORTED', 'OPERATIONS', 'CUSTOMER']) AS given (source)
"""
RESERVATIONS = f"""
INSERT INTO markets_reservation (
    asset_id, start_time, market, source, end_time, power, energy_change, energy_buffer_low, energy_buffer_high
)
SELECT id, start, market, 'trader', start + interval '15 minutes', quarter, day, 1.5, 2.5
{SLOTS} CROSS JOIN unnest(ARRAY['DA', 'IDA1']) AS given (market)
"""
FORECASTS = f"""
INSERT INTO markets_forecast (
    asset_id, start_time, end_time, generation, consumption, generation_p10, generation_p90
)
SELECT id, start, start + interval '15 minutes', quarter + 10, day, quarter, quarter + 20
{SLOTS}
"""
TABLES = ("markets_limit", "markets_reservation", "markets_forecast")
KEY_OF = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
# A replica looks at no foreign keys: that spares 50 million looks at the assets' table.
SETTINGS = ("session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '1GB'")
WRITERS = 3
Connection = psycopg.Connection[tuple[Any, ...]]
STATEMENTS = {"limits": LIMITS, "reservations": RESERVATIONS, "forecasts": FORECASTS}


@dataclass(frozen=True)
class Stock:
    """How much is stored: each of so many assets has so many days of limits, reservations and forecasts."""

    name: str
    assets: int
    days: int
    periods: tuple[str, ...] = ("limits", "reservations", "forecasts")

    @property
    def limits(self) -> int:
        """How many rows of limits that is, of three sources."""
        return self.assets * self.days * SLOTS_OF_A_DAY * 3

    @property
    def asset_ids(self) -> list[str]:
        """Its assets."""
        return [f"DE_50HZ_STOCK_{index}" for index in range(1, self.assets + 1)]


SMALL = Stock("stock_small", assets=6, days=30)
LARGE = Stock("stock_large", assets=60, days=300)
HUGE = Stock("stock_huge", assets=580, days=300, periods=("limits",))


def fill(bench: Bench, stock: Stock) -> str:
    """A database with this stock that knows the bench's key: answers its address."""
    address = bench.machine.make_database(stock.name)
    _migrate(bench.machine, address)
    begin = time.monotonic()
    with psycopg.connect(address, autocommit=True) as connection:
        _hurry(connection)
        connection.execute(ASSETS, {"ids": stock.asset_ids})
        connection.execute(KEY, [_row_of_the_key(bench)])
        keys = [(table, *connection.execute(KEY_OF, [table]).fetchone()) for table in TABLES]  # type: ignore[misc]
        for table, name, _ in keys:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        _write_periods(address, stock)
        for table, name, definition in keys:
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")
    sys.stdout.write(f"{stock.limits:,} rows of limits were written in {time.monotonic() - begin:.0f} s\n")
    return address


def _hurry(connection: Connection) -> None:
    for setting in SETTINGS:
        connection.execute(f"SET {setting}")


def _write_periods(address: str, stock: Stock) -> None:
    """Days at a time, by several writers at once, into tables whose keys are made when all is there."""

    def write(first: int) -> None:
        given = {"ids": stock.asset_ids, "begin": BEGIN + timedelta(days=first), "days": DAYS_AT_ONCE}
        with psycopg.connect(address, autocommit=True) as connection:
            _hurry(connection)
            for kind in stock.periods:
                connection.execute(STATEMENTS[kind], given)

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(write, range(0, stock.days, DAYS_AT_ONCE)))


def _row_of_the_key(bench: Bench) -> str:
    known = {"digest": digest_of(bench.key)}
    with psycopg.connect(bench.database) as connection:
        row = connection.execute("SELECT to_json(k)::text FROM partner_apikey k WHERE digest = %(digest)s", known)
        return str(row.fetchone()[0])  # type: ignore[index]


def _migrate(machine: Machine, address: str) -> None:
    environment = {**os.environ, **machine.environment, "DATABASE_URL": address}
    argv = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(argv, cwd=BASE_DIR, env=environment, check=True)
