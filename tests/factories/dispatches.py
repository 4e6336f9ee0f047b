"""Dispatches for tests, as they are stored: of the first of May 2026, for a quarter of an hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from assets.dispatches import DISPATCHES
from assets.models import Asset, Dispatch
from assets.revisions import raise_revisions
from assets.vocabulary import DispatchStatus
from tests.clients import Api, read
from tests.factories.assets import NOW

PATH = "/dispatches"
MAY = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"


def make_dispatch(asset: Asset, dispatch_id: str, *, hour: int = 6, minute: int = 0, **fields: Any) -> Dispatch:
    """An instruction of 5 MW that was issued at five and starts at this time, unless other fields are given."""
    start = datetime(2026, 5, 1, hour, minute, tzinfo=UTC)
    stored = {
        "start_time": start,
        "end_time": start + timedelta(minutes=15),
        "power": "5",
        "source": "OPTIMIZER",
        "market": "INTRADAY",
        "issued_at": datetime(2026, 5, 1, 5, tzinfo=UTC),
        "status": DispatchStatus.ISSUED,
        "created_at": NOW,
    } | fields
    with transaction.atomic():
        dispatch = Dispatch.objects.create(asset=asset, id=dispatch_id, **stored)
        raise_revisions(owner_ids=[asset.pk], kind=DISPATCHES.kind, now=NOW)
    return dispatch


def listed(api: Api, query: str) -> list[dict[str, Any]]:
    """The dispatches that a list answers."""
    return list(read(api.get(f"{PATH}?limit=1000&{query}"))["dispatches"])
