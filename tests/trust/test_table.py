"""The table of `make trust` says what broke, also before it had a figure, and what was not shown at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded import BASE_DIR
from tests.trust.conftest import BEGIN, BROKEN, END, EVERY, KEPT, MISSING, Line, Table, completed, write

CHECKS = """
import pytest
from tests.trust.conftest import promises

@pytest.fixture
def broken():
    raise RuntimeError("no server")

@promises("P2")
def test_kept(promise):
    promise("P2", "it holds", figure="3 of 3", target="all")

@promises("P10")
def test_wrong(promise):
    promise("P10", "nothing is lost", figure="1 lost", target="0")
    assert False

@promises("P1", "P3")
def test_never_begun(broken):
    pass

@promises("P4")
def test_silent():
    pass

@promises("P5")
def test_skipped(promise):
    pytest.skip("no nginx")

def test_without_a_promise():
    assert 1 == 2
"""


@pytest.fixture
def said(tmp_path: Path) -> list[str]:
    """The lines of the table that a run of these checks prints; the run fails."""
    (tmp_path / "check_it.py").write_text(CHECKS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    command = f"{sys.executable} -m pytest -p tests.trust.conftest -o python_files=check_*.py -c {tmp_path}/pytest.ini"
    done = subprocess.run(
        [*command.split(), str(tmp_path)], cwd=BASE_DIR, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1, done.stdout
    return [line for line in done.stdout.splitlines() if line.startswith("| ")]


def test_every_promise_has_its_line_and_what_fails_is_broken(said: list[str]) -> None:
    verdicts = [
        (cells[1].strip(), cells[3].strip(), cells[5].strip()) for cells in (row.split("|") for row in said[1:])
    ]
    assert verdicts == [
        ("P1", "setup: RuntimeError: no server", BROKEN),
        ("P2", "3 of 3", KEPT),
        ("P3", "setup: RuntimeError: no server", BROKEN),
        ("P4", "the check has said nothing of it", BROKEN),
        ("P5", "call: Skipped: no nginx", BROKEN),
        ("P10", "1 lost", BROKEN),
        ("?", "call: assert 1 == 2", BROKEN),
    ]


def test_a_whole_run_says_which_promises_nothing_has_shown() -> None:
    table = Table(completed([Line("P7", "races", "all", "all", KEPT)]))
    assert [line.promise for line in table.lines] == list(EVERY)
    assert {line.promise for line in table.broken} == {*EVERY} - {"P7"}
    assert {line.verdict for line in table.broken} == {MISSING}


def test_the_page_is_replaced_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "trust.md"
    page.write_text(f"# Trust\n\n{BEGIN}\nold\n{END}\n\nMore.\n")
    write(page, ["new", "lines"])
    assert page.read_text() == f"# Trust\n\n{BEGIN}\nnew\nlines\n{END}\n\nMore.\n"
    assert list(tmp_path.iterdir()) == [page]
