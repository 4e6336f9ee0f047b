"""Events from streams to tables, by one worker: how many a second, and whether that falls as the tables grow."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import redis

from config.desk.ingest.names import STREAMS, progress_key
from config.embedded import BASE_DIR
from tests.benchmarks.bench import Bench
from tests.benchmarks.ground import START, instant
from tests.benchmarks.results import Line, more_per_second, times_slower
from tests.factories.sites import add_inverter, add_site

EVENTS, ROUNDS = 40_000, 3
WANTED = 5_000
ROWS = 2_000_000
MOST = 1.3
WARM = 4_000  # events that are not timed: the worker has its connections and statements by then
FILL = """
INSERT INTO assets_statusentry (asset_id, effective_at, event_id, status, reasons, created_at)
SELECT (%(asset_ids)s::text[])[1 + n %% %(owners)s], timestamptz '2020-01-01Z' + n * interval '1 minute',
    md5(n::text), 'ONLINE', '[]', now()
FROM generate_series(1, %(rows)s) AS n
"""
NOTE = """
INSERT INTO assets_storedevent (stream, event_id, stored_at)
SELECT (%(streams)s::text[])[1 + n %% 3], md5(n::text), now() - interval '1 day' FROM generate_series(1, %(rows)s) AS n
"""


def ingest(bench: Bench) -> list[Line]:
    """A worker that finds 40,000 events, a quarter on each stream; then again with two million rows there already."""
    inverter_id = add_inverter(add_site("EVENTS"), bench.asset_ids[0]).pk
    numbers = count()
    empty = [_rate(bench, inverter_id, numbers) for _ in range(ROUNDS)]
    with psycopg.connect(bench.database, autocommit=True) as connection:
        params = {"asset_ids": bench.asset_ids, "owners": len(bench.asset_ids), "rows": ROWS, "streams": [*STREAMS[1:]]}
        connection.execute("SET session_replication_role = replica")  # no check of the foreign key, row by row
        connection.execute(FILL, params)
        connection.execute(NOTE, params)
        connection.execute("VACUUM ANALYZE assets_statusentry, assets_storedevent")
        connection.execute("CHECKPOINT")  # so that it does not write them out while events are counted
    full = [_rate(bench, inverter_id, numbers) for _ in range(ROUNDS)]
    ours, later = (sorted(rates)[ROUNDS // 2] for rates in (empty, full))
    return [
        more_per_second("events of four streams, one worker", "what is asked for", ours=ours, theirs=WANTED, least=1),
        times_slower(
            "one event", f"{ROWS:,} statuses and ids there already",
            ours=1 / later, theirs=1 / ours, ratio=ours / later, most=MOST,
        ),
    ]  # fmt: skip


def _rate(bench: Bench, inverter_id: str, numbers: "count[int]") -> float:
    """Events a second, from when the worker has got into its stride until nothing is left."""
    client = redis.Redis.from_url(bench.machine.environment["REDIS_URL"])
    client.delete(*(progress_key(stream) for stream in STREAMS))
    _send(client, bench.asset_ids, inverter_id, numbers)
    with _worker(bench):
        began, before = time.monotonic(), _done(client)
        while (done := _done(client)) < EVENTS:
            if before < WARM:
                began, before = time.monotonic(), done
            time.sleep(0.01)
        return (done - before) / (time.monotonic() - began)


def _done(client: "redis.Redis") -> int:
    found: Any = [client.hget(progress_key(stream), "events") for stream in STREAMS]
    return sum(int(number or 0) for number in found)


@contextmanager
def _worker(bench: Bench) -> Iterator[None]:
    command = [sys.executable, "manage.py", "ingest_events"]
    worker = subprocess.Popen(command, cwd=BASE_DIR)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def _send(client: "redis.Redis", asset_ids: list[str], inverter_id: str, numbers: "count[int]") -> None:
    with client.pipeline(transaction=False) as together:
        for _ in range(EVENTS // len(STREAMS)):
            number = next(numbers)
            for stream, event in _events(number, asset_ids[number % len(asset_ids)], inverter_id).items():
                together.xadd(stream, {"payload": json.dumps({"event_id": f"{stream}-{number:032}", **event})})
        together.execute()


def _events(number: int, asset_id: str, inverter_id: str) -> dict[str, dict[str, Any]]:
    """One of each stream, as producers send them."""
    moment = instant(START + timedelta(seconds=number))
    end = instant(START + timedelta(seconds=number + 900))
    reason = {"category": "GRID", "detail": "Curtailed by the grid", "source": "SCADA", "attributes": {"level": 0.6}}
    energy = {"value": "1.25", "unit": "MWh"}
    return {
        "statuses": {"asset_id": asset_id, "status": "DEGRADED", "effective_at": moment, "reasons": [reason]},
        "dispatches": {
            "asset_id": asset_id, "start_time": moment, "end_time": end, "power": "-2.5", "source": "TRADING",
            "market": "IDA1", "issued_at": moment, "status": "ISSUED", "attributes": {"order": f"A-{number}"},
        },
        "telemetry": {"inverter_id": inverter_id, "time": moment, "ac_power_kw": "118.4", "state": "NORMAL"},
        "state-snapshots": {"asset_id": asset_id, "effective_at": moment, "energy": energy, "charged_energy": energy},
    }  # fmt: skip
