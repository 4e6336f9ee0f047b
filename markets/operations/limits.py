"""Writing what sources say an asset may do, slot by slot."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from pydantic import BaseModel, Field

from assets.queries import lock_assets
from assets.revisions import raise_revisions
from config.api.batches import Stored
from config.database.partitions import is_new, noticing_partitions
from config.database.refusals import retried, violated_constraint
from config.database.statements import fetch_row, load_sql
from config.errors import Fault, InvalidError
from markets.limit_items import LimitItem, expansion_of
from markets.queries.limits import OF_BATCH, find_crossed_bands
from markets.vocabulary import LimitSource

REVISION_KIND = "limits"
BAND_CONSTRAINT = "limit_energy_band_is_not_crossed"
UPSERT = load_sql("markets", "expand_limits") + load_sql("markets", "upsert_limits")
CLEAR = load_sql("markets", "clear_limits")


class Cleared(BaseModel):
    """What became of the rows of a window that were cleared."""

    updated: int = Field(description="Rows that lost their values and stay for their lock.")
    deleted: int = Field(description="Rows that said nothing any more.")


@retried
def put_limits(*, items: Sequence[LimitItem], now: datetime, visible: Collection[str] | None = None) -> Stored:
    """Expand a batch to slots and store it, all or nothing [L2] [L3] [B1]; null keeps what is stored.

    Raises UnknownAssetError naming all that do not exist (or not among the `visible` ones), and InvalidError naming the
    items that would cross a row's energy band as it is after the merge [L7].
    """
    asset_ids = {item.asset_id for item in items}
    expansion = expansion_of(items)

    def write() -> Stored:
        with transaction.atomic():
            lock_assets(asset_ids, visible=visible)
            return upsert_limits(OF_BATCH, expansion, now=now)

    return uncrossed(write, find=lambda: find_crossed_bands(expansion))


def uncrossed(write: Callable[[], Stored], *, find: Callable[[], list[Fault]]) -> Stored:
    """Write limits, undoing it where a row's band would be crossed; InvalidError with what is then found [L7]."""
    try:
        return write()
    except IntegrityError as error:
        if violated_constraint(error) != BAND_CONSTRAINT:
            raise
        if faults := find():
            raise InvalidError(faults) from error
    # What crossed the band was changed in the moment between; the batch may fit now.
    return write()


def upsert_limits(items: str, params: Mapping[str, Any], *, now: datetime) -> Stored:
    """Within a transaction that has locked the assets: expand what the SQL of `items` names, and store it."""
    with noticing_partitions():
        statement = items + UPSERT.replace("stored.xmax = 0", is_new("markets_limit"))
        inserted, updated, hit, changed = fetch_row(statement, {**params, "now": now})
    raise_revisions(owner_ids=changed, kind=REVISION_KIND, now=now)
    return Stored(inserted=inserted, updated=updated, unchanged=hit - inserted - updated)


@retried
def clear_limits(
    *,
    asset_id: str,
    source: LimitSource,
    start: datetime,
    end: datetime,
    now: datetime,
    visible: Collection[str] | None = None,
) -> Cleared:
    """Take back the source's values for slots that start in `[start, end)`; a lock stays [L6].

    Raises UnknownAssetError.
    """
    with transaction.atomic():
        lock_assets([asset_id], visible=visible)
        updated, deleted = fetch_row(
            CLEAR, {"asset_id": asset_id, "source": source.value, "start": start, "end": end, "now": now}
        )
        raise_revisions(owner_ids=[asset_id] if updated or deleted else [], kind=REVISION_KIND, now=now)
    return Cleared(updated=updated, deleted=deleted)
