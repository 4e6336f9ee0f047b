"""Hours of local days as operators fill them in: which days, from when to when."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from assets.local_windows import LocalWindows

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
WHEN: Mapping[Any, tuple[str, ...]] = {
    _("When, in local time (Berlin, Warsaw)"): ("first_day", "last_day", "start", "end", "weekdays"),
}


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own picker of a date."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        """As browsers want it."""
        return value.isoformat() if isinstance(value, date) else value


class LocalWindowsForm(forms.Form):
    """When something is to hold; all times are the market's local ones. A subclass says what, and groups the fields."""

    required_css_class = "required"
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

    groups: ClassVar[Mapping[Any, tuple[str, ...]]] = WHEN

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
        return given

    @property
    def windows(self) -> LocalWindows:
        """The windows that a valid form names."""
        given = self.cleaned_data
        return LocalWindows(
            given["first_day"],
            given["last_day"],
            frozenset(int(number) for number in given["weekdays"]),
            time.fromisoformat(given["start"]),
            time() if given["end"] == "24:00" else time.fromisoformat(given["end"]),
        )

    @property
    def asked(self) -> dict[str, Any]:
        """The windows in the form's words, as they are kept."""
        given = self.cleaned_data
        return {
            "days": f"{given['first_day']} to {given['last_day']}",
            "weekdays": [WEEKDAYS[int(number)] for number in given["weekdays"]],
            "hours": f"{given['start']} to {given['end']}",
        }
