"""What was measured, as a table, on the terminal and in docs/benchmarks.md."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEADER = ("work", "against", "ours", "theirs", "ratio", "target", "")


@dataclass(frozen=True)
class Line:
    """One comparison. `ratio` says how many times better we are, or what share, or what multiple, as `target` does."""

    work: str
    against: str
    ours: str
    theirs: str
    ratio: str
    target: str = ""
    reached: bool | None = None

    @property
    def cells(self) -> Sequence[str]:
        """The line of a table."""
        verdict = {None: "", True: "reached", False: "**not reached**"}[self.reached]
        return (self.work, self.against, self.ours, self.theirs, self.ratio, self.target, verdict)


def times_faster(work: str, against: str, *, ours: float, theirs: float, ratio: float, least: float | None) -> Line:
    """A rival's time, in seconds, against ours."""
    return Line(
        work, against, milliseconds(ours), milliseconds(theirs), f"{ratio:.1f} times as fast",
        f">= {least:g}" if least else "", None if least is None else ratio >= least,
    )  # fmt: skip


def times_slower(work: str, against: str, *, ours: float, theirs: float, ratio: float, most: float | None) -> Line:
    """Our time, in seconds, in multiples of the limit's."""
    return Line(
        work, against, milliseconds(ours), milliseconds(theirs), f"{ratio:.2f} times the time",
        f"<= {most:g}" if most else "", None if most is None else ratio <= most,
    )  # fmt: skip


def more_per_second(work: str, against: str, *, ours: float, theirs: float, least: float | None) -> Line:
    """Our throughput in multiples of a rival's."""
    ratio = ours / theirs
    return Line(
        work, against, f"{ours:,.0f}/s", f"{theirs:,.0f}/s", f"{ratio:.2f} times the throughput",
        f">= {least:g}" if least else "", None if least is None else ratio >= least,
    )  # fmt: skip


def milliseconds(seconds: float) -> str:
    """A time as people read it."""
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.1f} ms"


def table(lines: Iterable[Line]) -> list[str]:
    """The lines as a table in Markdown."""
    rows = ["| " + " | ".join(line.cells) + " |" for line in lines]
    return ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER), *rows]


def write(name: str, title: str, lines: Sequence[Line], *, server: str) -> None:
    """Put a row's table in its place in the page, or at the end of the tables where it has none yet."""
    begin, end, here = f"<!-- row {name} -->", f"<!-- end of row {name} -->", "<!-- rows end here -->"
    when = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, {server}"
    )
    section = "\n".join([begin, f"### {title}", "", *table(lines), "", f"Measured {when}.", end])
    text = PAGE.read_text()
    if begin in text:
        text = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _found: section, text, flags=re.DOTALL)
    else:
        text = text.replace(here, f"{section}\n\n{here}")
    PAGE.write_text(text)
