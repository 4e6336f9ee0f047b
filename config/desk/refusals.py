"""What Django itself refuses, before or outside of any endpoint: JSON under the APIs, its pages in the back office."""

import sys
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.views import csrf, defaults

from config.api.errors import RETRY_AFTER_SECONDS, SENTENCE_OF_DJANGO, problem, unavailable
from config.desk.languages import is_back_office
from partner.answers import refusal
from partner.api.views import sent

SENTENCES = {**SENTENCE_OF_DJANGO, 500: "Something went wrong on our side; the log has it under the X-Request-ID."}
FOREIGN_HOST = "This server does not answer for the host that the Host header names."


def _answer(request: HttpRequest, status: int, sentence: str | None = None) -> HttpResponse | None:
    """The refusal as JSON; None in the back office, where Django has a page for it."""
    if is_back_office(request):
        return None
    detail = sentence or SENTENCES[status]
    if not (request.path == "/partner" or request.path.startswith("/partner/")):
        return problem(status, detail)
    return sent(refusal(status, detail))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what is not HTTP, a Host that is not ours."""
    sentence = FOREIGN_HOST if isinstance(exception, DisallowedHost) else None
    return _answer(request, 400, sentence) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside of an endpoint."""
    return _answer(request, 403) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such address; never a redirect to one that looks alike [C1]."""
    return _answer(request, 404) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong outside of an endpoint: 503 where the database is gone, else 500."""
    gone = unavailable(sys.exc_info()[1])
    answer = _answer(request, 503 if gone else 500, gone) or defaults.server_error(request)
    if gone:
        answer.status_code = 503
        answer["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


def csrf_failure(request: HttpRequest, reason: str = "", **_kwargs: Any) -> HttpResponse:
    """403: a form without its token."""
    return _answer(request, 403) or csrf.csrf_failure(request, reason=reason)
