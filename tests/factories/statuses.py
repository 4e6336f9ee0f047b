"""Status entries for tests, as they are stored: of the first of May 2026, by the hour."""

from typing import Any

from django.db import transaction

from assets.models import Asset, StatusEntry
from assets.revisions import raise_revisions
from assets.statuses import STATUSES
from assets.vocabulary import Status
from tests.clients import Api, read
from tests.factories.assets import NOW

PATH = "/status"


def note(asset: Asset, status: Status, *, hour: int, event_id: str = "e1", **fields: Any) -> StatusEntry:
    """An entry that is effective at an hour, without a reason unless one is given."""
    stored = {"effective_at": NOW.replace(hour=hour), "reasons": [], "created_at": NOW} | fields
    with transaction.atomic():
        entry = StatusEntry.objects.create(asset=asset, event_id=event_id, status=status, **stored)
        raise_revisions(owner_ids=[asset.pk], kind=STATUSES.kind, now=NOW)
    return entry


def listed(api: Api, query: str) -> list[dict[str, Any]]:
    """The entries that a list answers."""
    return list(read(api.get(f"{PATH}?limit=1000&{query}"))["statuses"])
