"""Instants as operators type them: a day and a time of the local clock."""

import re
from datetime import UTC, date, datetime, time, timedelta
from datetime import timezone as fixed
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

# A time and the abbreviation of its zone, such as 02:30 CEST.
NAMED = re.compile(r"(?P<time>.*\S)\s+(?P<zone>[A-Za-z]{2,5})")
LOCAL = _("Local time. Of an hour that comes twice, say which: 02:30 CEST or 02:30 CET.")


def instants_at(day: date, clock: time) -> list[datetime]:
    """The instants, in UTC, at which the local clock shows this: one, two where it is put back, none where it skips."""
    zone = timezone.get_current_timezone()
    shown = datetime.combine(day, clock)
    try:
        folds = [shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        return sorted({at for at in folds if at.astimezone(zone).replace(tzinfo=None, fold=0) == shown})
    except OverflowError:  # the first hours of all time, and the last
        return []


class ClockField(forms.TimeField):
    """A time of day that may name the zone it is told in; its tzinfo is that zone then."""

    def to_python(self, value: Any) -> time | None:
        """The time."""
        named = NAMED.fullmatch(value.strip()) if isinstance(value, str) else None
        found = super().to_python(named["time"] if named else value)
        if found is None or named is None:
            return found
        if named["zone"].upper() == "UTC":
            return found.replace(tzinfo=UTC)
        offsets = _offsets()
        if (name := named["zone"].upper()) not in offsets:
            said = gettext("The clock here is never told in %(zone)s, but in %(zones)s.")
            raise ValidationError(said % {"zone": named["zone"], "zones": ", ".join(offsets)})
        return found.replace(tzinfo=fixed(offsets[name], name))


class MomentWidget(UnfoldAdminSplitDateTimeWidget):
    """A day and a time; of an hour that comes twice, with the zone that says which."""

    def decompress(self, value: Any) -> list[Any]:
        """The two inputs' values."""
        try:
            day, clock = super().decompress(value)
        except OverflowError:  # the last hours of all time, for which the local calendar has no day
            return [value.astimezone(UTC).date(), f"{value.astimezone(UTC):%H:%M:%S} UTC"]
        if clock is not None and len(instants_at(day, clock)) > 1:
            return [day, f"{clock:%H:%M:%S} {timezone.localtime(value).tzname()}"]
        return [day, clock]


class MomentField(forms.SplitDateTimeField):
    """An instant by the local clock. What the clock skips, or shows twice, is refused in a sentence that helps."""

    widget = MomentWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = format_lazy("{} {}", kwargs["help_text"], LOCAL) if kwargs.get("help_text") else LOCAL
        super().__init__(**kwargs)
        clock = ClockField(error_messages={"invalid": self.error_messages["invalid_time"]})
        clock.required, clock.disabled = self.fields[1].required, self.fields[1].disabled
        self.fields = (self.fields[0], clock)

    def compress(self, data_list: Any) -> datetime | None:
        """The instant, by the local clock."""
        if not data_list or any(part in self.empty_values for part in data_list):
            return super().compress(data_list)  # it says what is missing
        day, clock = data_list
        told_in = clock.tzinfo
        shown = clock.replace(tzinfo=None)
        if told_in is UTC:
            return datetime.combine(day, shown, UTC)
        zone = timezone.get_current_timezone()
        found = instants_at(day, shown)
        if told_in is not None:
            found = [at for at in found if at.astimezone(zone).utcoffset() == told_in.utcoffset(None)]
        if not found:
            raise ValidationError(gettext("The local clock does not show this time on this day."))
        if len(found) > 1:
            said = gettext("The clock shows this time twice on this day. Say which: %(first)s or %(second)s.")
            first, second = (f"{shown:%H:%M} {at.astimezone(zone).tzname()}" for at in found)
            raise ValidationError(said % {"first": first, "second": second})
        return found[0].astimezone(zone)


def _offsets() -> dict[str, timedelta]:
    """The abbreviations of the local zone with their distance from UTC, winter and summer."""
    zone = timezone.get_current_timezone()
    seasons = (datetime(2026, month, 1, tzinfo=zone) for month in (1, 7))
    return {str(at.tzname()): at.utcoffset() or timedelta() for at in seasons}
