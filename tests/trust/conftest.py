"""`make trust`: each check says what it promises, what was seen and what was asked for, for docs/trust.md.

Checks are test functions in files named `check_*.py`, which `make test` does not collect: they take minutes. A check
takes the fixture `promise` and calls it with the promise's number, the figure that it saw and the target, and asserts.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
BEGIN, END = "<!-- make trust writes from here -->", "<!-- to here -->"


@dataclass
class Kept:
    """One line of the table."""

    promise: str
    what: str
    figure: str
    target: str
    passed: bool = True


Promise = Callable[..., None]
KEPT = pytest.StashKey["list[Kept]"]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[KEPT] = []


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Iterator[Promise]:
    """`promise("P10", "no event is lost or stored twice", figure="20,000 of 20,000 rows", target="all")`."""
    kept: list[Kept] = []

    def note(number: str, what: str, *, figure: object, target: object) -> None:
        kept.append(Kept(promise=number, what=what, figure=str(figure), target=str(target)))

    yield note
    outcome = getattr(request.node, "outcome_of_call", None)
    for line in kept:
        line.passed = outcome == "passed"
    request.config.stash[KEPT].extend(kept)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.outcome_of_call = report.outcome  # type: ignore[attr-defined]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    noted: list[Kept] = config.stash[KEPT]
    kept = sorted(noted, key=lambda line: int(line.promise.removeprefix("P")))
    if not kept:
        return
    rows = [f"| {one.promise} | {one.what} | {one.figure} | {one.target} | {_verdict(one)} |" for one in kept]
    table = ["| promise | what | figure | target | |", "|---|---|---|---|---|", *rows]
    terminalreporter.section("promises")
    for line in table:
        terminalreporter.write_line(line)
    if config.getoption("--write-docs") and PAGE.exists():
        _write([f"Last run: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.", "", *table])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="write the table to docs/trust.md")


def _verdict(line: Kept) -> str:
    return "kept" if line.passed else "**broken**"


def _write(lines: list[str]) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}")
