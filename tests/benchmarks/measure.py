"""Taking times so that whatever else the machine does hits all rivals alike: in turns, there and back (ABBA)."""

import gc
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.benchmarks.wire import HOST, Wire, request

WRK = shutil.which("wrk")
CONNECTIONS = 4
FEWEST_TURNS = 8
Work = Callable[[], object]


@dataclass
class Times:
    """What each rival took, in seconds, turn by turn."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """The rival's median."""
        return statistics.median(self.of[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as long one takes as the other: the median of what it was in each turn."""
        return statistics.median(a / b for a, b in zip(self.of[name], self.of[other], strict=True))


def in_turns(rivals: Mapping[str, Work], *, turns: int = 30, warm: int = 4, patience: float = 45.0) -> Times:
    """One piece of work at a time, each rival in its turn, every second round backwards.

    Where the machine is so busy that it takes longer than `patience`, in seconds, fewer turns have to do.
    """
    names = list(rivals)
    times = Times({name: [] for name in names})
    for _ in range(warm):
        for name in names:
            rivals[name]()
    gc.collect()
    gc.disable()
    end = time.monotonic() + patience
    try:
        for turn in range(turns):
            if turn >= FEWEST_TURNS and turn % 2 == 0 and time.monotonic() > end:
                break
            for name in names if turn % 2 == 0 else reversed(names):
                begin = time.perf_counter()
                rivals[name]()
                times.of[name].append(time.perf_counter() - begin)
    finally:
        gc.enable()
    return times


def at_once(rivals: Mapping[str, Sequence[Work]], *, seconds: float = 3.0, passes: int = 2) -> dict[str, float]:
    """Pieces of work per second, with as many threads as a rival has pieces of work; medians of ABBA passes."""
    counted: dict[str, list[float]] = {name: [] for name in rivals}
    names = list(rivals)
    for turn in range(passes * 2):
        for name in names if turn % 2 == 0 else reversed(names):
            counted[name].append(_rate(rivals[name], seconds=seconds))
    return {name: statistics.median(rates) for name, rates in counted.items()}


def _rate(works: Sequence[Work], *, seconds: float) -> float:
    done = [0] * len(works)
    errors: list[BaseException] = []
    end = time.perf_counter() + seconds

    def repeat(index: int, work: Work) -> None:
        try:
            while time.perf_counter() < end:
                work()
                done[index] += 1
        except Exception as error:  # noqa: BLE001  said below, by the thread that asked
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(index, work)) for index, work in enumerate(works)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(done) / (time.perf_counter() - begin)


@dataclass(frozen=True)
class Target:
    """Something to be asked for again and again."""

    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def reader(self) -> Work:
        """Ask for it, over a connection of its own; 200 or 304 is what is expected."""
        wire = Wire(self.port)
        data = request("GET", self.path, headers=self.headers)

        def read() -> None:
            answer = wire.send(data)
            assert answer.status in (200, 304), (answer.status, answer.body)

        return read


def rates(
    targets: Mapping[str, Target], *, seconds: int = 3, passes: int = 2, connections: int = 8
) -> tuple[dict[str, float], str]:
    """Requests per second, medians of ABBA passes, and who counted them: wrk, or without it threads of ours."""
    if not WRK:
        readers = {name: [target.reader() for _ in range(connections)] for name, target in targets.items()}
        return at_once(readers, seconds=seconds, passes=passes), "counted by Python, which is slower than what it asks"
    counted: dict[str, list[float]] = {name: [] for name in targets}
    names = list(targets)
    for turn in range(passes * 2):
        for name in names if turn % 2 == 0 else reversed(names):
            counted[name].append(_wrk(targets[name], seconds=seconds, connections=connections))
    return {name: statistics.median(found) for name, found in counted.items()}, "counted by wrk"


def _wrk(target: Target, *, seconds: int, connections: int) -> float:
    headers = [word for name, value in target.headers.items() for word in ("-H", f"{name}: {value}")]
    url = f"http://{HOST}:{target.port}{target.path}"
    argv = [str(WRK), "-t1", f"-c{connections}", f"-d{seconds}s", *headers, url]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    with suppress(StopIteration):
        return float(next(line for line in said.splitlines() if line.startswith("Requests/sec")).split()[1])
    raise AssertionError(said)
