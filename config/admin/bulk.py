"""Acting on many records at once: one call of the operation for each, and each refusal told with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from config.errors import DomainError

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class BulkAction:
    """Something that operators do to several records.

    `act` takes the record's key, `by` and `now`, and what the `form` has `said`, where the operator fills in one.
    `obstacle` says of a record why it would be refused, as far as the record itself shows it, so that the operator
    knows before anything is done.
    """

    name: str
    label: str | Promise
    permission: str
    meaning: str | Promise
    act: Callable[..., object]
    obstacle: Callable[[Any], str | None] = lambda _record: None
    form: Callable[[Any], Any] | None = None


def answer_bulk(
    model_admin: Any, request: HttpRequest, queryset: Any, *, action: BulkAction, by: str
) -> HttpResponse | None:
    """The page that asks first, or, once confirmed and filled in, the outcome as messages above the list."""
    is_confirmed = "confirmed" in request.POST
    form = action.form(request.POST if is_confirmed else None) if action.form else None
    if is_confirmed and (form is None or form.is_valid()):
        keys = list(dict.fromkeys(request.POST.getlist(ACTION_CHECKBOX_NAME)))
        if _few_enough(model_admin, request, keys):
            _act_on_each(model_admin, request, keys, action=action, said=form.said if form else {}, by=by)
        return None
    records = list(queryset[: MOST_AT_ONCE + 1])
    if not _few_enough(model_admin, request, records):
        return None
    return _ask(model_admin, request, records, action=action, form=form)


def _few_enough(model_admin: Any, request: HttpRequest, chosen: Sequence[object]) -> bool:
    if len(chosen) <= MOST_AT_ONCE:
        return True
    said = gettext("At most %(most)s at once; narrow the list by its filters. Nothing was changed.")
    model_admin.message_user(request, said % {"most": MOST_AT_ONCE}, messages.ERROR)
    return False


def _ask(
    model_admin: Any, request: HttpRequest, records: Sequence[Any], *, action: BulkAction, form: Any
) -> HttpResponse:
    obstacles = [(record, action.obstacle(record)) for record in records]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"{action.label}?",
        "action": action,
        "form": form,
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "records": records,
        "open": [record for record, obstacle in obstacles if obstacle is None],
        "refused": [(record, obstacle) for record, obstacle in obstacles if obstacle is not None],
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/record/bulk.html", context)


def _act_on_each(
    model_admin: Any,
    request: HttpRequest,
    keys: Sequence[str],
    *,
    action: BulkAction,
    said: Mapping[str, Any],
    by: str,
) -> None:
    refusals = []
    for key in keys:
        try:
            action.act(key, **said, by=by, now=timezone.now())
        except DomainError as refusal:
            refusals.append((refusal.sentence,))
    if done := len(keys) - len(refusals):
        sentence = gettext("%(action)s: done for %(done)s of %(all)s.")
        named = {"action": action.label, "done": done, "all": len(keys)}
        model_admin.message_user(request, sentence % named, messages.SUCCESS)
    if refusals:
        listed = format_html_join("", "<li>{}</li>", refusals)
        sentence = gettext("%(action)s: refused for %(refused)s of %(all)s.")
        named = {"action": action.label, "refused": len(refusals), "all": len(keys)}
        model_admin.message_user(request, format_html("{}<ul>{}</ul>", sentence % named, listed), messages.ERROR)
