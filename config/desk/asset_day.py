"""One delivery day of an asset, everything at once: what the chart of its page in the back office is drawn from.

Each part is what the API's list of it answers, out of the same statement: operators see what clients see.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from pydantic_core import to_json

from assets.dispatches import DISPATCHES
from assets.models import Asset, StatusEntry
from assets.period_store import ListedPeriods, page_of_periods
from assets.periods import MARKET_ZONE, SLOT, delivery_day_window
from assets.specs import active_specs
from assets.state_snapshots import STATE_SNAPSHOTS
from assets.statuses import STATUSES
from config.api.pagination import Page
from config.api.values import edge, plain
from config.desk.delivery_days import day_answer, day_of
from markets.periods import FORECASTS, RESERVATIONS
from markets.queries.limits import list_limits

MOST = 5_000  # of each part: a snapshot every 20 seconds of a day; the answer says where there were more
LONGEST_WINDOW = timedelta(hours=24)  # a period that began so long before the day may still reach into it [F1] [R1]
PARTS: Mapping[str, tuple[ListedPeriods, timedelta, str]] = {
    "reservations": (RESERVATIONS, LONGEST_WINDOW, "markets.view_reservation"),
    "forecasts": (FORECASTS, LONGEST_WINDOW, "markets.view_forecast"),
    "dispatches": (DISPATCHES, LONGEST_WINDOW, "assets.view_dispatch"),
    "state_snapshots": (STATE_SNAPSHOTS, timedelta(), "assets.view_statesnapshot"),
    "statuses": (STATUSES, timedelta(), "assets.view_statusentry"),
}


def asset_day(request: HttpRequest, asset_id: str) -> HttpResponse:
    """The day `?day=YYYY-MM-DD`, or today, as JSON; parts that the operator may not see are left out."""
    if not request.user.has_perm("assets.view_asset"):
        raise PermissionDenied
    if not Asset.objects.filter(pk=asset_id).exists():
        raise Http404
    parts = {name for name, (_, _, permission) in PARTS.items() if request.user.has_perm(permission)}
    if request.user.has_perm("markets.view_limit"):
        parts.add("limits")
    return day_answer(day_text(asset_id, day_of(request), parts=parts))


page = admin.site.admin_view(asset_day)


def day_text(asset_id: str, day: date, *, parts: set[str]) -> str:
    """The JSON text: the day's edges and spec, the status that it began with, and these parts, a list each."""
    start, end = delivery_day_window(day)
    said = {
        "asset_id": asset_id,
        "day": f"{day}",
        "zone": MARKET_ZONE.key,
        "start": edge(start),
        "end": edge(end),
        "slots": (end - start) // SLOT,
        "spec": _spec(asset_id, start),
        "status_before": _status_before(asset_id, start) if "statuses" in parts else None,
    }
    lists, truncated = _lists(asset_id, start, end, parts)
    head = to_json({**said, "truncated": truncated}).decode()
    return head[:-1] + "".join(f',"{name}":{text}' for name, text in lists.items()) + "}"


def _lists(asset_id: str, start: datetime, end: datetime, parts: set[str]) -> tuple[dict[str, str], list[str]]:
    """Each part as a JSON array, and the names of those that had more than is shown."""
    asked = Page(limit=MOST, offset=0, after=None)
    lists: dict[str, str] = {}
    truncated = []
    if "limits" in parts:
        lists["limits"] = list_limits(asset_ids=[asset_id], start=start, end=end, sources=None, page=asked).groups
    for name, (periods, before, _) in PARTS.items():
        if name in parts:
            found = page_of_periods(periods, owner_ids=[asset_id], window=(start - before, end), asked=asked)
            lists[name] = found.items
            truncated += [name] if found.last_key else []
    return lists, truncated


def _spec(asset_id: str, start: datetime) -> dict[str, Any] | None:
    spec = active_specs(asset_ids=[asset_id], at=start).get(asset_id)
    if spec is None:
        return None
    names = ("rated_power", "grid_connection_max_power", "max_capacity")
    return {name: None if (value := getattr(spec, name)) is None else plain(value) for name in names}


def _status_before(asset_id: str, start: datetime) -> str | None:
    """What the asset was doing when the day began."""
    entries = StatusEntry.objects.filter(asset_id=asset_id, effective_at__lt=start)
    return entries.order_by("-effective_at", "-event_id").values_list("status", flat=True).first()
