"""What an operator fills in for schedules; nothing gets through that would stop Celery's clock."""

import json
from datetime import timedelta
from typing import Any

from celery import current_app
from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=366)


def known_tasks() -> list[tuple[str, str]]:
    """The tasks that the worker knows, each with what it does."""
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}
    return [(name, f"{name}: {gettext(_first_sentence(task.__doc__))}") for name, task in sorted(ours.items())]


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


class PeriodicTaskForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A task, its schedule and its arguments."""

    task = forms.ChoiceField(label=_("Task"), choices=known_tasks, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = PeriodicTask
        fields = ("name", "enabled", "task", "description", "interval", "crontab", "start_time", "one_off", "args")
        widgets = {field: UnfoldAdminTextareaWidget(attrs={"rows": 2}) for field in ("description", "args", "kwargs")}

    def clean_args(self) -> str:
        """Positional arguments: a list."""
        return self._json("args", list, gettext("a list, such as []"))

    def clean_kwargs(self) -> str:
        """Named arguments: an object."""
        return self._json("kwargs", dict, gettext('an object, such as {"kind": "kpi-rollup"}'))

    def _json(self, field: str, kind: type, said: str) -> str:
        text: str = self.cleaned_data[field]
        try:
            fits = isinstance(json.loads(text), kind)
        except (ValueError, RecursionError):
            fits = False
        if not fits:
            raise forms.ValidationError(gettext("This should be JSON: %(said)s.") % {"said": said})
        return text


class IntervalForm(forms.ModelForm):  # type: ignore[type-arg]
    """A period that a clock can keep."""

    class Meta:
        model = IntervalSchedule
        fields = ("every", "period")

    def clean(self) -> dict[str, Any]:
        """The values, if they make a second at least and a year at most."""
        cleaned = super().clean() or self.cleaned_data
        every, period = cleaned.get("every"), cleaned.get("period")
        if every and period:
            try:
                fits = SHORTEST <= timedelta(**{period: every}) <= LONGEST
            except OverflowError:
                fits = False
            if not fits:
                self.add_error("every", gettext("From one second to 366 days."))
        return cleaned


class CrontabForm(forms.ModelForm):  # type: ignore[type-arg]
    """Times that come."""

    class Meta:
        model = CrontabSchedule
        fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")

    def clean(self) -> dict[str, Any]:
        """The values, if they name a day that exists: the 31st of February would stop the clock for all."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                CrontabSchedule(**cleaned).schedule.remaining_delta(timezone.now())
            except (RuntimeError, ValueError) as error:
                raise forms.ValidationError(gettext("This time never comes.")) from error
        return cleaned
