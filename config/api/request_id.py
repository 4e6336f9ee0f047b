"""One id per request, in its answer, in the log and in the audit trail [C15]."""

import logging
import os
import re
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

from config.api.log_secrets import KEY

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_current: ContextVar[str | None] = ContextVar("request_id", default=None)
logger = logging.getLogger(__name__)
LINE = "%s %s %s"


def current_request_id() -> str | None:
    """The id of the request in hand; None outside of one."""
    return _current.get()


def request_id_of(given: str) -> str:
    """The client's id where it is well-formed and no key sent in the wrong header, else one that is made."""
    return given if given and ACCEPTED.fullmatch(given) and not KEY.search(given) else os.urandom(16).hex()


def log_answer(request_id: str, *, method: str, path: str, status: int) -> None:
    """The log's line of an answer that was given past Django, under its id."""
    token = _current.set(request_id)
    try:
        logger.info(LINE, method, path, status)
    finally:
        _current.reset(token)


class RequestIdMiddleware:
    """Takes the client's X-Request-ID where it is well-formed, else makes one; answers and logs it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.headers.get("X-Request-ID", ""))
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            # the path is quoted, so that nobody writes lines of their own into the log
            logger.info(LINE, request.method, escape_uri_path(request.path), response.status_code)
        finally:
            _current.reset(token)
        return response


class RequestIdFilter(logging.Filter):
    """Gives every log record the request's id."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get() or "-"
        return True
