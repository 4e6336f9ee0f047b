"""Imports and exports in the back office: upload a file, see what it would do, apply it; take files away."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext

from config.admin.lists import actor_of
from config.desk.admin.exports import export
from config.desk.admin.imported_rows import changes_file, changes_of, headers_of
from config.desk.imports import operations
from config.desk.imports.kinds import KINDS, ImportKind
from config.desk.imports.models import BULKY, Import
from config.desk.imports.tables import LARGEST_FILE
from config.desk.imports.words import MOST_KEPT, MOST_SHOWN
from config.errors import DomainError, UnknownError

MOST_LISTED = 50


def imports(request: HttpRequest) -> HttpResponse:
    """What the operator may import and export, and the newest imports of it."""
    seen = [kind for kind in KINDS.values() if kind.may_look(request.user)]
    if not seen:
        raise PermissionDenied
    found = Import.objects.filter(kind__in=[kind.name for kind in seen]).defer(*BULKY).order_by("-id")[:MOST_LISTED]
    exported = [kind for kind in seen if kind.may_export(request.user)]
    context = {
        **admin.site.each_context(request),
        "title": gettext("Imports and exports"),
        "importable": [kind for kind in seen if kind.may_import(request.user)],
        "records": [kind for kind in exported if not kind.has_window],
        "periods": [kind for kind in exported if kind.has_window],
        "chosen": request.GET.get("kind"),
        "imports": [(one, KINDS[one.kind].title) for one in found],
        "largest": LARGEST_FILE // 1024**2,
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "admin/desk/imports/list.html", context)


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and try it; a file that is none leads back with a sentence."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise BadRequest("There is no such kind.")
    if not kind.may_import(request.user):
        raise PermissionDenied
    back = f"{reverse('imports')}?kind={kind.name}"
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, gettext("Choose a file."))
        return HttpResponseRedirect(back)
    try:
        found = operations.upload(
            kind=kind.name,
            file_name=(file.name or "file").replace("\0", ""),
            content=file.read(LARGEST_FILE + 1),
            by=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, f"{file.name}: {gettext(refusal.sentence)}")
        return HttpResponseRedirect(back)
    return HttpResponseRedirect(reverse("import", args=[found.pk]))


def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """What was found in a file: every faulty row, and what the good ones would do or did."""
    found, kind = _found(request, import_id)
    context = {
        **admin.site.each_context(request),
        "title": f"{kind.title}: {found.file_name}",
        "found": found,
        "kind": kind,
        "faulty": len({line for line, _, _ in found.faults}),
        "may_import": kind.may_import(request.user),
        "has_more_faults": found.faults_total > MOST_KEPT,
        "has_outcomes": any(outcome for _, outcome, _ in found.preview),
        "has_more_rows": found.rows - found.faults_total > MOST_SHOWN,
        "most_kept": MOST_KEPT,
        **(_changes(found, kind) if kind.load else {}),
    }
    return TemplateResponse(request, "admin/desk/imports/one.html", context)


def _changes(found: Import, kind: ImportKind) -> dict[str, Any]:
    changes = changes_of(found, kind)
    return {"changes": changes, "change_headers": headers_of(kind), "most_changes": MOST_SHOWN}


def imported_rows(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """All rows of periods that an import has changed, before and after, as CSV."""
    found, kind = _found(request, import_id)
    if not kind.load:
        raise Http404
    return changes_file(found, kind)


def apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """Apply a checked import; GET is 405."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _, kind = _found(request, import_id)
    if not kind.may_import(request.user):
        raise PermissionDenied
    try:
        done = operations.ask_to_apply(import_id=import_id, by=actor_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    else:
        if done.faults_total:
            messages.error(
                request, gettext("Something was changed meanwhile, so nothing was applied. See what is wrong now.")
            )
    return HttpResponseRedirect(reverse("import", args=[import_id]))


def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far an import has come, as JSON."""
    found, _ = _found(request, import_id)
    said = {"done": found.done, "total": found.total, "is_under_way": found.is_under_way}
    return JsonResponse(said, headers={"Cache-Control": "no-store"})


def may_look(request: HttpRequest) -> bool:
    """Whether there is anything in it for this operator."""
    return any(kind.may_export(request.user) for kind in KINDS.values())


def _found(request: HttpRequest, import_id: int) -> tuple[Import, ImportKind]:
    try:
        found = operations.get_import(import_id)
    except UnknownError as error:
        raise Http404 from error
    kind = KINDS[found.kind]
    if not kind.may_look(request.user):
        raise PermissionDenied
    return found, kind


def _page(address: str, view: Any, name: str) -> Any:
    return path(f"admin/{address}", admin.site.admin_view(view), name=name)


ADDRESSES = [
    _page("imports/", imports, "imports"),
    _page("imports/upload", upload, "upload_import"),
    _page("imports/<int:import_id>/", one_import, "import"),
    _page("imports/<int:import_id>/apply", apply, "apply_import"),
    _page("imports/<int:import_id>/changes.csv", imported_rows, "imported_rows"),
    _page("imports/<int:import_id>/progress", progress, "import_progress"),
    _page("exports/<str:name>", export, "export"),
]
