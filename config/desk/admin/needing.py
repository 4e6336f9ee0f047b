"""The assets that need somebody, by what they need: where the numbers of the home page lead."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from config.desk.fleet import MOST_LISTED, NEEDS, needing


def fleet_needing(request: HttpRequest, flag: str) -> HttpResponse:
    """The list of the assets with this flag."""
    if not (request.user.has_perm("assets.view_asset") and request.user.has_perm("markets.view_limit")):
        raise PermissionDenied
    if flag not in NEEDS:
        raise Http404
    title, meaning = NEEDS[flag]
    rows = needing(flag, now=timezone.now())
    context = {"title": title, "meaning": meaning, "rows": rows, "most": MOST_LISTED}
    return TemplateResponse(request, "admin/desk/needing.html", admin.site.each_context(request) | context)
