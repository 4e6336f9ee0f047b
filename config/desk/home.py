"""The back office's home: what the fleet is doing, and what needs somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from assets.models import Asset
from assets.vocabulary import Lifecycle, Status
from config.desk.admin.dead_events import may_look
from config.desk.fleet import IN_USE, NEEDS, NEEDS_SOMEBODY, Area, areas, statuses
from config.desk.work import Work, look_at_work
from partner.admin.snapshots import BODIES, LATE
from partner.models import Snapshot

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
    now, may = timezone.now(), request.user.has_perm
    if may("assets.view_asset"):
        found, troubled = statuses(now=now, most=MOST_SHOWN)
        context |= {
            "lifecycles": _lifecycles(),
            "statuses": _statuses(found),
            "troubled": troubled,
            "troubled_list": _list(lifecycle__exact=IN_USE, status=NEEDS_SOMEBODY),
        }
        if may("markets.view_limit"):
            there = areas(now=now)
            context |= {"areas": [(area, _list_of(area)) for area in there], "needs": _needs(there)}
        work = look_at_work(now=now)
        context |= {"concerns": work.concerns, "works": _dead_events(work) if may_look(request) else []}
    if may("partner.view_snapshot"):
        context |= _late_snapshots()
    return context


def _needs(found: list[Area]) -> list[Figure]:
    return [
        Figure(str(title), sum(area.needing[flag] for area in found), reverse("fleet_needing", args=[flag]), flag)
        for flag, (title, _) in NEEDS.items()
    ]


def _list_of(area: Area) -> str:
    return _list(lifecycle__exact=IN_USE, delivery_area__exact=[area.area])


def _dead_events(work: Work) -> list[Figure]:
    """Events that wait for somebody to decide, by stream; nothing where Redis does not tell."""
    address = reverse("dead_events")
    return [
        Figure(
            gettext("Dead events of %(stream)s") % {"stream": one.stream},
            one.dead,
            f"{address}?stream={one.stream}",
            one.stream,
        )
        for one in work.streams
    ]


def _lifecycles() -> list[Figure]:
    rows = Asset.objects.order_by().values_list("lifecycle").annotate(number=Count("pk"))
    numbers = dict(rows)
    return [
        Figure(str(state.label), numbers.get(state.value, 0), _list(lifecycle__exact=[state]), state.value)
        for state in Lifecycle
    ]


def _statuses(found: Mapping[Status, int]) -> list[Figure]:
    return [
        Figure(
            str(status.label),
            found.get(status, 0),
            _list(lifecycle__exact=IN_USE, status=[status]),
            status.value,
        )
        for status in Status
    ]


def _late_snapshots() -> dict[str, Any]:
    """The first snapshots that are not up to date, and how many there are."""
    late = Snapshot.objects.filter(Q(published_at=None) | Q(stale_from__lte=timezone.now()))
    shown = late.select_related("site").defer(*BODIES).annotate(number=Window(Count("pk")))
    rows = list(shown.order_by("site_id", "kind")[:MOST_SHOWN])
    number = rows[0].number if rows else 0
    link = f"{reverse('admin:partner_snapshot_changelist')}?{urlencode({'state': LATE}, doseq=True)}"
    return {"late_snapshots": rows, "late": Figure(gettext("Late snapshots"), number, link, "late")}


def _list(**filters: Any) -> str:
    chosen = {name: [str(word.value) for word in words] for name, words in filters.items()}
    return f"{reverse('admin:assets_asset_changelist')}?{urlencode(chosen, doseq=True)}"
