"""One desk per data folder: who holds it, where it answers, and which processes it has started."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from config.processes import POLL, Child, ProcessError

WAIT_FOR_STOPPING = 60.0  # seconds: a desk that is told to stop finishes its requests and tasks first
WAIT_FOR_LEFTOVERS = 30.0
WAIT_FOR_KILLED = 5.0
PROC = Path("/proc")


class DeskLock:
    """The lock of a data folder. The kernel gives it back when its holder ends, however that comes about."""

    def __init__(self, data: Path) -> None:
        self.folder = data
        self.path = data / "desk.json"
        self.descriptor: int | None = None
        self.state: dict[str, Any] = {}

    def take(self, *, url: str) -> None:
        """Become the folder's desk; ProcessError naming the one that is, after waiting for one that is stopping."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "desk.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + WAIT_FOR_STOPPING
        while not _locked(descriptor):
            holder = self._read()
            if not holder.get("stopping") or time.monotonic() > deadline:
                os.close(descriptor)
                where = f" at {holder['url']} (process {holder['pid']})" if holder else ""
                raise ProcessError(
                    f"A desk already runs on {self.folder}{where}. "
                    "For a second one set PORT and LEITSTAND_DATA_DIR to others."
                )
            time.sleep(POLL)
        self.descriptor = descriptor
        end_leftovers(self._read().get("processes", {}))
        self._write(url=url, pid=os.getpid(), stopping=False, processes={})

    def record(self, children: Iterable[Child]) -> None:
        """Note what was started, for the next start after a kill -9."""
        processes = {str(child.process.pid): started_at(child.process.pid) for child in children}
        self._write(**{**self.state, "processes": processes})

    def announce_stop(self) -> None:
        """Tell whoever starts next to wait."""
        self._write(**{**self.state, "stopping": True})

    def give_back(self) -> None:
        """Be the folder's desk no longer."""
        if self.descriptor is not None:
            self.path.unlink(missing_ok=True)
            os.close(self.descriptor)
            self.descriptor = None

    def _write(self, **state: object) -> None:
        self.state = state
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(json.dumps(state))
        fresh.replace(self.path)

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def end_leftovers(processes: dict[str, str | None]) -> None:
    """Wait for the processes of a desk that was killed; they were told to end when it died. End those that do not."""
    left = {int(pid): started for pid, started in processes.items()}
    began = time.monotonic()
    while left := {pid: started for pid, started in left.items() if _is_left(pid, started=started)}:
        waited = time.monotonic() - began
        if waited > WAIT_FOR_LEFTOVERS + WAIT_FOR_KILLED:
            raise ProcessError(f"Processes of an earlier run do not end: {sorted(left)}.")
        if waited > WAIT_FOR_LEFTOVERS:
            _kill(left)
        time.sleep(POLL)


def _kill(groups: Iterable[int]) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def started_at(pid: int) -> str | None:
    """When a process was started, which together with its number names it for good; None when it has ended."""
    if PROC.joinpath("self").exists():
        stat = _stat(pid)
        return stat.started if stat else None
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return answer.stdout.strip() or None


def _is_left(pid: int, *, started: str | None) -> bool:
    now = started_at(pid)
    if now is not None:
        return now == started  # otherwise the number is another's by now
    if PROC.joinpath("self").exists():
        groups = (_stat(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdecimal())
        return any(stat.group == pid for stat in groups if stat)
    try:
        os.killpg(pid, 0)
    except OSError:
        return False
    return True


class _Stat(NamedTuple):
    group: int
    started: str


def _stat(pid: int) -> _Stat | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else _Stat(group=int(fields[2]), started=fields[19])
