"""What became of the mutants: the table, and the page docs/mutation.md."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.embedded import BASE_DIR

TARGET = 85
PAGE = BASE_DIR / "docs" / "mutation.md"
REASONS = Path(__file__).parent / "survivors.json"
BEGIN, END = "<!-- make mutate writes from here -->", "<!-- to here -->"


@dataclass(frozen=True)
class Result:
    """A mutant, and its verdict: killed, timed out, survived, or unreadable to PostgreSQL."""

    subject: str
    path: str
    place: int
    before: str
    after: str
    verdict: str
    of: int = 0  # how many there are of its subject

    @property
    def mutant(self) -> tuple[str, ...]:
        """What it is known by while lines stay; one line may hold several that look alike."""
        return (self.path, str(self.place), self.before, self.after)

    @property
    def survived(self) -> bool:
        """Whether no test noticed it."""
        return self.verdict == "survived"

    @property
    def line(self) -> str:
        """It in a line."""
        return f"{self.verdict:10} {self.path}:{self.place}  {self.before}  =>  {self.after}"

    @property
    def key(self) -> str:
        """What it is known by while lines move."""
        line = (BASE_DIR / self.path).read_text(encoding="utf-8").splitlines()[self.place - 1].strip()
        return f"{self.path}: {line}: {self.before} => {self.after}"

    def as_json(self) -> str:
        """It for a file that holds one a line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    subject: str
    made: int
    mutants: int
    killed: int

    @property
    def percent(self) -> float:
        """The share that was killed."""
        return 100 * self.killed / self.mutants if self.mutants else 0.0

    @property
    def suffices(self) -> bool:
        """Whether enough were killed."""
        return self.percent >= TARGET


def read(paths: Iterable[Path]) -> list[Result]:
    """What earlier runs have written; of one mutant the last word counts."""
    found: dict[tuple[str, ...], list[Result]] = {}
    for path in paths:
        by_mutant: dict[tuple[str, ...], list[Result]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            result = Result(**json.loads(line))
            by_mutant.setdefault((result.subject, *result.mutant), []).append(result)
        found |= by_mutant
    return [result for results in found.values() for result in results]


def table_of(results: Iterable[Result]) -> list[Row]:
    """A row for each subject, and one for them all. What PostgreSQL cannot read is no mutant."""
    counted: dict[str, list[Result]] = {}
    for result in results:
        counted.setdefault(result.subject, []).append(result)
    rows = [_row(name, of) for name, of in counted.items()]
    return [*rows, Row("all", *(sum(getattr(row, name) for row in rows) for name in ("made", "mutants", "killed")))]


def _row(subject: str, of: Sequence[Result]) -> Row:
    readable = [one for one in of if one.verdict != "unreadable"]
    made = max(len(of), of[0].of) - (len(of) - len(readable))
    return Row(subject, made, len(readable), sum(not one.survived for one in readable))


def lines_of(rows: Sequence[Row]) -> list[str]:
    """The table in Markdown; it says where a sample was taken."""
    lines = ["| subject | mutants | killed | survived | % |", "|---|---|---|---|---|"]
    for row in rows:
        run = f"{row.mutants}" if row.mutants >= row.made else f"{row.mutants}, a sample of {row.made}"
        lines.append(f"| {row.subject} | {run} | {row.killed} | {row.mutants - row.killed} | {row.percent:.1f} |")
    return lines


def write_page(results: Sequence[Result], rows: Sequence[Row]) -> None:
    """Write the table and the list of survivors into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    when = f"Last run: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
    unreadable = sum(result.verdict == "unreadable" for result in results)
    late = sum(result.verdict == "timed out" for result in results)
    said = (
        f"{when} Not counted: {unreadable} that PostgreSQL could not read. Counted as killed: {late} that ran too long."
    )
    reasons = json.loads(REASONS.read_text(encoding="utf-8"))
    lines = [said, "", *lines_of(rows), "", "## Who survived", *_survivors(results, reasons)]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


def _survivors(results: Sequence[Result], reasons: Mapping[str, str]) -> Iterator[str]:
    """Each survivor, with the reason why it is left."""
    path = ""
    for result in sorted((one for one in results if one.survived), key=lambda one: (one.path, one.place)):
        if result.path != path:
            path = result.path
            yield from ("", f"### {path}", "") if path else ()
        why = reasons.get(result.key, "not looked into yet.")
        yield f"- line {result.place}: `{result.before}` as `{result.after}`: {why}"
