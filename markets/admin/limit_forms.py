"""What an operator fills in to change limits of assets over hours of local days."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from assets.admin.local_windows import WHEN, LocalWindowsForm
from assets.models import Asset
from config.admin.forms import PlainDecimalField
from markets.models import Limit
from markets.operations.limit_changes import VALUES, PlannedChange
from markets.vocabulary import LimitChangeAction, LimitSource

ACTIONS = [action for action in LimitChangeAction if action is not LimitChangeAction.UNDO]


class LimitChangeForm(LocalWindowsForm):
    """Which assets, whose limits, when, and what is to hold there; all times are the market's local ones."""

    asset_ids = forms.ModelMultipleChoiceField(
        label=_("Assets"),
        queryset=Asset.objects.all(),
        widget=AutocompleteSelectMultiple(Limit._meta.get_field("asset"), admin.site),  # noqa: SLF001
        help_text=_("One or many."),
    )
    action = forms.ChoiceField(
        label=_("What to do"),
        choices=[(action.value, action.label) for action in ACTIONS],
        initial=LimitChangeAction.SET.value,
        widget=UnfoldAdminRadioSelectWidget,
    )
    power_charge = PlainDecimalField(
        label=_("Charge with at most (MW)"), max_value=Decimal(0), required=False, help_text=_("0 or negative.")
    )
    power_discharge = PlainDecimalField(label=_("Discharge with at most (MW)"), min_value=Decimal(0), required=False)
    energy_low = PlainDecimalField(label=_("Keep at least (MWh)"), min_value=Decimal(0), required=False)
    energy_high = PlainDecimalField(label=_("Keep at most (MWh)"), min_value=Decimal(0), required=False)
    source = forms.ChoiceField(
        label=_("In the name of"),
        choices=LimitSource.choices,
        initial=LimitSource.OPERATIONS.value,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Other sources keep what they say; the most restrictive value counts."),
    )

    groups: ClassVar[Mapping[Any, tuple[str, ...]]] = {
        _("Which and what"): ("asset_ids", "action", "source"),
        _("Limits"): VALUES,
        **WHEN,
    }

    def clean(self) -> dict[str, Any]:
        """What no field can see alone."""
        given = super().clean()
        if given.get("action") == LimitChangeAction.SET:
            self._check_values(given)
        elif any(given.get(name) is not None for name in VALUES):
            self.add_error("action", gettext("Values are for setting limits; empty them, or choose to set limits."))
        return given

    def _check_values(self, given: Mapping[str, Any]) -> None:
        low, high = given.get("energy_low"), given.get("energy_high")
        if all(given.get(name) is None for name in VALUES) and not self.errors.keys() & set(VALUES):
            self.add_error("action", gettext("Give at least one value; an empty one keeps what is stored."))
        if low is not None and high is not None and low > high:
            self.add_error("energy_high", gettext("Less than what is to be kept at least."))

    @property
    def planned(self) -> PlannedChange:
        """The change that a valid form asks for."""
        given = self.cleaned_data
        return PlannedChange(
            action=LimitChangeAction(given["action"]),
            source=LimitSource(given["source"]),
            asset_ids=tuple(sorted(asset.pk for asset in given["asset_ids"])),
            windows=self.windows,
            values={name: given[name] for name in VALUES},
        )

    @property
    def asked(self) -> dict[str, Any]:
        """The change in the form's words, as it is kept."""
        given = self.cleaned_data
        values = {name: f"{given[name]:f}" for name in VALUES if given[name] is not None}
        return {
            "asset_ids": sorted(asset.pk for asset in given["asset_ids"]),
            **super().asked,
            **values,
        }
