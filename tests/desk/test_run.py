"""One command starts the whole desk, and nothing of it is left when it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from config.desk import readiness
from config.desk.management.commands.run import Command
from config.embedded import BASE_DIR, socket_dir
from tests.desk.desks import (
    MANAGE,
    PATIENCE,
    RunningDesk,
    environment,
    eventually,
    free_port,
    processes_of,
    running_desk,
)

PARTS = (
    "postgres -D",
    "redis-server",
    "config.desk.web",
    "celery -A config.celery worker",
    "celery -A config.celery beat",
    "manage ingest_events",
    "manage simulate_fleet",
)

Finished = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for left processes in /proc")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a long name and a space in it, that a desk has been started on once, and stopped."""
    folder = tmp_path_factory.mktemp("desk") / f"data {'x' * 90}"
    with running_desk(folder) as desk:
        assert desk.said == f"Leitstand is ready at {desk.url}"
        assert desk.stop(signal.SIGTERM) == 0
        assert processes_of(folder) == []
    return folder


def manage(*arguments: str, data: Path, port: int = 0, names: Mapping[str, str] | None = None) -> Finished:
    shell = environment(data, port=port or free_port()) | dict(names or {})
    return subprocess.run(
        [*MANAGE, *arguments], env=shell, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def health(desk: RunningDesk) -> object:
    with urllib.request.urlopen(f"{desk.url}/health", timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def key_of(desk: RunningDesk) -> str:
    """The demo's key, out of what the desk says when it is ready."""
    assert desk.process.stdout
    return next(line.split()[2] for line in desk.process.stdout if line.strip().startswith("API key"))


def fleet_is_alive(desk: RunningDesk, *, key: str) -> bool:
    """Whether the demo fleet's battery is online and has dispatches of today or yesterday, as the API answers [E2]."""
    today = datetime.now(UTC).date()
    window = f"from={today - timedelta(days=1)}T00:00:00Z&to={today + timedelta(days=2)}T00:00:00Z"

    def read(path: str) -> Any:
        asked = urllib.request.Request(f"{desk.url}/api/v1/{path}", headers={"X-API-Key": key})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    statuses = read("status?asset_ids=DE_50HZ_BOXBERG_1&latest=true")["statuses"]
    dispatches = read(f"dispatches?asset_ids=DE_50HZ_BOXBERG_1&{window}")["dispatches"]
    return bool(dispatches) and [one["status"] for one in statuses] != ["UNKNOWN"]


def test_the_next_start_recovers_when_everything_was_killed(data: Path) -> None:
    with running_desk(data):
        for line in processes_of(data):
            os.kill(int(line.split()[0]), signal.SIGKILL)
    with running_desk(data) as desk:
        assert health(desk) == {"status": "ok"}
        assert eventually(partial(fleet_is_alive, desk, key=key_of(desk)), patience=60)
        desk.process.kill()
        assert eventually(lambda: not processes_of(data))


def test_a_command_says_so_when_no_desk_is_running(data: Path) -> None:
    alone = manage("issue_key", "alone", "--scope", "assets:read", data=data)

    assert alone.returncode == 1
    assert alone.stderr == f"No desk is running on {data}: start it with `make run`, or set DATABASE_URL.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_desk_stops_with_the_make_that_started_it(data: Path, tmp_path: Path, number: signal.Signals) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"run:\n\t@exec {sys.executable} {BASE_DIR / 'manage.py'} run --stop-with-parent $$PPID\n")
    with running_desk(data, command=("make", "-f", str(makefile))) as desk:
        desk.stop(number)
        assert eventually(lambda: not processes_of(data))


def test_a_port_that_is_taken_is_said_before_anything_is_started(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]) as other:
        time.sleep(1)
        refused = manage("run", data=tmp_path / "data", port=port)
        other.terminate()

    assert refused.returncode == 1
    assert f"Port {port} cannot be used (Address already in use)" in refused.stderr
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", ""])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    refused = manage("run", f"--port={port}", data=tmp_path)

    assert refused.returncode == 1
    assert "PORT is a number from 1 to 65535" in refused.stderr


def test_a_desk_goes_on_when_nobody_listens_to_it_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `make run | grep -m1 ready`."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as deaf:
        monkeypatch.setattr(sys, "stdout", deaf)
        for line in ("Leitstand is ready", "login"):
            Command().announce(line)


@pytest.mark.parametrize(
    ("name", "address", "sentence"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing", "The PostgreSQL that DATABASE_URL names"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "The Redis that REDIS_URL names"),
    ],
)
def test_a_server_that_is_named_and_does_not_answer_is_said(data: Path, name: str, address: str, sentence: str) -> None:
    refused = manage("run", data=data, names={name: address})

    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert processes_of(data) == []


# What follows looks at one desk that goes on running until the end of this file.


@pytest.fixture(scope="module")
def desk(data: Path) -> Iterator[RunningDesk]:
    """The second desk on that data."""
    with running_desk(data) as desk:
        yield desk
        assert desk.stop(signal.SIGINT) == 0
        assert processes_of(data) == []
        assert not socket_dir(data).exists()


def test_a_second_start_takes_so_little_that_ten_seconds_do(desk: RunningDesk) -> None:
    """In processor time, since how long that takes by the clock depends on what else the machine does."""
    assert desk.work < 6
    assert health(desk) == {"status": "ok"}


def test_the_demo_s_login_and_keys_stand_under_the_ready_line(desk: RunningDesk) -> None:
    assert desk.process.stdout
    under = [desk.process.stdout.readline() for _ in range(6)]

    assert any("login" in line for line in under)
    assert any("lst_" in line for line in under)
    assert any("lsp_" in line for line in under)


def test_a_second_desk_on_the_same_data_says_where_the_first_one_is(desk: RunningDesk) -> None:
    second = manage("run", data=desk.data)

    assert second.returncode == 1
    assert f"already runs on {desk.data} at {desk.url} (process {desk.process.pid})" in second.stderr


def test_a_command_works_beside_a_running_desk(desk: RunningDesk) -> None:
    issued = manage("issue_key", "beside", "--scope", "assets:read", data=desk.data)

    assert re.fullmatch(r"lst_\w+\n", issued.stdout), issued.stderr


def test_whatever_dies_is_reported_and_started_again(desk: RunningDesk) -> None:
    def numbers() -> dict[str, int]:
        """The oldest process of each part."""
        lines = sorted(
            (line.split(" ", maxsplit=1) for line in processes_of(desk.data)), key=lambda line: -int(line[0])
        )
        return {part: int(number) for number, words in lines for part in PARTS if part in words}

    before = numbers()
    for number in before.values():
        os.kill(number, signal.SIGKILL)

    assert set(before) == set(PARTS)
    assert eventually(lambda: set(numbers()) == set(PARTS) and not set(numbers().values()) & set(before.values()))
    assert eventually(lambda: readiness.web_answers(port=desk.port))
    assert desk.process.poll() is None
    assert "The worker ended (code -9) and is started again in 0.5 s." in desk.errors.read_text()
