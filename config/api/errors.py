"""Refusals as answers: the one place where errors become HTTP [C3]."""

import json
import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DataError, Error, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from rest_framework.exceptions import APIException, MethodNotAllowed, Throttled

from config.errors import ConflictError, DomainError, Fault, ForbiddenError, InvalidError, UnknownError

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "1"
LONGEST_SENTENCE = 500  # of one fault: with a hundred of them an answer stays below 100 kB
STATUS_OF: tuple[tuple[type[Exception], int], ...] = (
    (UnknownError, 404),
    (ConflictError, 409),
    (ForbiddenError, 403),
    (PermissionDenied, 403),
    (Http404, 404),
    (UnreadablePostError, 400),
    (RawPostDataException, 400),
    (SuspiciousOperation, 400),
    (BadRequest, 400),
)
SENTENCE_OF_DJANGO = {
    400: "The request could not be read.",
    403: "This is not permitted.",
    404: "There is nothing at this address.",
    503: "The database is not available; try again.",
}
# SQLSTATE of what passes, where there is more to say than that; some of it is no OperationalError of psycopg's.
SENTENCE_OF_STATE = {
    "25006": "The database takes no changes now; try again.",  # it has become a standby
    "25P03": "The database gave this up, since it heard nothing more of it; try again.",
    "40001": "Somebody else changed this at the same time; try again.",
    "40P01": "Somebody else changed this at the same time; try again.",
    "53100": "The database has no space left on its disk; nothing was changed.",
    "55P03": "Somebody else is changing this, and has not finished; try again.",
    "57014": "This took longer than it may; ask for less at once, or try again.",
}


def problem(status: int, detail: str | Sequence[Fault], **headers: str) -> HttpResponse:
    """An error answer: one sentence, or the list of faults for a 422."""
    body: Any = detail
    if not isinstance(detail, str):
        body = [{"loc": list(fault.loc), "msg": fault.msg[:LONGEST_SENTENCE], "type": fault.type} for fault in detail]
    answer = HttpResponse(json.dumps({"detail": body}), status=status, content_type="application/json")
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    return answer


def exception_handler(error: Exception, _context: dict[str, Any]) -> HttpResponse:
    """DRF's hook: every exception of an endpoint as its documented answer. Nothing leaves as HTML."""
    if isinstance(error, InvalidError):
        return problem(422, error.faults)
    if isinstance(error, APIException):
        return _of_framework(error)
    if isinstance(error, Error):
        return _of_database(error)
    for kind, status in STATUS_OF:
        if isinstance(error, kind):
            sentence = error.sentence if isinstance(error, DomainError) else SENTENCE_OF_DJANGO[status]
            return problem(status, sentence)
    logger.error("Unexpected error", exc_info=error)
    return problem(500, "Something went wrong on our side; the log has it under this request's X-Request-ID.")


def _of_framework(error: APIException) -> HttpResponse:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW_Authenticate"] = challenge
    if isinstance(error, Throttled):
        headers["Retry_After"] = str(max(1, round(getattr(error, "wait", None) or 1)))
    detail = f"{error.detail}"
    if isinstance(error, MethodNotAllowed):
        detail = "This method is not allowed here; the Allow header names those that are."
    return problem(error.status_code, detail, **headers)


def unavailable(error: BaseException | None) -> str | None:
    """Why the same request may well succeed later, in a sentence; None where it is not for the database's state."""
    cause = getattr(error, "__cause__", None)
    state = (cause.sqlstate if isinstance(cause, psycopg.Error) else None) or ""
    if said := SENTENCE_OF_STATE.get(state):
        return said
    return SENTENCE_OF_DJANGO[503] if isinstance(error, OperationalError | InterfaceError) else None


def _of_database(error: Error) -> HttpResponse:
    """What the database refused and no operation foresaw: a lost connection, a race, a value out of range."""
    if said := unavailable(error):
        logger.warning("The database is not available: %s", error)
        return problem(503, said, Retry_After=RETRY_AFTER_SECONDS)
    logger.error("Unforeseen refusal of the database", exc_info=error)
    if isinstance(error, IntegrityError):
        return problem(409, "What exists does not allow this; read it again and retry.")
    if isinstance(error, DataError):
        return problem(422, [Fault(("body",), "A value cannot be stored", "value_error")])
    return problem(500, "The database refused this; the log has it under this request's X-Request-ID.")
