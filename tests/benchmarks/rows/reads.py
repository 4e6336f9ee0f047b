"""Reading pages of 1,000, and reading them again."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from tests.benchmarks import ground
from tests.benchmarks.bench import Bench
from tests.benchmarks.floor import statement_of
from tests.benchmarks.measure import CONNECTIONS, Times, at_once, in_turns
from tests.benchmarks.results import Line, more_per_second, times_faster, times_slower
from tests.benchmarks.wire import Wire

MONTH = {"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z", "limit": "1000"}


def reservations(bench: Bench) -> list[Line]:
    """A page of 1,000 reservations of ten assets."""
    asset_ids = ground.group(bench.asset_ids, 0)
    bench.sender(bench.ours, "PUT", "/api/v1/reservations", ground.reservations(asset_ids))()
    return _compare(bench, page_of("reservations", asset_ids), table="markets_reservation")


def limits(bench: Bench) -> list[Line]:
    """A page of 1,000 slots of one asset, three sources each, with what they come to."""
    asset_ids = ground.group(bench.asset_ids, 0)
    bench.sender(bench.ours, "PATCH", "/api/v1/limits", ground.limits(asset_ids))()
    return _compare(bench, page_of("limits", asset_ids[:1]), table="markets_limit")


def page_of(name: str, asset_ids: Sequence[str]) -> str:
    """The address of the month's first page."""
    return f"/api/v1/{name}?" + urlencode({"asset_ids": list(asset_ids), **MONTH}, doseq=True)


def _compare(bench: Bench, path: str, *, table: str) -> list[Line]:
    statement = statement_of("GET", path, key=bench.key, table=table)
    with Wire(bench.ours) as wire:
        tag = wire.ask("GET", path, headers=bench.headers).header("ETag")
    times = in_turns(
        {
            "ours": bench.reader(bench.ours, path),
            "peer": bench.reader(bench.peer, path),
            "floor": lambda: bench.floor.run(statement),
            "304": bench.reader(bench.ours, path, status=304, If_None_Match=tag),
        },
        turns=40,
    )
    rates = at_once(
        {
            "ours": [bench.reader(bench.ours, path) for _ in range(CONNECTIONS)],
            "peer": [bench.reader(bench.peer, path) for _ in range(CONNECTIONS)],
            "304": [bench.reader(bench.ours, path, status=304, If_None_Match=tag) for _ in range(CONNECTIONS)],
        },
        seconds=2,
    )
    return _lines(times, rates)


def _lines(times: Times, rates: Mapping[str, float]) -> list[Line]:
    median = times.median
    return [
        more_per_second("four at once", "peer", ours=rates["ours"], theirs=rates["peer"], least=6),
        times_slower(
            "one at a time",
            "floor",
            ours=median("ours"),
            theirs=median("floor"),
            ratio=times.ratio("ours", "floor"),
            most=1.5,
        ),
        times_faster(
            "one at a time",
            "peer",
            ours=median("ours"),
            theirs=median("peer"),
            ratio=times.ratio("peer", "ours"),
            least=None,
        ),
        more_per_second("304, four at once", "peer's 200", ours=rates["304"], theirs=rates["peer"], least=30),
        times_faster(
            "304, one at a time",
            "peer's 200",
            ours=median("304"),
            theirs=median("peer"),
            ratio=times.ratio("peer", "304"),
            least=30,
        ),
    ]
