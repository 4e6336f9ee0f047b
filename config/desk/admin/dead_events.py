"""Events that could not be stored, in the back office: looked at, sent once more, or dropped [E1]."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from config.admin.lists import actor_of
from config.desk.deeds import note
from config.desk.ingest.connection import connect
from config.desk.ingest.dead_events import AT_ONCE, RedisDeadEvents, UnknownStreamError
from config.desk.ingest.names import STREAMS
from config.desk.ingest.transport import DeadEvent, TransportError
from config.errors import InvalidError

logger = logging.getLogger(__name__)

ON_A_PAGE = 100
PATIENCE = 2.0  # seconds: an operator's page does not wait longer for Redis
DONE = {
    "replay": gettext_noop("%(number)s of %(all)s sent once more."),
    "drop": gettext_noop("%(number)s of %(all)s dropped."),
}
NEEDS = {"replay": "assets.change_storedevent", "drop": "assets.delete_storedevent"}
GONE = _("Redis, which holds the events, does not answer. Nothing was changed.")


def dead_events(request: HttpRequest) -> HttpResponse:
    """The dead of `?stream=`, the oldest first, from the one that follows `?after=` on."""
    if not may_look(request):
        raise PermissionDenied
    stream, after = request.GET.get("stream", STREAMS[0]), request.GET.get("after") or None
    counts: dict[str, int] = {}
    listed: Sequence[DeadEvent] = ()
    try:
        with _dead() as dead:
            listed = dead.listed(stream, most=ON_A_PAGE, after=after)
            counts = {name: dead.count(name) for name in STREAMS}
    except TransportError:
        messages.error(request, GONE)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Dead events"),
        "stream": stream,
        "counts": counts,
        "listed": listed,
        "more": listed[-1].id if len(listed) == ON_A_PAGE else None,
        "may": {act: request.user.has_perm(permission) for act, permission in NEEDS.items()},
    }
    return TemplateResponse(request, "admin/desk/dead_events.html", context)


def settle_dead_events(request: HttpRequest, act: str) -> HttpResponse:
    """Send the chosen ones once more, or drop them; GET is 405."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm(NEEDS[act]):
        raise PermissionDenied
    stream, ids = request.POST.get("stream", ""), list(dict.fromkeys(request.POST.getlist("id")))[:AT_ONCE]
    try:
        with transaction.atomic(), _dead() as dead:
            number = getattr(dead, act)(stream, ids)
            if number:
                _note(request, act, stream=stream, ids=ids, number=number)
    except TransportError:
        messages.error(request, GONE)
    else:
        logger.info("%s: %d dead events of %s, %s: %s", actor_of(request), number, stream, act, ", ".join(ids))
        done = gettext(DONE[act]) % {"number": number, "all": len(ids)}
        said = done if ids else gettext("Nothing was chosen.")
        messages.success(request, said) if number else messages.warning(request, said)
    return HttpResponseRedirect(f"{reverse('dead_events')}?stream={stream}")


def _note(request: HttpRequest, act: str, *, stream: str, ids: Sequence[str], number: int) -> None:
    before, after = {"chosen": list(ids)}, {"done": number}
    by, now = actor_of(request), timezone.now()
    note("dead events", record=stream, action=act, by=by, now=now, before=before, after=after)


def may_look(request: HttpRequest) -> bool:
    """Whether the operator may see dead events."""
    return any(request.user.has_perm(f"assets.{verb}_storedevent") for verb in ("view", "change"))


@contextmanager
def _dead() -> Iterator[RedisDeadEvents]:
    """The dead events; 400 for a stream or an id that there cannot be."""
    try:
        with connect(patience=PATIENCE) as client:
            yield RedisDeadEvents(client)
    except (UnknownStreamError, InvalidError) as error:
        raise BadRequest(error.sentence) from error


page: Any = admin.site.admin_view(dead_events)
settle: Any = admin.site.admin_view(settle_dead_events)
