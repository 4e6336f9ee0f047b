"""Files that operators take away: the whole of assets, sites or inverters, and of periods some assets' days."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from assets.models import Asset
from assets.periods import delivery_day_window
from assets.queries import naming_unknown
from config.desk.imports.exports import Wanted, rows_of
from config.desk.imports.kinds import KINDS, ImportKind
from config.desk.imports.words import TableError
from config.desk.imports.writing import csv_file, workbook

MOST_ASSETS = 500
LONGEST_WINDOW = timedelta(days=31)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(request: HttpRequest, name: str) -> HttpResponse:
    """A kind's rows as a file, `?format=xlsx` or CSV; of periods those of `assets` on the days `from` to `to`."""
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    if not kind.may_export(request.user):
        raise PermissionDenied
    try:
        return _file(kind, _wanted(request) if kind.has_window else Wanted(), request.GET.get("format") == "xlsx")
    except TableError as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(reverse("imports"))


def _file(kind: ImportKind, wanted: Wanted, is_workbook: bool) -> HttpResponse:  # noqa: FBT001
    rows = rows_of(kind, wanted)
    if is_workbook:
        return FileResponse(  # type: ignore[return-value]  # Django's types part the two
            workbook(kind, rows), as_attachment=True, filename=f"{kind.name}.xlsx", content_type=XLSX
        )
    answer = StreamingHttpResponse(csv_file(kind, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind.name}.csv"'
    return answer  # type: ignore[return-value]


def _wanted(request: HttpRequest) -> Wanted:
    first, last = _day(request, "from"), _day(request, "to")
    if last < first:
        raise TableError(gettext("The last day should not be before the first."))
    if last - first >= LONGEST_WINDOW:
        raise TableError(gettext("At most %(most)s days at once.") % {"most": LONGEST_WINDOW.days})
    start, end = delivery_day_window(first)[0], delivery_day_window(last)[1]
    return Wanted(_asset_ids(request), start, end)


def _asset_ids(request: HttpRequest) -> list[str]:
    asset_ids = list(dict.fromkeys(request.GET.get("assets", "").replace(",", " ").split()))
    if not 1 <= len(asset_ids) <= MOST_ASSETS:
        raise TableError(gettext("Name 1 to %(most)s assets.") % {"most": MOST_ASSETS})
    known = set(Asset.objects.filter(pk__in=asset_ids).values_list("pk", flat=True))
    if missing := set(asset_ids) - known:
        raise TableError(naming_unknown("asset", missing))
    return asset_ids


def _day(request: HttpRequest, name: str) -> date:
    try:
        found = date.fromisoformat(request.GET.get(name, ""))
    except ValueError as error:
        raise TableError(gettext("Give the first and the last day, such as 2026-05-01.")) from error
    if not date(2000, 1, 1) <= found <= date(2200, 1, 1):
        raise TableError(gettext("Days lie between 2000 and 2200."))
    return found
