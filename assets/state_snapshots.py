"""Snapshots of how much energy assets hold: what comes in, and how it is stored and read [SS1] [SS2]."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from pydantic import Field, TypeAdapter

from assets.models import StateSnapshot
from assets.period_items import AssetId
from assets.period_store import Periods, post_periods
from assets.quantities import NonNegativeEnergy
from assets.queries import UnknownAssetError, lock_assets
from config.api.bodies import Body
from config.api.values import Instant
from config.database.periods import PeriodTable
from config.database.statements import fetch_row
from config.errors import MOST_FAULTS, Fault, InvalidError

NEWEST = """
SELECT max(last.effective_at)
FROM unnest(%(asset_ids)s::text[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT effective_at FROM assets_statesnapshot
    WHERE asset_id = wanted.id AND effective_at < %(before)s
    ORDER BY effective_at DESC
    LIMIT 1
) AS last
"""


class StateSnapshotItem(Body):
    """How much energy an asset holds at an instant, which may lie in the future. What is left out is not known."""

    asset_id: AssetId
    effective_at: Instant
    energy: NonNegativeEnergy
    charged_energy: NonNegativeEnergy | None = Field(None, description="Since the snapshot before.")
    discharged_energy: NonNegativeEnergy | None = Field(None, description="Since the snapshot before.")


def _quantity(amount: str) -> str:
    """SQL that writes an amount of energy as JSON; null where it is null."""
    return f"""'{{"value":"' || trim_scale({amount}) || '","unit":"MWh"}}'"""


STATE_SNAPSHOTS: Periods[StateSnapshotItem] = Periods(
    kind="state_snapshots",
    field="state_snapshots",
    table=PeriodTable(
        StateSnapshot,
        answer=(
            "asset_id",
            "effective_at",
            "energy",
            "charged_energy",
            "discharged_energy",
            "created_at",
            "updated_at",
        ),
        written={
            "energy": _quantity("period.energy"),
            "charged_energy": f"coalesce({_quantity('period.charged_energy')}, 'null')",
            "discharged_energy": f"coalesce({_quantity('period.discharged_energy')}, 'null')",
        },
        totals={
            "total_charged_energy": _quantity("coalesce(sum(period.charged_energy), 0)"),
            "total_discharged_energy": _quantity("coalesce(sum(period.discharged_energy), 0)"),
        },
    ),
    items=TypeAdapter(list[StateSnapshotItem]),
    # The answer holds what is stored: whoever writes snapshots of the same assets waits.
    lock_owners=partial(lock_assets, to="change"),
    order="time",
)


def record_snapshots(
    *, items: Sequence[StateSnapshotItem], now: datetime, visible: Collection[str] | None = None
) -> str:
    """Store a batch, all or nothing, and answer the stored rows as a JSON array in the order of the items [SS1].

    One of the same asset and instant is overwritten whole. Raises InvalidError naming items of the same key [B2], or
    all assets that do not exist, or not among the `visible` ones [C8].
    """
    try:
        return post_periods(STATE_SNAPSHOTS, items=items, now=now, visible=visible)
    except UnknownAssetError as error:
        raise InvalidError(_naming(set(error.asset_ids), items)) from error


def newest_before(instant: datetime, *, asset_ids: Collection[str]) -> datetime | None:
    """When the last snapshot before an instant was effective, of these assets: one step into the key's index each."""
    (newest,) = fetch_row(NEWEST, {"asset_ids": list(asset_ids), "before": instant})
    found: datetime | None = newest
    return found


def _naming(unknown: set[str], items: Sequence[StateSnapshotItem]) -> list[Fault]:
    """A fault for each item of an unknown asset; where they are too many, each asset is named before any is again."""
    place = ("body", STATE_SNAPSHOTS.field)
    indices = [index for index, item in enumerate(items) if item.asset_id in unknown]
    first = {items[index].asset_id: index for index in reversed(indices)}
    chosen = sorted(indices, key=lambda index: first[items[index].asset_id] != index)[:MOST_FAULTS]
    return [
        Fault((*place, index, "asset_id"), f"Unknown asset: {items[index].asset_id}", "unknown_asset")
        for index in sorted(chosen)
    ]
