"""What Django itself refuses, before or outside of any endpoint: JSON under the APIs, its pages in the back office."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import csrf, defaults

from config.api.errors import SENTENCE_OF_DJANGO, problem

PARTNER_ERRORS = {400: "Invalid request", 403: "Access denied", 404: "Not found", 500: "Service unavailable"}
SENTENCES = {**SENTENCE_OF_DJANGO, 500: "Something went wrong on our side; the log has it under the X-Request-ID."}


def _answer(request: HttpRequest, status: int) -> HttpResponse | None:
    if request.path.startswith("/admin"):
        return None
    if not request.path.startswith("/partner"):
        return problem(status, SENTENCES[status])
    body = {"error": PARTNER_ERRORS[status], "detail": SENTENCES[status]}
    answer = HttpResponse(json.dumps(body), status=status, content_type="application/json")
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what is not HTTP, a Host that is not ours."""
    return _answer(request, 400) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside of an endpoint."""
    return _answer(request, 403) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address; never a redirect to one that looks alike [C1]."""
    return _answer(request, 404) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 outside of an endpoint."""
    return _answer(request, 500) or defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "", **_kwargs: Any) -> HttpResponse:
    """403: a form without its token."""
    return _answer(request, 403) or csrf.csrf_failure(request, reason=reason)
