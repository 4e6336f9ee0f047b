"""The page of the back office that says how the desk itself is doing."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from config.desk.work import look_at_work


def health_page(request: HttpRequest) -> HttpResponse:
    """What the desk depends on, how far events and snapshots have come, and what somebody should look at."""
    context = {"title": gettext("Health"), "work": look_at_work(now=timezone.now())}
    return TemplateResponse(request, "admin/health.html", admin.site.each_context(request) | context)
