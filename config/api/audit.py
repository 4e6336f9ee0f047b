"""Who changes what: the context that the audit trail's triggers write beside each change [C15] [A7]."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pghistory
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from config.api.request_id import current_request_id

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@contextmanager
def acting(actor: str) -> Iterator[None]:
    """Every change in the block is the actor's (`user:anna`, `key:forecaster#1`, `command:seed_demo`)."""
    with pghistory.context(actor=actor, request_id=current_request_id()):
        yield


@contextmanager
def change(by: str) -> Iterator[None]:
    """One change, whole or not at all, by this actor: what every operation that writes records runs in."""
    with acting(by), transaction.atomic():
        yield


class AuditMiddleware:
    """Opens the audit context of a request that may write; the back office's user is its actor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        actor = f"user:{request.user.get_username()}" if request.user.is_authenticated else "anonymous"
        with acting(actor):
            return self.get_response(request)
