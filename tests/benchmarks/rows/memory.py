"""What a web worker's memory comes to."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from tests.benchmarks import ground
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import CONNECTIONS, Work
from tests.benchmarks.results import Line
from tests.benchmarks.rows.reads import page_of
from tests.benchmarks.servers import start_desk
from tests.benchmarks.wire import Wire

WARM, REQUESTS = 2_000, 10_000
MOST_GROWTH, MOST_MEGABYTES = 0.10, 250


def memory(bench: Bench) -> list[Line]:
    """The largest worker's resident memory before and after 10,000 requests of all sorts."""
    port, server = start_desk(bench.machine, bench.database)
    # the same connections before and after: which worker answers what depends on them
    mixes = [_mix(bench, port, group) for group in range(1, CONNECTIONS + 1)]
    _send(mixes, WARM)
    before = _megabytes(server.process.pid)
    _send(mixes, REQUESTS)
    after = _megabytes(server.process.pid)
    growth = max(late / early - 1 for early, late in zip(before, after, strict=True))
    start, end = f"{max(before):.0f} MB", f"{max(after):.0f} MB"
    return [
        Line(
            f"{REQUESTS:,} mixed requests", f"after the first {WARM:,}", end, start, f"{growth:+.1%}",
            f"< +{MOST_GROWTH:.0%}", growth < MOST_GROWTH,
        ),
        Line("the largest worker", "", end, "", "", f"< {MOST_MEGABYTES} MB", max(after) < MOST_MEGABYTES),
    ]  # fmt: skip


def _send(mixes: Sequence[Sequence[Work]], number: int) -> None:
    """This many requests in all, all mixes at once."""

    def each(mix: Sequence[Work]) -> None:
        for work in islice(cycle(mix), number // len(mixes)):
            work()

    with ThreadPoolExecutor(len(mixes)) as senders:
        list(senders.map(each, mixes))


def _mix(bench: Bench, port: int, group: int) -> list[Work]:
    """Writes and reads, and what is refused."""
    asset_ids = ground.group(bench.asset_ids, group)
    positions, windows = page_of("reservations", asset_ids), page_of("limits", asset_ids[:1])
    broken = ground.Bodies([b'{"reservations": [{"asset_id": 7}]}', b"[" * 2_000, b"\xff"])
    bench.sender(port, "PATCH", "/api/v1/limits", ground.limits(asset_ids))()
    with Wire(port) as wire:
        tag = wire.ask("GET", windows, headers=bench.headers).header("ETag")
    read: Callable[..., Work] = bench.reader
    return [
        bench.sender(port, "PUT", "/api/v1/reservations", ground.reservations(asset_ids)),
        read(port, positions),
        read(port, windows, status=304, If_None_Match=tag),
        bench.sender(port, "PUT", "/api/v1/forecasts", ground.forecasts(asset_ids)),
        read(port, windows),
        read(port, windows, status=304, If_None_Match=tag),
        bench.sender(port, "PUT", "/api/v1/reservations", broken, status=422),
        read(port, "/api/v1/assets/DE_50HZ_NOBODY_1", status=404),
        read(port, "/api/v1/assets?limit=50"),
        read(port, positions, Accept="text/csv"),
    ]


def _megabytes(pid: int) -> list[float]:
    """The resident memory of the workers that a server has forked."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert children, "The web server has no workers"
    return [_resident(Path(f"/proc/{child}/status")) for child in children]


def _resident(status: Path) -> float:
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
