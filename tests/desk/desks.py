"""Real desks, started as operators start them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.embedded import BASE_DIR, socket_dir

MANAGE = (sys.executable, str(BASE_DIR / "manage.py"))
PATIENCE = 200.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, *, port: int) -> dict[str, str]:
    """What an operator's shell has: nothing of this test run's servers."""
    ours = {"DATABASE_URL", "REDIS_URL", "LEITSTAND_DATA_DIR", "LEITSTAND_DEMO", "SECRET_KEY"}
    theirs = ("PYTEST", "MAKE", "MFLAGS")  # a make below `make test` would say which folder it enters
    kept = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith(theirs)}
    return {**kept, "LEITSTAND_DATA_DIR": str(data), "PORT": str(port)}


@dataclass
class RunningDesk:
    """A desk that said that it is ready."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    said: str
    work: float  # seconds of processor time that it took until then
    errors: Path  # what it has written beside

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the process that was started and wait for its end."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running_desk(data: Path, *, command: tuple[str, ...] = (*MANAGE, "run")) -> Iterator[RunningDesk]:
    """Start a desk and wait until it is ready; whatever is left of it in the end is killed."""
    port = free_port()
    errors = data.with_name("stderr")
    names = environment(Path(data.name), port=port)
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            command, env=names, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=data.parent
        )
    try:
        assert process.stdout
        said = process.stdout.readline().strip()
        assert said, f"The desk ended with code {process.wait(PATIENCE)}: {errors.read_text()}"
        yield RunningDesk(process=process, data=data, port=port, said=said, work=work_of(data), errors=errors)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert eventually(lambda: not processes_of(data))


def processes_of(data: Path) -> list[str]:
    """The command lines of all processes that work for the desk of a data folder, whoever started them."""
    found = []
    sockets = str(socket_dir(data))
    marks = {f"LEITSTAND_DATA_DIR={name}".encode() for name in (data, data.name)}
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and int(entry.name) != os.getpid():
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                names = (entry / "environ").read_bytes().split(b"\0")
                if str(data) in words or sockets in words or not marks.isdisjoint(names):
                    found.append(f"{entry.name} {words}")
    return found


def work_of(data: Path) -> float:
    """The seconds of processor time that a desk's processes, and those that have ended before, have taken."""
    ticks = 0
    for line in processes_of(data):
        with suppress(OSError):
            fields = Path(f"/proc/{line.split()[0]}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def eventually(happens: Callable[[], bool], *, patience: float = 90.0) -> bool:
    """Whether it happens within this time, in seconds."""
    deadline = time.monotonic() + patience
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happens()
