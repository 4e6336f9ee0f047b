"""Parts are kept running, and stopped in order."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.desk import supervisor as supervisors
from config.desk.lock import DeskLock
from config.desk.parts import Part
from config.desk.supervisor import StopRequested, Supervisor, listen_for_stop, notice_interrupts_of
from config.processes import ProcessError, Program


class Desk:
    """A supervisor whose parts are shell scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: list[str] = []
        self.lock = DeskLock(folder)
        self.lock.take(url="http://127.0.0.1:8000")
        self.supervisor = Supervisor(lock=self.lock, report=self.reports.append)

    def start(self, name: str, script: str = "exec sleep 60", *, patience: float = 5.0) -> Part:
        """Start a script that tells in `ended` when it is asked to stop."""
        trapped = f"trap 'echo {name} >> ended; exit 0' TERM; {script} & wait" if script.startswith("sleep") else script
        argv = ["sh", "-c", trapped]
        log = self.folder / f"{name}.log"
        part = Part(program=Program(name=name, argv=argv, log=log, cwd=self.folder, patience=patience))
        self.supervisor.start(part)
        return part

    def watch_for(self, seconds: float) -> None:
        """Watch, until Ctrl-C comes after some seconds."""
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(StopRequested):
            self.supervisor.watch()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.supervisor.stop()
    desk.lock.give_back()


@pytest.fixture
def stoppable() -> Iterator[None]:
    """Listen for stop signals in a test, and no longer."""
    numbers = (*supervisors.STOP_SIGNALS, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    listen_for_stop()
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_last_started_is_the_first_to_stop(desk: Desk) -> None:
    for name in ("database", "web", "beat"):
        desk.start(name, "sleep 60")
    time.sleep(0.3)  # until each has set its trap
    desk.supervisor.stop()

    assert (desk.folder / "ended").read_text().split() == ["beat", "web", "database"]
    assert desk.reports == []


def test_a_part_that_does_not_stop_is_killed_and_told_of(desk: Desk) -> None:
    desk.start("deaf", "trap '' TERM; sleep 60; sleep 60", patience=0.2)
    time.sleep(0.3)
    desk.supervisor.stop()

    assert desk.reports == ["deaf did not end within 0 s."]


def test_what_dies_is_told_of_and_started_again_later_each_time(
    desk: Desk, stoppable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisors, "LOOK_AGAIN", 0.02)
    desk.start("short", "echo no luck; exit 4")
    desk.start("long")
    desk.watch_for(2.5)

    pauses = [report.partition(" s. The end of ")[0] for report in desk.reports]
    assert pauses[:2] == [f"short ended (code 4) and is started again in {pause}" for pause in ("0.5", "1")]
    assert desk.reports[0].endswith("short.log:\nno luck")


def test_a_part_is_tended_now_and_then(desk: Desk, stoppable: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisors, "LOOK_AGAIN", 0.02)
    monkeypatch.setattr(supervisors, "TEND_AGAIN", 0.2)
    tended: list[str] = []
    desk.start("long").tend = lambda: tended.append("long")
    desk.watch_for(0.9)

    assert len(tended) in range(3, 6)


def test_what_cannot_be_started_again_is_tried_again(
    desk: Desk, stoppable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisors, "LOOK_AGAIN", 0.02)
    monkeypatch.setattr(supervisors, "LONGEST_PAUSE", 0.05)
    answers = iter([None, ProcessError("It is still being cleared away."), None])

    def clear() -> None:
        if error := next(answers, None):
            raise error

    part = desk.start("short", "exit 1")
    part.clear_leftover = clear
    next(answers)
    desk.watch_for(1.5)

    assert "It is still being cleared away." in desk.reports
    assert len([report for report in desk.reports if "ended" in report]) > 1


def test_a_desk_that_was_never_ready_ends_with_what_died(desk: Desk) -> None:
    desk.start("short", "echo wrong setting; exit 1")
    time.sleep(0.2)

    with pytest.raises(ProcessError, match=r"short ended at its start \(code 1\):\nwrong setting"):
        desk.supervisor.insist()


def test_only_the_first_stop_signal_counts(stoppable: None) -> None:
    with pytest.raises(StopRequested):
        os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)


def test_nohup_stays_nohup(stoppable: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    listen_for_stop()

    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_an_interrupt_that_only_make_got_is_noticed(tmp_path: Path, stoppable: None) -> None:
    """While make handles a signal and waits for us, it has that signal blocked."""
    makefile = tmp_path / "Makefile"
    makefile.write_text("wait:\n\t@sleep 2\n")
    with subprocess.Popen(["make", "-f", str(makefile)], stderr=subprocess.DEVNULL) as make:
        notice_interrupts_of(make.pid)
        time.sleep(0.6)  # nothing yet
        make.send_signal(signal.SIGINT)
        with pytest.raises(StopRequested):
            time.sleep(1.5)


def test_a_parent_that_cannot_be_looked_at_is_not(stoppable: None) -> None:
    notice_interrupts_of(2**22 + 1)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
