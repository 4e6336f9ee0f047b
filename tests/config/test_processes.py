"""Children have a group of their own and end with who started them."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from config import processes
from config.processes import Child, ProcessError, Program, wait_for
from tests.desk.desks import eventually

STARTS_A_CHILD = """
import time
from pathlib import Path
from config.processes import Child, Program
print(Child(Program(name="sleep", argv=["sleep", "60"], log=Path("log"), cwd=Path("/"))).process.pid, flush=True)
time.sleep(60)
"""


def shell(script: str, *, folder: Path) -> Program:
    return Program(name="the script", argv=["sh", "-c", script], log=folder / "logs" / "script.log", cwd=folder)


def is_gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text()


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(Path(processes.__file__).parent.parent), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_A_CHILD], stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
    assert eventually(lambda: is_gone(child))


def test_a_child_that_ends_when_asked_is_not_killed(tmp_path: Path) -> None:
    child = Child(shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done", folder=tmp_path))
    wait_for(child, until=lambda: "ready" in child.last_words())

    assert child.stop()
    assert child.last_words() == "ready\nbye"


def test_a_child_that_does_not_listen_is_killed_with_all_of_its_group(tmp_path: Path) -> None:
    deaf = shell("trap '' TERM; sleep 60 & echo $!; wait; wait", folder=tmp_path)
    child = Child(replace(deaf, patience=0.3))
    wait_for(child, until=lambda: bool(child.last_words()))

    assert not child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert eventually(lambda: is_gone(int(child.last_words())))


def test_a_child_is_not_reached_by_a_signal_to_our_group(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole foreground group; the database shall not be the first to end."""
    child = Child(shell("sleep 60", folder=tmp_path))
    try:
        group = Path(f"/proc/{child.process.pid}/stat").read_text().rpartition(")")[2].split()[2]
        assert int(group) == child.process.pid
    finally:
        child.stop()


def test_what_died_at_its_start_is_told_with_the_end_of_its_own_log(tmp_path: Path) -> None:
    earlier = Child(shell("echo an earlier run", folder=tmp_path))
    earlier.process.wait()
    child = Child(shell("echo no disk left >&2; exit 3", folder=tmp_path))

    with pytest.raises(ProcessError, match=r"^the script ended at its start \(code 3\):\nno disk left$"):
        wait_for(child, until=lambda: False)


def test_what_does_not_answer_in_time_is_told(tmp_path: Path) -> None:
    child = Child(shell("sleep 60", folder=tmp_path))
    try:
        with pytest.raises(ProcessError, match="did not answer within 0 s"):
            wait_for(child, until=lambda: False, patience=0.1)
    finally:
        child.stop()


def test_a_program_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    missing = replace(shell("", folder=tmp_path), argv=[str(tmp_path / "nothing")])

    with pytest.raises(ProcessError, match="the script cannot be started"):
        Child(missing)


def test_a_program_that_is_run_to_its_end_must_succeed(tmp_path: Path) -> None:
    processes.run(shell("true", folder=tmp_path))
    with pytest.raises(ProcessError, match=r"the script failed \(code 2\):\nbad luck"):
        processes.run(shell("echo bad luck; exit 2", folder=tmp_path))
    with pytest.raises(ProcessError, match="took longer"):
        processes.run(shell("sleep 60", folder=tmp_path), patience=0.1)


def test_a_long_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_KEPT", 10)
    program = shell("echo more than ten characters", folder=tmp_path)
    processes.run(program)
    processes.run(program)

    assert program.log.with_name("script.log.1").read_text() == program.log.read_text()
