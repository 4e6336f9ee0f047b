"""Changing what a site's point of connection may do, in the back office."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget

from assets.admin.local_windows import WHEN, LocalWindowsForm
from assets.admin.slot_changes import SlotChangeAdmin
from assets.slot_changes import Preview, Step
from config.admin.forms import PlainDecimalField
from sites.limit_changes import PlannedChange, make_change, preview, steps_of
from sites.limit_plans import Powers
from sites.models import Site, SiteLimit, SiteLimitChange
from sites.vocabulary import SiteLimitAction


class SiteLimitChangeForm(LocalWindowsForm):
    """Of which site, when, and what its point of connection may do then; all times are the market's local ones."""

    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.all(),
        widget=AutocompleteSelect(SiteLimit._meta.get_field("site"), admin.site),  # noqa: SLF001
    )
    action = forms.ChoiceField(
        label=_("What to do"),
        choices=SiteLimitAction.choices,
        initial=SiteLimitAction.SET.value,
        widget=UnfoldAdminRadioSelectWidget,
    )
    power_import = PlainDecimalField(
        label=_("Take from the grid at most (MW)"), max_value=Decimal(0), required=False, help_text=_("0 or negative.")
    )
    power_export = PlainDecimalField(label=_("Give to the grid at most (MW)"), min_value=Decimal(0), required=False)

    groups: ClassVar[Mapping[Any, tuple[str, ...]]] = {
        _("Which and what"): ("site", "action"),
        _("Limits"): Powers._fields,
        **WHEN,
    }

    def clean(self) -> dict[str, Any]:
        """What no field can see alone."""
        given = super().clean()
        values = [given.get(name) for name in Powers._fields]
        if given.get("action") == SiteLimitAction.SET:
            if values == [None, None] and not self.errors.keys() & set(Powers._fields):
                self.add_error("action", gettext("Give at least one value; an empty one keeps what is stored."))
        elif values != [None, None]:
            self.add_error("action", gettext("Values are for setting limits; empty them, or choose to set limits."))
        return given

    @property
    def planned(self) -> PlannedChange:
        """The change that a valid form asks for."""
        given = self.cleaned_data
        sets = given["action"] == SiteLimitAction.SET
        powers = Powers(*(given[name] for name in Powers._fields)) if sets else None
        return PlannedChange(given["site"].pk, self.windows, powers)

    @property
    def asked(self) -> dict[str, Any]:
        """The change in the form's words, as it is kept."""
        values = {name: f"{value:f}" for name in Powers._fields if (value := self.cleaned_data[name]) is not None}
        return super().asked | values


@admin.register(SiteLimitChange)
class SiteLimitChangeAdmin(SlotChangeAdmin):
    """Changes of sites' limits, kept with what was there before and after."""

    asking_form = SiteLimitChangeForm
    labels = {"power_import": (_("from the grid"), "MW"), "power_export": (_("into the grid"), "MW")}
    owner = _("Site")
    may_see, may_make = "sites.view_sitelimit", "sites.change_sitelimit"

    list_display = ("made", "what", "site_id", "slots", "actor")
    list_filter = (("action", ChoicesCheckboxFilter),)
    search_fields = ("site_id", "actor", "request_id")
    search_help_text = _("Site, who, or the request's id")
    readonly_fields = ("made", "what", "site_id", "slots", "actor", "request_id", "days")

    @display(description=_("What"), ordering="action")
    def what(self, change: SiteLimitChange) -> str:
        """What was done."""
        return change.get_action_display()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """What was asked for, and by whom."""
        return [(None, {"fields": (("what", "site_id"), "days", ("slots", "made"), "actor", "request_id")})]

    def initial_of(self, request: HttpRequest) -> dict[str, Any]:
        """What a link to the form fills in: `?site=...`."""
        return {"site": request.GET.get("site"), **super().initial_of(request)}

    def preview_of(self, form: SiteLimitChangeForm) -> Preview:
        """What the change would do."""
        return preview(form.planned)

    def make(self, form: SiteLimitChangeForm, **given: Any) -> tuple[SiteLimitChange, str]:
        """Make the change."""
        made = make_change(form.planned, asked=form.asked, **given)
        said = ngettext(
            "%(action)s: %(slots)s slot of %(site)s was changed.",
            "%(action)s: %(slots)s slots of %(site)s were changed.",
            made.slots,
        )
        return made, said % {"action": made.get_action_display(), "slots": made.slots, "site": made.site_id}

    def steps_of(self, change: SiteLimitChange) -> list[Step]:
        """What a change did."""
        return steps_of(change)
