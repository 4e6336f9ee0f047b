"""Who changed what of an asset and when, out of the audit trail [A7]."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from assets.models import Asset
from assets.queries import UnknownAssetError

FIELDS = ("code", "name", "type", "region", "delivery_area", "provider", "lifecycle", "go_live_date")
# The trail's word for changes that came past the application, straight from SQL.
NOBODY = "database"


@dataclass(frozen=True)
class Change:
    """One change: the fields that differ, as they were before and after; None where there was no record."""

    id: int
    at: datetime
    action: str
    actor: str
    request_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def changes_of(
    *, asset_id: str, limit: int, offset: int = 0, before_id: int | None = None
) -> tuple[list[Change], bool]:
    """The newest changes first, and whether more follow; also of an asset that is gone. UnknownAssetError if none."""
    events = Asset.pgh_event_model.objects.filter(pgh_obj_id=asset_id)  # type: ignore[attr-defined]
    if not events.exists():
        raise UnknownAssetError([asset_id])
    if before_id is not None:
        events = events.filter(pgh_id__lt=before_id)
    rows = list(events.order_by("-pgh_id")[offset : offset + limit + 1])
    changes = [_change(row, previous) for row, previous in pairwise([*rows, None])]
    return changes[:limit], len(rows) > limit


def _change(event: Any, previous: Any) -> Change:
    now = {field: getattr(event, field) for field in FIELDS}
    then = {field: getattr(previous, field) for field in FIELDS} if previous else {}
    context = event.pgh_context or {}
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = now
    if event.pgh_label == "update":
        differing = [field for field in FIELDS if now[field] != then.get(field)]
        before = {field: then.get(field) for field in differing}
        after = {field: now[field] for field in differing}
    elif event.pgh_label == "delete":
        before, after = now, None
    return Change(
        id=event.pgh_id,
        at=event.pgh_created_at,
        action=event.pgh_label,
        actor=context.get("actor", NOBODY),
        request_id=context.get("request_id"),
        before=before,
        after=after,
    )
