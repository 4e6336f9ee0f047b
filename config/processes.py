"""Child processes that have a group of their own and do not outlive the process that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
LOG_KEPT = 5_000_000  # bytes: a longer log is set aside when its process starts
POLL = 0.02


@dataclass(frozen=True, kw_only=True)
class Account:
    """The operating system's account that a process runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """How a process is started and how it is stopped."""

    name: str
    argv: Sequence[str]
    log: Path
    cwd: Path
    environment: Mapping[str, str] | None = None  # None: ours
    account: Account | None = None  # None: ours
    stop_signal: signal.Signals = signal.SIGTERM  # asks it to finish
    orphan_signal: signal.Signals = signal.SIGTERM  # what the kernel sends it when we are gone
    patience: float = 15.0  # seconds that it has for finishing


class ProcessError(Exception):
    """A process could not be started, or did not do what it was started for."""


def follow_parent(*, parent: int, orphan_signal: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent ends; ends it at once if the parent is gone already.

    Only Linux can; elsewhere it does nothing, and whoever starts next stops what was left over.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class Child:
    """A running program. Start it from the main thread: the kernel takes the end of that thread for the parent's."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started = time.monotonic()
        parent = os.getpid()

        def before_exec() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            follow_parent(parent=parent, orphan_signal=program.orphan_signal)

        account = program.account
        _set_aside(program.log)
        with program.log.open("ab") as log:
            self.log_begins = log.tell()
            try:
                self.process = subprocess.Popen(  # noqa: S603
                    list(program.argv),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=program.cwd,
                    env=None if program.environment is None else dict(program.environment),
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                    process_group=0,
                    preexec_fn=before_exec,  # noqa: PLW1509  it makes two system calls and takes no lock
                )
            except (OSError, subprocess.SubprocessError) as error:
                whom = f" as {account.name}" if account else ""
                raise ProcessError(f"{program.name} cannot be started{whom}: {error}.") from error

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the signal by which this program finishes what it is doing and ends."""
        if self.is_running:
            self.process.send_signal(self.program.stop_signal)

    def stop(self) -> bool:
        """Stop it and all of its group; False when it had to be killed."""
        self.ask_to_stop()
        try:
            self.process.wait(self.program.patience)
        except subprocess.TimeoutExpired:
            return False
        else:
            return True
        finally:
            self.kill()

    def kill(self) -> None:
        """End whatever is left of its group at once."""
        # nobody is left; macOS says the latter of processes that have ended and are not yet buried
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self, *, lines: int = 12) -> str:
        """The end of what it has logged."""
        with self.program.log.open("rb") as log:
            log.seek(self.log_begins)
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def wait_for(child: Child, *, until: Callable[[], bool], patience: float = 30.0) -> None:
    """Return as soon as the child answers; ProcessError with the end of its log when it dies or takes too long."""
    deadline = time.monotonic() + patience
    while not until():
        if not child.is_running:
            code = child.process.returncode
            raise ProcessError(f"{child.program.name} ended at its start (code {code}):\n{child.last_words()}")
        if time.monotonic() > deadline:
            raise ProcessError(f"{child.program.name} did not answer within {patience:.0f} s:\n{child.last_words()}")
        time.sleep(POLL)


def run(program: Program, *, patience: float = 120.0) -> None:
    """Run a program to its end; ProcessError with the end of its log when that is not success."""
    child = Child(program)
    try:
        code = child.process.wait(patience)
    except subprocess.TimeoutExpired as error:
        raise ProcessError(f"{program.name} took longer than {patience:.0f} s:\n{child.last_words()}") from error
    finally:
        child.kill()
    if code != 0:
        raise ProcessError(f"{program.name} failed (code {code}):\n{child.last_words()}")


def _set_aside(log: Path) -> None:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_KEPT:
        log.replace(log.with_name(f"{log.name}.1"))
