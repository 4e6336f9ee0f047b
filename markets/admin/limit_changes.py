"""Changing limits of assets in the back office, and taking a change back."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display

from assets.admin.slot_changes import SlotChangeAdmin
from assets.slot_changes import Preview, Step
from markets.admin.limit_forms import LimitChangeForm
from markets.models import LimitChange
from markets.operations.limit_changes import make_change, preview, undo_change
from markets.queries.limit_changes import steps_of
from markets.vocabulary import LimitChangeAction

COLOURS = {LimitChangeAction.LOCK.value: "danger", LimitChangeAction.UNLOCK.value: "success"}
LOCKED = {True: _("locked"), False: pgettext_lazy("trading", "open"), None: _("not said")}


@admin.register(LimitChange)
class LimitChangeAdmin(SlotChangeAdmin):
    """Changes of assets' limits: kept with each slot before and after, undone by a button."""

    asking_form = LimitChangeForm
    labels = {
        "power_charge": (_("charge"), "MW"),
        "power_discharge": (_("discharge"), "MW"),
        "energy_low": (_("at least"), "MWh"),
        "energy_high": (_("at most"), "MWh"),
        "trading_locked": (_("trading"), ""),
    }
    owner = _("Asset")
    may_see, may_make = "markets.view_limit", "markets.change_limit"

    list_display = ("made", "what", "source", "whose", "slots", "actor", "is_undone")
    list_filter = (("action", ChoicesCheckboxFilter), ("source", ChoicesCheckboxFilter))
    list_select_related = ("undone_by",)
    readonly_fields = ("made", "what", "source", "whose", "slots", "actor", "request_id", "days")

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

    @display(description=_("Undone"), boolean=True)
    def is_undone(self, change: LimitChange) -> bool:
        """Whether it was taken back."""
        return hasattr(change, "undone_by")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """What was asked for, and by whom."""
        return [(None, {"fields": (("what", "source"), "whose", "days", ("slots", "made"), "actor", "request_id")})]

    def get_urls(self) -> list[URLPattern]:
        """Django's, and the button's."""
        button = path("<path:object_id>/undo/", self.admin_site.admin_view(self.undo), name="markets_limitchange_undo")
        return [button, *super().get_urls()]

    def initial_of(self, request: HttpRequest) -> dict[str, Any]:
        """What a link to the form fills in: `?asset_ids=...`, repeated or with commas."""
        ids = [one for text in request.GET.getlist("asset_ids") for one in text.split(",") if one]
        return {"asset_ids": ids, **super().initial_of(request)}

    def preview_of(self, form: LimitChangeForm) -> Preview:
        """What the change would do."""
        return preview(form.planned)

    def make(self, form: LimitChangeForm, **given: Any) -> tuple[LimitChange, str]:
        """Make the change."""
        made = make_change(form.planned, asked=form.asked, **given)
        number = len(form.asked["asset_ids"])
        whose = ngettext("of %(assets)s asset", "of %(assets)s assets", number) % {"assets": number}
        said = ngettext(
            "%(action)s: %(slots)s slot %(whose)s was changed.",
            "%(action)s: %(slots)s slots %(whose)s were changed.",
            made.slots,
        )
        return made, said % {"action": made.get_action_display(), "slots": made.slots, "whose": whose}

    def steps_of(self, change: LimitChange) -> list[Step]:
        """What a change did."""
        return steps_of(change.pk)

    def title_of(self, shown: Preview) -> str:
        """How many slots of how many assets a preview changes."""
        said = ngettext(
            "%(changed)s of %(asked)s slots would change, of %(assets)s asset",
            "%(changed)s of %(asked)s slots would change, of %(assets)s assets",
            shown.owners_changed,
        )
        return said % {"changed": shown.slots_changed, "asked": shown.slots_asked, "assets": shown.owners_changed}

    def said(self, name: str, value: Any) -> str:
        """A slot's value, or its lock."""
        return str(LOCKED[value]) if name == "trading_locked" else super().said(name, value)

    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button was pressed and confirmed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.answer_button(request, object_id, act=_undo, permission=None)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with the button where the change can be taken back."""
        change: LimitChange | None = kwargs.get("obj")
        if change:
            context["may_undo"] = self.has_add_permission(request) and not self.is_undone(change)
            context["undone_by"] = getattr(change, "undone_by", None)
        return super().render_change_form(request, context, **kwargs)


def _undo(change: LimitChange, *, by: str, now: datetime) -> str:
    undone = undo_change(change_id=change.pk, by=by, now=now)
    said = ngettext(
        "Undone: %(slots)s slot is as it was before.", "Undone: %(slots)s slots are as they were before.", undone.slots
    )
    return said % {"slots": undone.slots}
