"""What an operator fills in to change limits of assets over hours of local days."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from assets.models import Asset
from config.admin.forms import PlainDecimalField
from markets.local_windows import LocalWindows
from markets.models import Limit
from markets.operations.limit_changes import VALUES, PlannedChange
from markets.vocabulary import LimitChangeAction, LimitSource

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)  # Django's catalogues have them
QUARTERS = [f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in range(96)]
MOST_DAYS = 732
ACTIONS = [action for action in LimitChangeAction if action is not LimitChangeAction.UNDO]


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own picker of a date."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        """As browsers want it."""
        return value.isoformat() if isinstance(value, date) else value


class LimitChangeForm(forms.Form):
    """Which assets, whose limits, when, and what is to hold there; all times are the market's local ones."""

    required_css_class = "required"
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
    first_day = forms.DateField(label=_("First day"), widget=DayInput)
    last_day = forms.DateField(label=_("Last day"), widget=DayInput, help_text=_("It is part of the range."))
    weekdays = forms.MultipleChoiceField(
        label=_("On"),
        choices=[(number, _(day)) for number, day in enumerate(WEEKDAYS)],
        initial=[str(number) for number in range(7)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    start = forms.ChoiceField(
        label=_("From"), choices=[(text, text) for text in QUARTERS], initial="00:00", widget=UnfoldAdminSelectWidget
    )
    end = forms.ChoiceField(
        label=_("To"),
        choices=[(text, text) for text in (*QUARTERS[1:], "24:00")],
        initial="24:00",
        widget=UnfoldAdminSelectWidget,
        help_text=_("Earlier than From: on the next day."),
    )

    groups: ClassVar[Mapping[Any, tuple[str, ...]]] = {
        _("Which and what"): ("asset_ids", "action", "source"),
        _("Limits"): VALUES,
        _("When, in local time (Berlin, Warsaw)"): ("first_day", "last_day", "start", "end", "weekdays"),
    }

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page groups them."""
        return [(str(title), [self[name] for name in names]) for title, names in self.groups.items()]

    def clean(self) -> dict[str, Any]:
        """What no field can see alone."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and not 0 <= (last - first).days <= MOST_DAYS:
            said = gettext("The last day is not before the first, and at most %(most)s days after it.")
            self.add_error("last_day", said % {"most": MOST_DAYS})
        if first and not date(2000, 1, 1) <= first <= date(2200, 1, 1):
            self.add_error("first_day", gettext("A day between 2000 and 2200."))
        if "end" in given and given.get("start") == given["end"]:
            self.add_error("end", gettext("The hours end when they start."))
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
        hours = LocalWindows(
            given["first_day"],
            given["last_day"],
            frozenset(int(number) for number in given["weekdays"]),
            time.fromisoformat(given["start"]),
            time() if given["end"] == "24:00" else time.fromisoformat(given["end"]),
        )
        return PlannedChange(
            action=LimitChangeAction(given["action"]),
            source=LimitSource(given["source"]),
            asset_ids=tuple(sorted(asset.pk for asset in given["asset_ids"])),
            windows=hours,
            values={name: given[name] for name in VALUES},
        )

    @property
    def asked(self) -> dict[str, Any]:
        """The change in the form's words, as it is kept."""
        given = self.cleaned_data
        values = {name: f"{given[name]:f}" for name in VALUES if given[name] is not None}
        return {
            "asset_ids": sorted(asset.pk for asset in given["asset_ids"]),
            "days": f"{given['first_day']} to {given['last_day']}",
            "weekdays": [WEEKDAYS[int(number)] for number in given["weekdays"]],
            "hours": f"{given['start']} to {given['end']}",
            **values,
        }
