"""The back office's home: what the fleet is doing, and what needs somebody."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from assets.admin.status import with_latest_status
from assets.models import Asset
from assets.vocabulary import Lifecycle, Status
from config.desk.fleet import IN_USE, NEEDS, Area, areas
from config.desk.work import look_at_work
from partner.models import Snapshot

NEEDS_SOMEBODY = (Status.FAULT, Status.OFFLINE, Status.DEGRADED)
MOST_SHOWN = 10


@dataclass(frozen=True)
class Figure:
    """A number that leads to the list of what it counts."""

    label: str
    number: int
    link: str
    word: str


def panels(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The home page's context: one query for each panel that the operator may see."""
    if request.user.has_perm("assets.view_asset"):
        troubled: QuerySet[Any] = with_latest_status(Asset.objects.filter(lifecycle__in=IN_USE))
        context |= {
            "lifecycles": _lifecycles(),
            "statuses": _statuses(),
            "troubled": _names(troubled.filter(latest_status__in=NEEDS_SOMEBODY).order_by("id")[:MOST_SHOWN]),
            "troubled_list": _list(lifecycle__exact=IN_USE, status=NEEDS_SOMEBODY),
        }
        if request.user.has_perm("markets.view_limit"):
            found = areas(now=timezone.now())
            context |= {"areas": found, "needs": _needs(found)}
        context["concerns"] = look_at_work(now=timezone.now()).concerns
    if request.user.has_perm("partner.view_snapshot"):
        context["late_snapshots"] = _late_snapshots()
    return context


def _needs(found: list[Area]) -> list[Figure]:
    return [
        Figure(str(title), sum(area.needing[flag] for area in found), reverse("fleet_needing", args=[flag]), flag)
        for flag, (title, _) in NEEDS.items()
    ]


def _lifecycles() -> list[Figure]:
    rows = Asset.objects.order_by().values_list("lifecycle").annotate(number=Count("pk"))
    numbers = dict(rows)
    return [
        Figure(str(state.label), numbers.get(state.value, 0), _list(lifecycle__exact=[state]), state.value)
        for state in Lifecycle
    ]


def _statuses() -> list[Figure]:
    in_use: QuerySet[Any] = with_latest_status(Asset.objects.filter(lifecycle__in=IN_USE))
    numbers = dict(in_use.order_by().values_list("latest_status").annotate(number=Count("pk")))
    return [
        Figure(
            str(status.label),
            numbers.get(status.value, 0),
            _list(lifecycle__exact=IN_USE, status=[status]),
            status.value,
        )
        for status in Status
    ]


def _names(assets: QuerySet[Any]) -> list[tuple[Asset, str]]:
    return [(asset, str(Status(asset.latest_status).label)) for asset in assets]


def _late_snapshots() -> list[Snapshot]:
    late = Q(published_at=None) | Q(stale_from__lte=timezone.now())
    shown = Snapshot.objects.filter(late).select_related("site").defer("body", "stale_body")
    return list(shown.order_by("site_id", "kind")[:MOST_SHOWN])


def _list(**filters: Any) -> str:
    chosen = {name: [str(word.value) for word in words] for name, words in filters.items()}
    return f"{reverse('admin:assets_asset_changelist')}?{urlencode(chosen, doseq=True)}"
