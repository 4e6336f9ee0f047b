"""The latest status of 500 assets in front of a short history and of a long one."""

import sys
import time
from urllib.parse import urlencode

import psycopg

from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Work, in_turns
from tests.benchmarks.results import Line, times_slower
from tests.benchmarks.servers import start_desk
from tests.benchmarks.stock import BEGIN, Stock, fill
from tests.benchmarks.wire import Wire, request

ASSETS = 500
SHORT, LONG = 10_000, 10_000_000  # entries in all
AT_ONCE = 1_000  # entries of each asset
MOST = 2.0
# As it comes in: minute by minute, in each of them asset by asset.
ENTRIES = """
INSERT INTO assets_statusentry (asset_id, effective_at, event_id, status, reasons)
SELECT id, %(begin)s + minute * interval '1 minute', 'e' || minute, 'ONLINE', '[]'
FROM generate_series(%(first)s::int, %(last)s::int) AS minute CROSS JOIN unnest(%(ids)s::text[]) AS asset (id)
"""


def latest(bench: Bench) -> list[Line]:
    """With 10 million entries instead of 10,000."""
    work = {number: _work(bench, number) for number in (SHORT, LONG)}
    times = in_turns({str(number): one for number, one in work.items()}, turns=60, warm=10)
    return [
        times_slower(
            f"read the latest of {ASSETS} assets",
            f"{SHORT:,} entries instead of {LONG:,}",
            ours=times.median(str(LONG)),
            theirs=times.median(str(SHORT)),
            ratio=times.ratio(str(LONG), str(SHORT)),
            most=MOST,
        )
    ]


def _work(bench: Bench, entries: int) -> Work:
    stock = Stock(f"latest_{entries}", assets=ASSETS, days=0, periods=())
    wire = Wire(start_desk(bench.machine, _fill(bench, stock, entries=entries))[0])
    asked = urlencode({"asset_ids": ",".join(stock.asset_ids), "latest": "true", "limit": 1000})
    data = request("GET", f"/api/v1/status?{asked}", headers=bench.headers)

    def read() -> None:
        answer = wire.send(data)
        assert answer.status == 200, (answer.status, answer.body)
        assert answer.body.count(b'"asset_id"') == ASSETS

    return read


def _fill(bench: Bench, stock: Stock, *, entries: int) -> str:
    address, each = fill(bench, stock), entries // ASSETS
    begin = time.monotonic()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for first in range(0, each, AT_ONCE):
            last = min(first + AT_ONCE, each) - 1
            connection.execute(ENTRIES, {"begin": BEGIN, "first": first, "last": last, "ids": stock.asset_ids})
        connection.execute("VACUUM (FREEZE, ANALYZE) assets_statusentry")
        connection.execute("CHECKPOINT")
    sys.stdout.write(f"{entries:,} status entries were written in {time.monotonic() - begin:.0f} s\n")
    return address
