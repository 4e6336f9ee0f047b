"""Writing limits that come as rows: as a batch of them, for more items than a batch may have [L1] to [L7] [B3].

They expand to no more slots than those of a batch, and their items apply in the order of their lines.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from assets.queries import lock_assets
from config.api.batches import Stored
from config.api.rows import Rows
from config.database.refusals import retried_within
from config.database.staging import find_owners, staged
from config.database.transactions import patient_transaction
from config.errors import Fault, InvalidError
from markets.limit_items import LARGEST_EXPANSION, LimitItem, too_many_rows
from markets.operations.limits import uncrossed, upsert_limits
from markets.queries.limits import OF_ROWS, find_crossed_bands_of_rows

COLUMNS = {
    "asset_id": "text",
    "source": "text",
    "start_time": "integer",
    "end_time": "integer",
    "valid_from": "date",
    "valid_until": "date",
    "power_charge": "numeric",
    "power_discharge": "numeric",
    "energy_low": "numeric",
    "energy_high": "numeric",
    "trading_locked": "boolean",
}
_ITEMS = TypeAdapter(list[LimitItem])


class Expansion:
    """What rows of limits come to, counted while they are read; nothing is expanded before it is known [L2]."""

    def __init__(self, rows: Rows[LimitItem]) -> None:
        self.read = rows
        self.rows = 0
        self.sources: set[str] = set()
        self.has_crossed = False

    def slices(self) -> Iterator[tuple[list[int], Sequence[Mapping[str, Any]]]]:
        """The items as they are staged, and their lines; InvalidError in the end where they expand to too many."""
        for lines, items in self.read.slices():
            self.rows += sum(item.rows for item in items)
            self.sources |= {item.source.value for item in items}
            self.has_crossed = self.has_crossed or any(item.is_crossed for item in items)
            if self.rows <= LARGEST_EXPANSION:
                yield lines, _ITEMS.dump_python(items, mode="json")
        if self.rows > LARGEST_EXPANSION:
            raise InvalidError([Fault(("body",), too_many_rows(self.rows), "too_many_rows")])


def load_limits(
    *,
    rows: Rows[LimitItem],
    may_write: Callable[[Collection[str]], None],
    now: datetime,
    visible: Collection[str] | None = None,
) -> Stored:
    """Store rows as `put_limits` stores items; `may_write` refuses sources that are not the caller's.

    Raises what `put_limits` does, and InvalidError for rows that are wrong or expand to too many; it names lines.
    """
    expansion = Expansion(rows)

    def write() -> Stored:
        lock_assets(find_owners("asset_id"), visible=visible)
        return upsert_limits(OF_ROWS, {"overlapping": True}, now=now)

    with patient_transaction(), staged(COLUMNS, expansion.slices()):
        if expansion.has_crossed and (faults := find_crossed_bands_of_rows(after_merge=False)):
            raise InvalidError(faults)
        may_write(expansion.sources)
        return uncrossed(lambda: retried_within(write), find=lambda: find_crossed_bands_of_rows(after_merge=True))
