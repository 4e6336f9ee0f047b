"""The audit trail in the back office: searched, read, taken away as CSV [P23]."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from assets.periods import MARKET_ZONE
from config.desk.audit_list import Change, Kind, Wanted, every_change, kinds, page
from config.desk.imports.kinds import KINDS
from config.desk.imports.models import Import

ON_A_PAGE = 50
MOST_EXPORTED = 100_000
COLUMNS = ("at (UTC)", "what", "record", "action", "actor", "request_id", "before", "after")
LONGEST_TEXT = 200
IMPORT = "import"  # what the trail calls one


def audit(request: HttpRequest) -> HttpResponse:
    """The newest changes that the operator may see and asks for; `?format=csv`: all of them, as a file."""
    among = visible(request)
    if not among:
        raise PermissionDenied
    wanted = _wanted(request)
    if request.GET.get("format") == "csv":
        return _file(wanted, among)
    found, following = page(wanted, among=among, size=ON_A_PAGE)
    pages = _imports(request, found)
    asked = {name: text for name, text in request.GET.items() if text and name not in ("before", "format")}
    context = {
        **admin.site.each_context(request),
        "title": gettext("Audit trail"),
        "changes": [
            (change, _said(change), _lines(change), pages.get((change.what, change.record))) for change in found
        ],
        "kinds": [(kind.name, gettext(kind.name)) for kind in among],
        "asked": asked,
        "is_newest": wanted.before is None,
        "newest": f"?{urlencode(asked)}",
        "older": f"?{urlencode({**asked, 'before': following.isoformat()})}" if following else None,
        "file": f"?{urlencode({**asked, 'format': 'csv'})}",
    }
    return TemplateResponse(request, "admin/desk/audit.html", context)


def may_look(request: HttpRequest) -> bool:
    """Whether there is anything in it for this operator."""
    return bool(visible(request))


def visible(request: HttpRequest) -> list[Kind]:
    """The kinds whose records the operator may see."""
    return [kind for kind in kinds() if request.user.has_perm(kind.permission)]


def _wanted(request: HttpRequest) -> Wanted:
    texts = {
        name: request.GET.get(name, "").strip()[:LONGEST_TEXT] or None for name in ("actor", "record", "request_id")
    }
    last = _day(request, "to")
    before = _instant(request.GET.get("before"))
    end = _midnight(last + timedelta(days=1)) if last else None
    return Wanted(
        **texts,
        what=request.GET.get("what") or None,
        since=_midnight(first) if (first := _day(request, "from")) else None,
        before=min(filter(None, (before, end)), default=None),
    )


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"{name} should be a date such as 2026-05-01.") from error
    if not date(2000, 1, 1) <= day <= date(2200, 1, 1):
        raise BadRequest(f"{name} should lie between 2000 and 2200.")
    return day


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError) as error:
        raise BadRequest("before should be an instant.") from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=MARKET_ZONE)


def _imports(request: HttpRequest, found: Sequence[Change]) -> dict[tuple[str, str], str]:
    """The pages of the imports among the changes that the operator may open, by what was changed and its record."""
    numbers = {change.record for change in found if change.what == IMPORT}
    listed = Import.objects.filter(pk__in=numbers).values_list("pk", "kind") if numbers else ()
    open_to = [number for number, kind in listed if KINDS[kind].may_look(request.user)]
    return {(IMPORT, str(number)): reverse("import", args=[number]) for number in open_to}


def _said(change: Change) -> str:
    """What was done to what, in the page's language; config/desk/names.py has the words."""
    return f"{gettext(change.what)}: {gettext(change.action)}"


def _lines(change: Change) -> list[tuple[str, str | None, str | None]]:
    """What differs, field by field; of what was made or deleted, all of it."""
    before, after = change.before, change.after
    names = list(after if after is not None else before or ())
    return [(name, _text(before, name), _text(after, name)) for name in names]


def _text(values: Mapping[str, Any] | None, name: str) -> str | None:
    if values is None:
        return None
    value = values.get(name)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Line:
    """Hands on what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def _file(wanted: Wanted, among: Sequence[Kind]) -> HttpResponse:
    answer = StreamingHttpResponse(_rows(wanted, among), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer  # type: ignore[return-value]  # Django's types part the two


def _rows(wanted: Wanted, among: Sequence[Kind]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for change in every_change(wanted, among=among, most=MOST_EXPORTED):
        cells = (
            change.at.astimezone(UTC).isoformat(),
            change.what,
            change.record,
            change.action,
            change.actor,
            change.request_id or "",
        )
        yield writer.writerow([_harmless(cell) for cell in (*cells, _json(change.before), _json(change.after))])


def _json(values: Mapping[str, Any] | None) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
