"""Changes of limits in the back office: a form, a preview of what every slot would become, and the change as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from assets.admin.local_windows import LocalWindowsForm
from assets.periods import MARKET_ZONE, SLOT
from assets.slot_changes import Preview, Step
from config.admin.forms import show_refusal
from config.admin.lists import actor_of
from config.admin.moments import moment
from config.admin.numbers import shown_number
from config.admin.records import RecordAdmin
from config.errors import DomainError

Labels = Mapping[str, tuple[str | Promise, str]]


@dataclass(frozen=True)
class Line:
    """Slots of an owner that change in the same way, as people read it."""

    owner_id: str
    slots: int
    first: datetime
    last: datetime
    changes: list[tuple[str, str, str]]


class SlotChangeAdmin(RecordAdmin):
    """Changes of limits: made through a preview, kept with what was before and after, never edited.

    A subclass says whose limits and by which operations: `preview_of`, `make` and `steps_of`.
    """

    asking_form: ClassVar[type[LocalWindowsForm]]
    labels: ClassVar[Labels] = {}  # what a slot says: each value's label and unit
    owner: ClassVar[str | Promise] = ""
    may_see: ClassVar[str] = ""
    may_make: ClassVar[str] = ""

    search_fields: ClassVar[tuple[str, ...]] = ("actor", "request_id")
    search_help_text = _("Who, or the request's id")
    ordering = ("-id",)
    change_form_outer_before_template = "admin/slot_changes/slots.html"

    def preview_of(self, form: Any) -> Preview:
        """What a valid form asks for would do; a DomainError where it cannot be."""
        raise NotImplementedError

    def make(self, form: Any, *, fingerprint: str, by: str, now: datetime) -> tuple[Model, str]:
        """Make the change as it was previewed; the change, and a sentence that says what was done."""
        raise NotImplementedError

    def steps_of(self, change: Any) -> list[Step]:
        """What a change did."""
        raise NotImplementedError

    def initial_of(self, request: HttpRequest) -> dict[str, Any]:
        """What a link to the form fills in; today where no day is said."""
        day = request.GET.get("day") or timezone.now().astimezone(MARKET_ZONE).date()
        return {"first_day": day, "last_day": day}

    def title_of(self, shown: Preview) -> str:
        """How many slots a preview changes, in a sentence."""
        said = gettext("%(changed)s of %(asked)s slots would change")
        return said % {"changed": shown.slots_changed, "asked": shown.slots_asked}

    def said(self, name: str, value: Any) -> str:
        """A slot's value, as people read it."""
        return gettext("none") if value is None else f"{shown_number(value)} {self.labels[name][1]}"

    @display(description=_("Made at"), ordering="id")
    def made(self, change: Any) -> str:
        """When."""
        return moment(change.made_at)

    @display(description=_("When, in local time"))
    def days(self, change: Any) -> str:
        """The days and hours."""
        asked = change.asked
        until = gettext("to")
        spans = [asked.get(name, "").replace(" to ", f" {until} ") for name in ("days", "hours")]
        return ", ".join((*spans, " ".join(gettext(day) for day in asked.get("weekdays", []))))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """What happened is not edited."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may change these limits."""
        return bool(request.user.has_perm(self.may_make))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Whoever may see these limits."""
        return bool(request.user.has_perm(self.may_see)) or self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Never: it is the trail."""
        return False

    def add_view(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """The form; with its preview; or the change, made as it was previewed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.asking_form(request.POST if request.method == "POST" else None, initial=self.initial_of(request))
        shown: Preview | None = None
        if request.method == "POST" and form.is_valid():
            is_applied = "fingerprint" in request.POST and "apply" in request.POST
            try:
                if is_applied:
                    return self._made(request, form)
                shown = self.preview_of(form)
            except DomainError as refusal:
                shown = self._possible(form) if is_applied else None
                show_refusal(form, refusal)
        return self._page(request, form, shown)

    def _made(self, request: HttpRequest, form: LocalWindowsForm) -> HttpResponse:
        given = request.POST["fingerprint"]
        made, said = self.make(form, fingerprint=given, by=actor_of(request), now=timezone.now())
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(request, str(made.pk)))

    def _possible(self, form: LocalWindowsForm) -> Preview | None:
        """The preview as it is now, beside the refusal of one that is not any more; None where there is none."""
        try:
            return self.preview_of(form)
        except DomainError:
            return None

    def _page(self, request: HttpRequest, form: LocalWindowsForm, shown: Preview | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Change limits"),
            "form": form,
            "media": self.media + form.media,
            "preview": shown,
            "preview_title": self.title_of(shown) if shown else "",
            **self.lines_of(shown.steps if shown else []),
        }
        return TemplateResponse(request, "admin/slot_changes/form.html", context)

    def lines_of(self, steps: Any) -> dict[str, Any]:
        """The context of the table of what changes."""
        return {"lines": [self._line(step) for step in steps], "owner": self.owner}

    def _line(self, step: Step) -> Line:
        before, after = step.before or {}, step.after or {}
        changes = [
            (str(label), self.said(name, before.get(name)), self.said(name, after.get(name)))
            for name, (label, _unit) in self.labels.items()
            if before.get(name) != after.get(name)
        ]
        local = (step.first.astimezone(MARKET_ZONE), (step.last + SLOT).astimezone(MARKET_ZONE))
        return Line(step.owner_id, step.slots, *local, changes)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with what became of the slots."""
        change = kwargs.get("obj")
        if change:
            context |= self.lines_of(self.steps_of(change))
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page
