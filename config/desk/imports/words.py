"""The words of imports: what can be wrong, and how far one has come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from config.api.bodies import Body
from config.desk.imports.kinds import ImportKind
from config.errors import DomainError, Fault

Given = tuple[int, list[str], Body]  # a row: its line, its cells, and what they say
Tick = Callable[[int, int], None]  # told how many rows of how many are done

MOST_KEPT = 500  # faults of an import that are listed; whoever has more of them has seen enough
MOST_SHOWN = 50  # good rows


class TableError(DomainError):
    """A file is no table that can be read."""


class State(TextChoices):
    """How far an import has come."""

    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    FAILED = "failed", _("Failed")


@dataclass
class Findings:
    """What a run over a file has found and done. A fault is a line (0: the whole file), a column and a sentence."""

    rows: int = 0
    columns: list[str] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    faults_total: int = 0
    faulty_lines: set[int] = field(default_factory=set)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    preview: list[tuple[int, str, list[str]]] = field(default_factory=list)

    def fault(self, line: int, column: str, sentence: str) -> None:
        """Note a fault; the first five hundred are kept."""
        self.faults_total += 1
        self.faulty_lines.add(line)
        if len(self.faults) < MOST_KEPT:
            self.faults.append((line, column, sentence))

    def show(self, line: int, outcome: str, cells: list[str]) -> None:
        """Keep a good row to be shown; the first fifty are."""
        if len(self.preview) < MOST_SHOWN:
            self.preview.append((line, outcome, cells))


@dataclass(frozen=True)
class Run:
    """One run over a file: of which kind, by whom and when, and what it finds."""

    kind: ImportKind
    by: str
    now: datetime
    tick: Tick
    import_id: int | None = None  # whose changes are kept; None in a dry run
    found: Findings = field(default_factory=Findings)


def column_of(fault: Fault) -> str:
    """The column of a fault in one row, or in the header."""
    return ".".join(str(part) for part in fault.loc[1:] if not isinstance(part, int))


def placed(fault: Fault) -> tuple[int, str, str]:
    """The line, column and sentence of a fault among many rows."""
    line = fault.loc[1] if len(fault.loc) > 1 else 0
    return line if isinstance(line, int) else 0, column_of(fault), fault.msg
