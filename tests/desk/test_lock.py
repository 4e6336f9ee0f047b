"""One desk per data folder, and what is left of one that was killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.desk import lock as locks
from config.desk.lock import DeskLock, end_leftovers, started_at
from config.processes import Child, ProcessError, Program

URL = "http://127.0.0.1:8000"


def sleeper(folder: Path) -> Child:
    return Child(Program(name="sleep", argv=["sleep", "60"], log=folder / "log", cwd=folder))


def test_the_second_is_told_who_holds_the_folder_and_where_it_answers(tmp_path: Path) -> None:
    first = DeskLock(tmp_path)
    first.take(url=URL)

    with pytest.raises(ProcessError, match=rf"already runs on .* at {URL} \(process {os.getpid()}\)"):
        DeskLock(tmp_path).take(url="http://127.0.0.1:9000")
    first.give_back()


def test_a_folder_that_was_given_back_can_be_taken_again(tmp_path: Path) -> None:
    for _time in range(2):
        desk = DeskLock(tmp_path / "made" / "when needed")
        desk.take(url=URL)
        desk.give_back()
        desk.give_back()  # a desk that could not be started gives back what it may not have


def test_a_desk_that_is_stopping_is_waited_for(tmp_path: Path) -> None:
    first, second = DeskLock(tmp_path), DeskLock(tmp_path)
    first.take(url=URL)
    first.announce_stop()
    threading.Timer(0.3, first.give_back).start()

    began = time.monotonic()
    second.take(url=URL)
    assert time.monotonic() - began > 0.2
    second.give_back()


def test_a_desk_that_does_not_end_is_not_waited_for_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WAIT_FOR_STOPPING", 0.1)
    first = DeskLock(tmp_path)
    first.take(url=URL)
    first.announce_stop()

    with pytest.raises(ProcessError, match="already runs"):
        DeskLock(tmp_path).take(url=URL)
    first.give_back()


def test_what_a_killed_desk_wrote_last_may_be_half_a_line(tmp_path: Path) -> None:
    (tmp_path / "desk.json").write_text('{"pid": 1, "proc')
    desk = DeskLock(tmp_path)
    desk.take(url=URL)
    desk.give_back()


def test_processes_of_a_killed_desk_that_do_not_end_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WAIT_FOR_LEFTOVERS", 0.1)
    killed, child = DeskLock(tmp_path), sleeper(tmp_path)
    killed.take(url=URL)
    killed.record([child])
    assert killed.descriptor is not None
    os.close(killed.descriptor)  # as the kernel does

    desk = DeskLock(tmp_path)
    desk.take(url=URL)
    assert child.process.wait(5) == -signal.SIGKILL
    desk.give_back()


def test_a_process_that_only_bears_the_number_of_one_is_left_alone(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    end_leftovers({str(child.process.pid): "started at another time"})
    assert child.is_running
    child.stop()


def test_what_is_left_of_a_group_whose_first_has_ended_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "WAIT_FOR_LEFTOVERS", 0.1)
    argv = ["sh", "-c", "sleep 60 & echo $!"]
    first = Child(Program(name="the first", argv=argv, log=tmp_path / "log", cwd=tmp_path))
    began = started_at(first.process.pid)
    first.process.wait()
    second = int(first.last_words())
    assert started_at(second) is not None

    end_leftovers({str(first.process.pid): began})
    assert started_at(second) is None


def test_a_process_is_known_by_when_it_started() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        began = started_at(process.pid)
        assert began is not None
        assert started_at(process.pid) == began
        process.kill()
        process.wait()
    assert started_at(process.pid) is None
