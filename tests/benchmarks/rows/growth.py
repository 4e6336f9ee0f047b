"""The same reads and writes in front of a small database and of a large one."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks import ground
from tests.benchmarks.bench import Bench
from tests.benchmarks.ground import SLOT, instant
from tests.benchmarks.measure import Work, in_turns
from tests.benchmarks.results import Line, times_slower
from tests.benchmarks.servers import start_desk
from tests.benchmarks.stock import BEGIN, HUGE, LARGE, SMALL, Stock, fill
from tests.benchmarks.wire import Wire, request

TURNS, WARM = 30, 6  # each turn has a request of its own: of other assets and days, with other values
OWNERS = 5
MOST = 1.3
Asked = tuple[str, str, bytes | None]


def growth(bench: Bench) -> list[Line]:
    """At 100 times the rows."""
    return compare(bench, LARGE)


def scale(bench: Bench) -> list[Line]:
    """At 50 million rows of limits."""
    return compare(bench, HUGE)


def compare(bench: Bench, stock: Stock) -> list[Line]:
    """Each kind of work on the small stock and on this one."""
    ports = {one: start_desk(bench.machine, fill(bench, one))[0] for one in (SMALL, stock)}
    lines = []
    for name, make in ((name, make) for kind in stock.periods for name, make in KINDS[kind].items()):
        times = in_turns(
            {one.name: _work(bench, port, one, make) for one, port in ports.items()}, turns=TURNS, warm=WARM
        )
        lines.append(
            times_slower(
                name,
                f"{SMALL.limits:,} rows instead of {stock.limits:,}",
                ours=times.median(stock.name),
                theirs=times.median(SMALL.name),
                ratio=times.ratio(stock.name, SMALL.name),
                most=MOST,
            )
        )
    return lines


def _work(bench: Bench, port: int, stock: Stock, make: Callable[[Sequence[str], datetime, int], Asked]) -> Work:
    chance = Random(stock.assets)
    requests = []
    for number in range(TURNS + WARM):
        owners = sorted(chance.sample(stock.asset_ids, OWNERS))
        start = BEGIN + timedelta(days=chance.randrange(stock.days - 20))
        method, path, body = make(owners, start, number)
        requests.append(request(method, path, headers=bench.headers, body=body))
    due, wire = iter(requests), Wire(port)

    def send() -> None:
        answer = wire.send(next(due))
        assert answer.status in (200, 204), (answer.status, answer.body)

    return send


def _page(name: str) -> Callable[[Sequence[str], datetime, int], Asked]:
    def make(owners: Sequence[str], start: datetime, _number: int) -> Asked:
        window = {"from": instant(start), "to": instant(start + timedelta(days=20)), "limit": 1000}
        return "GET", f"/api/v1/{name}?" + urlencode({"asset_ids": owners, **window}, doseq=True), None

    return make


def _positions(owners: Sequence[str], start: datetime, number: int) -> Asked:
    values = ("power", "energy_change", "energy_buffer_low", "energy_buffer_high")
    keys = [
        {"asset_id": owner, **_slot(start, slot), "market": market, "source": "trader"}
        for owner in owners
        for slot in range(ground.BATCH // len(owners) // len(ground.MARKETS))
        for market in ground.MARKETS
    ]
    return "PUT", "/api/v1/reservations", _body("reservations", keys, values, number)


def _windows(owners: Sequence[str], start: datetime, number: int) -> Asked:
    keys = [
        {"asset_id": owner, **_slot(start, slot)} for owner in owners for slot in range(ground.BATCH // len(owners))
    ]
    values = ("generation_p10", "generation", "generation_p90", "consumption")
    return "PUT", "/api/v1/forecasts", _body("forecasts", keys, values, number)


def _expansion(owners: Sequence[str], start: datetime, number: int) -> Asked:
    days = {"valid_from": f"{start:%Y-%m-%d}", "valid_until": f"{start + timedelta(days=19):%Y-%m-%d}"}
    keys = [
        {"asset_id": owners[0], "source": source, "start_time": "00:00", "end_time": "24:00", **days}
        for source in ground.SOURCES
    ]
    return "PATCH", "/api/v1/limits", _body("limits", keys, ("power_discharge", "energy_low", "energy_high"), number)


def _slot(start: datetime, number: int) -> dict[str, str]:
    begin = start + number * SLOT
    return {"start_time": instant(begin), "end_time": instant(begin + SLOT)}


def _body(name: str, keys: Sequence[dict[str, Any]], values: Sequence[str], number: int) -> bytes:
    base = number + 1
    items = [{**key, **{value: f"{base + place}.375" for place, value in enumerate(values)}} for key in keys]
    return json.dumps({name: items}).encode()


KINDS: dict[str, dict[str, Callable[[Sequence[str], datetime, int], Asked]]] = {
    "limits": {
        "read 1,000 limits with computed": _page("limits"),
        "expand and upsert 20 days of limits of three sources": _expansion,
    },
    "reservations": {"read 1,000 reservations": _page("reservations"), "upsert 1,000 reservations": _positions},
    "forecasts": {"read 1,000 forecasts": _page("forecasts"), "upsert 1,000 forecasts": _windows},
}
