"""Changing limits in the back office: a form, a preview of what every slot would become, the change, and its undo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display

from assets.periods import MARKET_ZONE, SLOT
from config.admin.lists import actor_of
from config.admin.moments import moment
from config.admin.numbers import shown_number
from config.admin.records import RecordAdmin
from config.errors import DomainError
from markets.admin.limit_forms import LimitChangeForm
from markets.models import LimitChange
from markets.operations.limit_changes import VALUES, make_change, preview, undo_change
from markets.queries.limit_changes import Preview, Step, steps_of
from markets.vocabulary import LimitChangeAction

LABELS = {
    "power_charge": _("charge"),
    "power_discharge": _("discharge"),
    "energy_low": _("at least"),
    "energy_high": _("at most"),
    "trading_locked": _("trading"),
}
UNITS = dict(zip(VALUES, ("MW", "MW", "MWh", "MWh"), strict=True))
COLOURS = {LimitChangeAction.LOCK.value: "danger", LimitChangeAction.UNLOCK.value: "success"}
LOCKED = {True: _("locked"), False: pgettext_lazy("trading", "open"), None: _("not said")}


@dataclass(frozen=True)
class Line:
    """Slots of an asset that change in the same way, as people read it."""

    asset_id: str
    slots: int
    first: datetime
    last: datetime
    changes: list[tuple[str, str, str]]


@admin.register(LimitChange)
class LimitChangeAdmin(RecordAdmin):
    """Changes of limits: made through a preview, kept with each slot before and after, undone by a button."""

    list_display = ("made", "what", "source", "whose", "slots", "actor", "is_undone")
    list_filter = (("action", ChoicesCheckboxFilter), ("source", ChoicesCheckboxFilter))
    search_fields = ("actor", "request_id")
    search_help_text = _("Who, or the request's id")
    ordering = ("-id",)
    list_select_related = ("undone_by",)
    change_form_outer_before_template = "admin/markets/limitchange/slots.html"
    readonly_fields = ("made", "what", "source", "whose", "slots", "actor", "request_id", "days")

    @display(description=_("Made at"), ordering="id")
    def made(self, change: LimitChange) -> str:
        """When."""
        return moment(change.made_at)

    @display(description=_("What"), ordering="action", label=COLOURS)
    def what(self, change: LimitChange) -> tuple[str, str]:
        """What was done."""
        return change.action, str(change.get_action_display())

    @display(description=_("Assets"))
    def whose(self, change: LimitChange) -> str:
        """Whose limits, by their ids."""
        ids = change.asked.get("asset_ids", [])
        named = ", ".join(ids[:3])
        if len(ids) <= 3:
            return named
        return gettext("%(assets)s and %(number)s more") % {"assets": named, "number": len(ids) - 3}

    @display(description=_("When, in local time"))
    def days(self, change: LimitChange) -> str:
        """The days and hours."""
        asked = change.asked
        until = gettext("to")
        spans = [asked.get(name, "").replace(" to ", f" {until} ") for name in ("days", "hours")]
        return ", ".join((*spans, " ".join(gettext(day) for day in asked.get("weekdays", []))))

    @display(description=_("Undone"), boolean=True)
    def is_undone(self, change: LimitChange) -> bool:
        """Whether it was taken back."""
        return hasattr(change, "undone_by")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """What was asked for, and by whom."""
        return [(None, {"fields": (("what", "source"), "whose", "days", ("slots", "made"), ("actor", "request_id"))})]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What happened is not edited; its button asks for the permission itself."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may change limits."""
        return bool(request.user.has_perm("markets.change_limit"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Whoever may see limits."""
        return bool(request.user.has_perm("markets.view_limit")) or self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Never: it is the trail."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Django's, and the button's."""
        button = path("<path:object_id>/undo/", self.admin_site.admin_view(self.undo), name="markets_limitchange_undo")
        return [button, *super().get_urls()]

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """The form; with its preview; or the change, made as it was previewed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LimitChangeForm(request.POST if request.method == "POST" else None, initial=_asked_for(request))
        shown: Preview | None = None
        if request.method == "POST" and form.is_valid():
            try:
                if "fingerprint" in request.POST and "apply" in request.POST:
                    return self._made(request, form)
                shown = preview(form.planned)
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                shown = _possible(form)
        return self._page(request, form, shown)

    def _made(self, request: HttpRequest, form: LimitChangeForm) -> HttpResponse:
        made = make_change(
            form.planned,
            fingerprint=request.POST["fingerprint"],
            asked=form.asked,
            by=actor_of(request),
            now=timezone.now(),
        )
        said = gettext("%(action)s: %(slots)s slots of %(assets)s assets were changed.")
        named = {"action": made.get_action_display(), "slots": made.slots, "assets": len(form.asked["asset_ids"])}
        self.message_user(request, said % named, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(request, str(made.pk)))

    def _page(self, request: HttpRequest, form: LimitChangeForm, shown: Preview | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Change limits"),
            "form": form,
            "media": self.media + form.media,
            "preview": shown,
            "lines": [_line(step) for step in shown.steps] if shown else [],
        }
        return TemplateResponse(request, "admin/markets/limitchange/form.html", context)

    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button was pressed and confirmed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.answer_button(request, object_id, act=_undo, permission=None)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with what became of the slots."""
        change: LimitChange | None = kwargs.get("obj")
        if change:
            context |= {
                "lines": [_line(step) for step in steps_of(change.pk)],
                "may_undo": self.has_add_permission(request) and not self.is_undone(change),
                "undone_by": getattr(change, "undone_by", None),
            }
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page


def _undo(change: LimitChange, *, by: str, now: datetime) -> str:
    undone = undo_change(change_id=change.pk, by=by, now=now)
    said = ngettext(
        "Undone: %(slots)s slot is as it was before.", "Undone: %(slots)s slots are as they were before.", undone.slots
    )
    return said % {"slots": undone.slots}


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """What a link to the form fills in: `?asset_ids=...`, repeated or with commas; today where no day is said."""
    today = timezone.now().astimezone(MARKET_ZONE).date()
    ids = [one for text in request.GET.getlist("asset_ids") for one in text.split(",") if one]
    day = request.GET.get("day") or today
    return {"asset_ids": ids, "first_day": day, "last_day": day}


def _possible(form: LimitChangeForm) -> Preview | None:
    """The preview as it is now, beside the refusal of one that is not any more; None where there is none."""
    try:
        return preview(form.planned)
    except DomainError:
        return None


def _line(step: Step) -> Line:
    before, after = step.before or {}, step.after or {}
    changes = [
        (str(label), _said(name, before.get(name)), _said(name, after.get(name)))
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    ]
    local = (step.first.astimezone(MARKET_ZONE), (step.last + SLOT).astimezone(MARKET_ZONE))
    return Line(step.asset_id, step.slots, *local, changes)


def _said(name: str, value: Any) -> str:
    if name == "trading_locked":
        return str(LOCKED[value])
    return gettext("none") if value is None else f"{shown_number(value)} {UNITS[name]}"
