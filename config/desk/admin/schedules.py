"""Schedules in the back office: what runs when, as django-celery-beat stores it [P6]."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.decorators import display

from config.admin.lists import DeskAdmin
from config.desk.admin.schedule_forms import CrontabForm, IntervalForm, PeriodicTaskForm

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(DeskAdmin):
    """What the worker does by itself, and how often."""

    form = PeriodicTaskForm
    list_display = ("name", "when", "enabled", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab")
    search_fields = ("name", "task")
    search_help_text = _("Name or task")
    ordering = ("name",)
    autocomplete_fields = ("interval", "crontab")
    fieldsets = (
        (None, {"fields": ("name", "enabled", "task", "description")}),
        (_("When"), {"fields": ("interval", "crontab", "start_time", "one_off"), "description": _("One of the two.")}),
        (_("With"), {"fields": ("args", "kwargs", "expire_seconds")}),
        (_("Runs"), {"fields": (("last_run_at", "total_run_count"),)}),
    )
    readonly_fields = ("last_run_at", "total_run_count")

    @display(description=_("When"))
    def when(self, task: PeriodicTask) -> str:
        """The schedule in words."""
        if task.interval:
            return str(task.interval)
        return task.crontab.human_readable if task.crontab else gettext("never")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The tasks, without Celery's own."""
        tasks: QuerySet[Any] = super().get_queryset(request)
        return tasks.exclude(name__startswith="celery.")


@admin.register(IntervalSchedule)
class IntervalAdmin(DeskAdmin):
    """Every so many seconds, minutes, hours or days; shared by all tasks that name it."""

    form = IntervalForm
    list_display = ("__str__", "every", "period")
    search_fields = ("every", "period")
    ordering = ("period", "every")


@admin.register(CrontabSchedule)
class CrontabAdmin(DeskAdmin):
    """At certain times of certain days; shared by all tasks that name it."""

    form = CrontabForm
    list_display = ("human_readable", "minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")
    search_fields = ("minute", "hour", "timezone")
    ordering = ("hour", "minute", "id")
    fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")
