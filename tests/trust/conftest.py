"""`make trust`: each check says what it promises, what was seen and what was asked for, for docs/trust.md.

Checks are test functions in files named `check_*.py`, which `make test` does not collect: they take minutes. A check
names its promises (`@promises("P10")`), takes the fixture `promise` and calls it with the promise's number, the figure
that it saw and the target, and asserts. One that fails before it has a figure has a line too. A whole run, which writes
the page, has a line for every promise, or has failed.
"""

import os
import platform
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
BEGIN, END = "<!-- make trust writes from here -->", "<!-- to here -->"
EVERY = tuple(f"P{number}" for number in range(1, 24))
KEPT, BROKEN, MISSING = "kept", "**broken**", "**not shown**"
LONGEST_REASON = 120


@dataclass
class Line:
    """One line of the table."""

    promise: str
    what: str
    figure: str
    target: str
    verdict: str = BROKEN
    taken: datetime | None = None

    def __str__(self) -> str:
        when = f"{self.taken:%Y-%m-%d %H:%M}" if self.taken else "never"
        cells = (self.promise, self.what, self.figure, self.target, self.verdict, when)
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    @property
    def place(self) -> tuple[int, int]:
        """The promises by their numbers, then what is none of theirs."""
        number = self.promise.removeprefix("P")
        return (0, int(number)) if number.isdecimal() else (1, 0)


Promise = Callable[..., None]
promises = pytest.mark.promises
LINES = pytest.StashKey["list[Line]"]()  # of the run
NOTED = pytest.StashKey["list[Line]"]()  # of one check
FAULTS = pytest.StashKey["list[str]"]()  # of one check's phases
BEGUN = pytest.StashKey[datetime]()


@dataclass
class Table:
    """What is written."""

    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines.sort(key=lambda line: line.place)

    @property
    def text(self) -> list[str]:
        head = ["| promise | what | figure | target | | taken (UTC) |", "|---|---|---|---|---|---|"]
        return [*head, *map(str, self.lines)]

    @property
    def broken(self) -> list[Line]:
        return [line for line in self.lines if line.verdict != KEPT]


def completed(lines: Iterable[Line]) -> list[Line]:
    """The lines, and one for each promise that has none."""
    found = list(lines)
    shown = {line.promise for line in found}
    return found + [Line(one, "", "no check has run", "", MISSING) for one in EVERY if one not in shown]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-docs", action="store_true", help="a whole run: write its table to docs/trust.md")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "promises(*numbers): what a check shows, as docs/trust.md numbers it")
    config.stash[LINES] = []
    config.stash[BEGUN] = datetime.now(UTC)


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Promise:
    """`promise("P10", "no event is lost or stored twice", figure="20,000 of 20,000 rows", target="all")`."""
    noted: list[Line] = request.node.stash.setdefault(NOTED, [])

    def note(number: str, what: str, *, figure: object, target: object) -> None:
        noted.append(Line(number, what, str(figure), str(target), taken=datetime.now(UTC)))

    return note


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    faults = item.stash.setdefault(FAULTS, [])
    if not report.passed:
        faults.append(_reason(report))
    if report.when == "teardown":
        item.config.stash[LINES].extend(_lines_of(item, faults))
    return report


def _lines_of(item: pytest.Item, faults: list[str]) -> list[Line]:
    """What a check that has ended says: what it noted, and a line for each promise that it did not come to."""
    lines = item.stash.get(NOTED, [])
    for line in lines:
        line.verdict = BROKEN if faults else KEPT
    marks = [number for mark in item.iter_markers("promises") for number in mark.args]
    reason = faults[0] if faults else "the check has said nothing of it"
    for number in marks or ([] if lines or not faults else ["?"]):
        if number not in {line.promise for line in lines}:
            lines.append(Line(number, f"`{item.name}`", reason, "", taken=datetime.now(UTC)))
    return lines


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    skipped = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    said = skipped or (crash.message if crash else str(report.longrepr))
    return f"{report.when}: {said.strip().splitlines()[0] if said.strip() else report.outcome}"[:LONGEST_REASON]


def table_of(config: pytest.Config) -> Table:
    """What the run has shown; a whole one says too what it has not."""
    lines = config.stash[LINES]
    return Table(completed(lines) if config.getoption("--write-docs", False) else list(lines))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and table_of(session.config).broken:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    table = table_of(config)
    if not table.lines:
        return
    terminalreporter.section("promises")
    for line in table.text:
        terminalreporter.write_line(line)
    # a run that was interrupted leaves the page of the last one that came to its end
    if config.getoption("--write-docs", False) and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        write(PAGE, [*_heading(config, table), "", *table.text])


def _heading(config: pytest.Config, table: Table) -> list[str]:
    begun, ended = config.stash[BEGUN], datetime.now(UTC)
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    kept = len({line.promise for line in table.lines}) - len({line.promise for line in table.broken})
    taken = f"{begun:%Y-%m-%d %H:%M} to {ended:%H:%M} UTC on {os.cpu_count()} cores, {system}"
    total = len({line.promise for line in table.lines})
    return [f"Last run: {taken}, Python {platform.python_version()}: {kept} of {total} kept."]


def write(page: Path, lines: list[str]) -> None:
    """Put the lines between the page's two marks; whoever reads it sees the old page or the new one."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"{page} lacks its first mark"
    assert end, f"{page} lacks its last mark"
    written = page.with_name(f".{page.name}.{os.getpid()}")
    written.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}")
    written.replace(page)
