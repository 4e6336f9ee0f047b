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

ROWS = load_sql("markets", "limit_rows")
GROUPS = ROWS + load_sql("markets", "limit_groups")
LIST = GROUPS + load_sql("markets", "list_limits")
FIND_CROSSED_BANDS = load_sql("markets", "expand_limits") + load_sql("markets", "find_crossed_bands")
OF_BATCH = load_sql("markets", "items_of_batch")
OF_ROWS = load_sql("markets", "items_of_rows")


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
    params = params_of(asset_ids=asset_ids, start=start, end=end, sources=sources, page=page)
    groups, more, last_id, last_start = fetch_row(LIST, params)
    return LimitPage(groups, (last_id, edge(last_start)) if more else None)


def params_of(
    *, asset_ids: Iterable[str], start: datetime, end: datetime, sources: Collection[LimitSource] | None, page: Page
) -> dict[str, Any]:
    """The parameters of limit_rows.sql and of what continues it."""
    starts = dict.fromkeys(asset_ids, start)
    if page.after is not None:
        last_id, last_start = page.after
        starts = {asset_id: start for asset_id in starts if asset_id >= last_id}
        if last_id in starts:
            starts[last_id] = datetime.fromisoformat(last_start) + SLOT
    return {
        "asset_ids": list(starts),
        "starts": list(starts.values()),
        "end": end,
        "sources": None if sources is None else [source.value for source in sources],
        "order": LimitSource.values,
        "limit": page.limit,
        "listed": page.limit,
        "offset": page.offset or 0,
        "edge_format": EDGE_FORMAT,
        "recorded_format": RECORDED_FORMAT,
    }


def find_crossed_bands(expansion: Mapping[str, Any]) -> list[Fault]:
    """The items of a batch that would leave a row whose energy_low is above its energy_high; at most a hundred [L7]."""
    params = {**expansion, "most": MOST_FAULTS, "after_merge": True}
    found = fetch_rows(OF_BATCH + FIND_CROSSED_BANDS, params)
    return [crossed_band(("body", "limits", number - 1), *band) for number, *band in found]


def find_crossed_bands_of_rows(*, after_merge: bool) -> list[Fault]:
    """Likewise, of the items that are staged; unless `after_merge`, by what they say between them alone."""
    params = {"overlapping": True, "most": MOST_FAULTS, "after_merge": after_merge}
    found = fetch_rows(OF_ROWS + FIND_CROSSED_BANDS, params)
    return [crossed_band(("body", line), *band) for line, *band in found]
