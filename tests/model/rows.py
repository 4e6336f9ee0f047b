"""Plain dictionaries that behave as period tables should: what is written, counted, kept and stamped [C10] [C11]."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Key = tuple[Any, ...]
Values = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """The values of a row, and the steps in which it was made and last changed."""

    values: Values
    made: int
    changed: int


@dataclass
class Table:
    """Rows by their natural key."""

    rows: dict[Key, Row] = field(default_factory=dict)

    def write(self, after: Mapping[Key, Values], *, step: int) -> dict[str, int]:
        """Store what these rows are after a write; answers the counts of one that is represented."""
        counts = {"inserted": 0, "updated": 0, "unchanged": 0}
        for key, values in after.items():
            before = self.rows.get(key)
            if before is None:
                counts["inserted"] += 1
                self.rows[key] = Row(values, made=step, changed=step)
            elif before.values == values:
                counts["unchanged"] += 1
            else:
                counts["updated"] += 1
                self.rows[key] = Row(values, made=before.made, changed=step)
        return counts


@dataclass
class Stamps:
    """The instants that steps were seen to write: one for each step, and later ones for later steps."""

    seen: dict[int, str] = field(default_factory=dict)

    def agree(self, step: int, instant: str) -> bool:
        """Whether this instant can be that step's, as far as has been seen."""
        if self.seen.setdefault(step, instant) != instant:
            return False
        ordered = [self.seen[one] for one in sorted(self.seen)]
        return ordered == sorted(set(ordered))


def repeats(keys: Sequence[Hashable]) -> list[int]:
    """The places at which a key stands that stood before."""
    return [place for place, key in enumerate(keys) if key in keys[:place]]
