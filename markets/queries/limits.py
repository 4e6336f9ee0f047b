"""Reading limits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assets.periods import SLOT
from config.api.pagination import Page
from config.api.values import edge
from config.database.statements import EDGE_FORMAT, RECORDED_FORMAT, fetch_row, fetch_rows, load_sql
from config.errors import MOST_FAULTS, Fault
from markets.limit_items import crossed_band
from markets.vocabulary import LimitSource

LIST = load_sql("markets", "list_limits")
FIND_CROSSED_BANDS = load_sql("markets", "expand_limits") + load_sql("markets", "find_crossed_bands")


@dataclass(frozen=True)
class LimitPage:
    """A page of groups as a JSON array, and the key (asset_id, start_time) of its last one where more follow."""

    groups: str
    last_key: tuple[str, str] | None


def list_limits(
    *, asset_ids: Iterable[str], start: datetime, end: datetime, sources: Collection[LimitSource] | None, page: Page
) -> LimitPage:
    """The limits of slots that start in `[start, end)`, grouped by and ordered by (asset_id, start_time) [L4] [L5].

    `sources`: list only their rows, and only groups that have one; what is computed looks at all of them.
    """
    starts = dict.fromkeys(asset_ids, start)
    if page.after is not None:
        last_id, last_start = page.after
        starts = {asset_id: start for asset_id in starts if asset_id >= last_id}
        if last_id in starts:
            starts[last_id] = datetime.fromisoformat(last_start) + SLOT
    groups, more, last_id, last_start = fetch_row(
        LIST,
        {
            "asset_ids": list(starts),
            "starts": list(starts.values()),
            "end": end,
            "sources": None if sources is None else [source.value for source in sources],
            "order": LimitSource.values,
            "limit": page.limit,
            "offset": page.offset or 0,
            "edge_format": EDGE_FORMAT,
            "recorded_format": RECORDED_FORMAT,
        },
    )
    return LimitPage(groups, (last_id, edge(last_start)) if more else None)


def find_crossed_bands(expansion: Mapping[str, Any]) -> list[Fault]:
    """The items of a batch that would leave a row whose energy_low is above its energy_high; at most a hundred [L7]."""
    return [crossed_band(*band) for band in fetch_rows(FIND_CROSSED_BANDS, {**expansion, "most": MOST_FAULTS})]
