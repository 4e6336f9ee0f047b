"""Writing batches whose every row changes."""

from collections.abc import Callable, Sequence

from tests.benchmarks import ground
from tests.benchmarks.bench import Bench
from tests.benchmarks.floor import statement_of
from tests.benchmarks.measure import at_once, in_turns
from tests.benchmarks.results import Line, more_per_second, times_faster, times_slower

Make = Callable[[Sequence[str]], ground.Bodies]


def reservations(bench: Bench) -> list[Line]:
    """1,000 reservations, all changed."""
    path, table = "/api/v1/reservations", "markets_reservation"
    return _compare(bench, "PUT", path, ground.reservations, table=table, textbook=True, targets=(12, 1.5))


def forecasts(bench: Bench) -> list[Line]:
    """1,000 forecasts, all changed."""
    path, table = "/api/v1/forecasts", "markets_forecast"
    return _compare(bench, "PUT", path, ground.forecasts, table=table, textbook=False, targets=(12, 1.5))


def expansion(bench: Bench) -> list[Line]:
    """8,928 limit rows out of three items, all changed."""
    path, table = "/api/v1/limits", "markets_limit"
    return _compare(bench, "PATCH", path, ground.limits, table=table, textbook=False, targets=(15, 1.3))


def _compare(
    bench: Bench, method: str, path: str, make: Make, *, table: str, textbook: bool, targets: tuple[float, float]
) -> list[Line]:
    bodies = make(ground.group(bench.asset_ids, 0))
    statements = [statement_of(method, path, key=bench.key, table=table, body=text) for text in bodies.texts]
    rivals = {
        "ours": bench.sender(bench.ours, method, path, bodies),
        "peer": bench.sender(bench.peer, method, path, bodies),
        "floor": lambda: bench.floor.run(statements[bodies.next()]),
    }
    if textbook:
        rivals["textbook"] = bench.sender(bench.textbook, method, path, bodies)
    times = in_turns(rivals)
    rates = at_once({name: bench.senders(getattr(bench, name), method, path, make) for name in ("ours", "peer")})
    ours = times.median("ours")
    least, most = targets
    found = [
        more_per_second("four at once", "peer", ours=rates["ours"], theirs=rates["peer"], least=least),
        times_slower(
            "one at a time", "floor", ours=ours, theirs=times.median("floor"), ratio=times.ratio("ours", "floor"),
            most=most,
        ),
    ]  # fmt: skip
    for rival in ("peer", "textbook") if textbook else ("peer",):
        ratio = times.ratio(rival, "ours")
        found.append(
            times_faster("one at a time", rival, ours=ours, theirs=times.median(rival), ratio=ratio, least=None)
        )
    return found
