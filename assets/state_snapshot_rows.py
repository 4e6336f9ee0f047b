"""State snapshots sent as rows [SS1] [B3]."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from assets.period_rows import load_and_echo
from assets.queries import UnknownAssetError, lock_assets
from assets.state_snapshots import STATE_SNAPSHOTS, StateSnapshotItem
from config.api.row_bodies import SentRows
from config.errors import Fault, InvalidError

Kept = TypeVar("Kept")


def load_snapshots(
    *,
    rows: SentRows[StateSnapshotItem],
    now: datetime,
    keep: Callable[[Iterator[bytes]], Kept],
    visible: Collection[str] | None = None,
) -> Kept:
    """Store rows as `record_snapshots` stores items, and `keep` the stored rows, each a line of JSON, in the order
    in which they were sent.

    Raises InvalidError naming the lines that are wrong or have the same key [B2], or else all assets that do not exist,
    or not among the `visible` ones, at the first line of each [C8].
    """

    def lock(assets: Mapping[str, int]) -> None:
        try:
            lock_assets(assets, visible=visible, to="change")
        except UnknownAssetError as error:
            unknown = sorted((assets[asset_id], asset_id) for asset_id in error.asset_ids)
            faults = [
                Fault(("body", line, "asset_id"), f"Unknown asset: {one}", "unknown_asset") for line, one in unknown
            ]
            raise InvalidError(faults) from error

    return load_and_echo(STATE_SNAPSHOTS, rows=rows, now=now, lock=lock, keep=keep)
