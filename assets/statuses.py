"""How assets are doing: how status entries are listed, and how operators add one [S1] [S2]."""

from datetime import datetime
from uuid import uuid4

from assets.models import StatusEntry
from assets.period_store import ListedPeriods
from assets.queries import lock_assets
from assets.revisions import raise_revisions
from assets.vocabulary import ReasonCategory, Status
from config.api.audit import change
from config.api.request_id import current_request_id
from config.database.periods import PeriodTable

STATUSES = ListedPeriods(
    kind="statuses",
    field="statuses",
    table=PeriodTable(StatusEntry, answer=("asset_id", "status", "effective_at", "reasons", "created_at")),
    order="time",
)


def set_status(
    *, asset_id: str, status: Status, category: ReasonCategory, detail: str, by: str, now: datetime
) -> StatusEntry:
    """Add an entry that is effective now, whose one reason names who says so; UnknownAssetError [S2].

    Entries are never changed, so each is its own trail: the reason's source is the actor, with the request's id.
    """
    request_id = current_request_id()
    attributes = {"request_id": request_id} if request_id else {}
    reason = {"category": category.value, "detail": detail, "source": by, "attributes": attributes}
    with change(by):
        lock_assets([asset_id])
        entry = StatusEntry.objects.create(
            asset_id=asset_id,
            effective_at=now,
            event_id=f"operator-{uuid4()}",
            status=status,
            reasons=[reason],
            created_at=now,
        )
        raise_revisions(owner_ids=[asset_id], kind=STATUSES.kind, now=now)
    return entry
