"""Keeps a desk's parts running, and stops them in order."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config.desk.lock import DeskLock
from config.desk.parts import Part
from config.processes import Child, ProcessError, wait_for

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_AGAIN = 0.25  # seconds between two looks at the children
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds before a part that died is started again, doubled each time
TEND_AGAIN = 1.0  # seconds between two times that a part is tended
STEADY = 30.0  # seconds after which a part counts as running well


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal, or sent SIGTERM."""


def listen_for_stop() -> None:
    """Raise StopRequested at the first stop signal, wherever we are; be deaf to those that follow, while we stop."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        be_deaf()
        raise StopRequested

    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, stop)


def be_deaf() -> None:
    """Take no further notice of stop signals: we are stopping."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def notice_interrupts_of(parent: int) -> None:
    """Take a SIGINT or SIGHUP that only the parent got for ours: make hands on SIGTERM alone, and waits for us to end.

    While make waits in its handler, the signal it handles is blocked for it; on Linux that can be seen.
    """
    status = Path(f"/proc/{parent}/status")
    if not status.exists():
        return
    interrupts = 1 << signal.SIGINT - 1 | 1 << signal.SIGHUP - 1

    def look(_number: int, _frame: FrameType | None) -> None:
        with suppress(OSError):
            blocked = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigBlk"))
            if int(blocked, 16) & interrupts:
                os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_AGAIN, LOOK_AGAIN)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let no signal come between starting a child and knowing of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(kw_only=True)
class _Kept:
    part: Part
    child: Child
    pause: float = FIRST_PAUSE
    tended_at: float = 0.0
    due_at: float | None = None  # when it is started again, on the monotonic clock; None while it runs


class Supervisor:
    """Starts parts, looks after them, and stops them in the opposite order."""

    def __init__(self, *, lock: DeskLock, report: Callable[[str], None]) -> None:
        self.lock = lock
        self.report = report
        self.kept: list[_Kept] = []

    def start(self, part: Part) -> None:
        """Start a part and keep it running from now on; it may take a moment until it answers."""
        part.clear_leftover()
        with _signals_held():
            self.kept.append(_Kept(part=part, child=Child(part.program)))
        self._record()

    def wait_until_all_answer(self, *, patience: float) -> None:
        """Return when every part answers; ProcessError with the end of its log for one that does not."""
        for kept in self.kept:
            wait_for(kept.child, until=kept.part.answers, patience=patience)

    def insist(self) -> None:
        """ProcessError when a part has died: a desk that has never been ready is not patched up."""
        for kept in self.kept:
            wait_for(kept.child, until=lambda kept=kept: kept.child.is_running)  # type: ignore[misc]

    def watch(self) -> None:
        """Start again whatever dies, later each time; never returns."""
        while True:
            for kept in self.kept:
                self._look_after(kept)
            time.sleep(LOOK_AGAIN)

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for kept in reversed(self.kept):
            if not kept.child.stop():
                self.report(f"{kept.part.program.name} did not end within {kept.part.program.patience:.0f} s.")
        self.kept.clear()

    def _look_after(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.due_at is None:
            if not kept.child.is_running:
                self._plan_restart(kept, now=now)
            elif now >= kept.tended_at + TEND_AGAIN:
                kept.part.tend()
                kept.tended_at = now
        elif now >= kept.due_at:
            self._restart(kept)

    def _plan_restart(self, kept: _Kept, *, now: float) -> None:
        program = kept.part.program
        kept.child.kill()  # what is left of its group
        if now - kept.child.started > STEADY:
            kept.pause = FIRST_PAUSE
        kept.due_at = now + kept.pause
        code = kept.child.process.returncode
        self.report(
            f"{program.name} ended (code {code}) and is started again in {kept.pause:g} s. "
            f"The end of {program.log}:\n{kept.child.last_words()}"
        )
        kept.pause = min(kept.pause * 2, LONGEST_PAUSE)

    def _restart(self, kept: _Kept) -> None:
        try:
            kept.part.clear_leftover()
            with _signals_held():
                kept.child = Child(kept.part.program)
                kept.due_at = None
        except ProcessError as error:
            self.report(str(error))
            kept.due_at = time.monotonic() + LONGEST_PAUSE
        self._record()

    def _record(self) -> None:
        self.lock.record([kept.child for kept in self.kept])
