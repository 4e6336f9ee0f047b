"""Refusals by the layers in front of Django, in the shape of the API that was asked."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from config.api.errors import problem
from config.api.request_id import log_answer, request_id_of
from partner.answers import refusal

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def refuse(environ: Environ, start_response: StartResponse, status: int, sentence: str, **headers: str) -> list[bytes]:
    """The answer to a request that is not let through; header names are written with underscores."""
    path = environ["PATH_INFO"]
    if path == "/partner" or path.startswith("/partner/"):
        decided = refusal(status, sentence)
        body, said = decided.body, dict(decided.headers)
    else:
        made = problem(status, sentence)
        body, said = made.content, dict(made.items())
    request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    said |= {"X-Request-ID": request_id, "X-Content-Type-Options": "nosniff", "Content-Length": str(len(body))}
    log_answer(request_id, method=environ["REQUEST_METHOD"], path=path, status=status)
    start_response(f"{status} {HTTPStatus(status).phrase}", list(said.items()))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
