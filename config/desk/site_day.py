"""One delivery day of a site: what its point of connection allows, what its assets may do, what it delivers."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from pydantic_core import to_json

from assets.period_store import page_of_periods
from assets.periods import MARKET_ZONE, SLOT, delivery_day_window
from config.api.pagination import Page
from config.api.values import edge, plain
from config.database.statements import EDGE_FORMAT, fetch_rows, load_sql
from config.desk.delivery_days import day_answer, day_of
from partner.queries import current_edition
from partner.vocabulary import KPI_ROLLUP
from sites.limits import SITE_LIMITS
from sites.models import InverterAsset, Site

SLOTS = load_sql("config.desk", "site_slots")
OUTPUT = load_sql("config.desk", "site_output")
READINGS = load_sql("config.desk", "site_readings")
FIGURES = ("system_pr", "pr_target", "true_uptime_pct", "availability_pct")


def site_day(request: HttpRequest, site_id: str) -> HttpResponse:
    """The day `?day=YYYY-MM-DD`, or today, as JSON; parts that the operator may not see are left out."""
    if not request.user.has_perm("sites.view_site"):
        raise PermissionDenied
    if not Site.objects.filter(pk=site_id).exists():
        raise Http404
    return day_answer(_day_text(request, site_id, day_of(request)))


page = admin.site.admin_view(site_day)


def _day_text(request: HttpRequest, site_id: str, day: date) -> str:
    start, end = delivery_day_window(day)
    said = {
        "site_id": site_id,
        "day": f"{day}",
        "zone": MARKET_ZONE.key,
        "start": edge(start),
        "end": edge(end),
        "slots": (end - start) // SLOT,
        "performance": _performance(site_id) if request.user.has_perm("partner.view_snapshot") else None,
        **dict(_parts(request, site_id, start, end)),
    }
    head = to_json(said).decode()
    if not request.user.has_perm("sites.view_sitelimit"):
        return head
    asked = Page(limit=1_000, offset=0, after=None)
    limits = page_of_periods(SITE_LIMITS, owner_ids=[site_id], window=(start, end), asked=asked)
    return f'{head[:-1]},"limits":{limits.items}}}'


def _parts(request: HttpRequest, site_id: str, start: datetime, end: datetime) -> Iterator[tuple[str, Any]]:
    listed = list(InverterAsset.objects.filter(inverter__site_id=site_id).values_list("inverter_id", "asset_id"))
    window = {"start": start, "end": end, "edge_format": EDGE_FORMAT}
    if request.user.has_perm("markets.view_limit"):
        asset_ids = sorted({asset_id for _, asset_id in listed})
        names = ("start_time", "discharge", "charge", "limited", "locked")
        rows = fetch_rows(SLOTS, {**window, "asset_ids": asset_ids})
        yield "assets", len(asset_ids)
        yield "allowed", [_named(names, row) for row in rows]
    if request.user.has_perm("sites.view_inverterreading"):
        inverter_ids = sorted({inverter_id for inverter_id, _ in listed})
        rows = fetch_rows(OUTPUT, {**window, "inverter_ids": inverter_ids})
        yield "output", [_named(("start_time", "power"), row) for row in rows]
        names = ("inverter_id", "time", "power_kw", "state", "temperature_c")
        last = fetch_rows(READINGS, {**window, "inverter_ids": inverter_ids, "now": timezone.now()})
        yield "readings", [_named(names, row) for row in last]


def _performance(site_id: str) -> dict[str, Any] | None:
    """Figures of the rollup that partners see; None where there is none."""
    edition = current_edition(site_id=site_id, kind=KPI_ROLLUP)
    if edition is None:
        return None
    document = json.loads(edition.current(timezone.now())[0].body)
    figures = {name: document["performance"][name] for name in FIGURES}
    return {**figures, "period": document["period"], "stale": document["stale"]}


def _named(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in zip(names, row, strict=True)}
