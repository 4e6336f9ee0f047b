"""Partner profiles in the back office, with their tariff periods [P3]."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextareaWidget

from config.admin.forms import PlainDecimalField, RecordForm
from config.admin.lists import actor_of
from config.admin.records import RecordAdmin
from partner.models import PartnerProfile, TariffPeriod
from partner.operations.profiles import save_profile, set_tariff_periods

PERIOD = ("name", "days", "start_time", "end_time", "rate")
PLACE = (("latitude", "longitude"), ("tilt", "azimuth"))
TARGETS = ("pr_target", "availability_target")


class LinesField(forms.CharField):
    """A list, one entry a line."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """A list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Lines as a list, without the empty ones."""
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lists differ."""
        return bool((initial or []) != self.to_python(data))


class ProfileForm(RecordForm):
    """What partners know of a site."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[("", _("Select value")), *((name, name) for name in sorted(available_timezones()))],
        widget=UnfoldAdminSelect2Widget,
    )
    frame_origins = LinesField(
        label=_("Frame origins"),
        required=False,
        help_text=_("Who may show the dashboard in a frame, one origin a line: https://partner.example"),
    )

    class Meta:
        model = PartnerProfile
        fields = (
            "site",
            "public_name",
            "time_zone",
            "currency",
            "tariff",
            "market",
            *(field for pair in PLACE for field in pair),
            *TARGETS,
            "signal_thresholds",
            "frame_origins",
        )
        widgets = {"signal_thresholds": UnfoldAdminTextareaWidget(attrs={"rows": 3})}
        help_texts = {
            "public_name": _("What partners call the site, such as Sibaya."),
            "currency": _("Three capital letters, such as ZAR."),
            "tariff": _("The price of a kWh outside every tariff period. Empty: money is not computed."),
            "market": _("The market of the site's area whose prices value the forecast. Empty: the tariff does."),
            "pr_target": _("A ratio, more than 0 and at most 1."),
            "availability_target": _("A ratio, more than 0 and at most 1."),
            "signal_thresholds": _("JSON: thresholds by name that differ from the documented defaults."),
        }


class TariffPeriodInline(TabularInline):
    """Times of local days with a rate of their own."""

    model = TariffPeriod
    fields = PERIOD
    extra = 0
    verbose_name_plural = _("Tariff periods (the site's local time; an end of 00:00 is the end of the day)")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A rate is shown as short as it is."""
        if db_field.name == "rate":
            return PlainDecimalField(label=_("Rate per kWh"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(PartnerProfile)
class PartnerProfileAdmin(RecordAdmin):
    """What partners see of a site: its name, place, money and targets."""

    form = ProfileForm
    inlines = (TariffPeriodInline,)
    list_display = ("public_name", "site", "time_zone", "currency", "tariff", "updated_at")
    list_filter = ("currency",)
    list_select_related = ("site",)
    search_fields = ("public_name", "site__name", "site__id")
    search_help_text = _("Public name or site")
    ordering = ("public_name",)
    autocomplete_fields = ("site",)
    readonly_fields = ("created_at", "updated_at")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """A profile goes with its site; what partners have read once is not taken back by a click."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ARG002
        """Name, money, place and targets."""
        record = [(_("Record"), {"fields": (("created_at", "updated_at"),)})] if obj else []
        return [
            (None, {"fields": ("site", "public_name", "time_zone")}),
            (_("Money"), {"fields": ("currency", "tariff", "market")}),
            (_("Place"), {"fields": PLACE}),
            (_("Targets and signals"), {"fields": (TARGETS, "signal_thresholds")}),
            (_("Dashboard"), {"fields": ("frame_origins",)}),
            *record,
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """A profile stays with its site."""
        return (*super().get_readonly_fields(request, obj), *(("site",) if obj else ()))

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> PartnerProfile:
        """Give the site its profile."""
        fields = {name: value for name, value in form.filled_in.items() if name != "site"}
        return save_profile(site=form.cleaned_data["site"], fields=fields, by=by, now=now)

    def update_record(self, record: PartnerProfile, form: RecordForm, *, by: str, now: datetime) -> None:
        """Change the profile."""
        if form.edited:
            save_profile(site=record.site, fields=form.edited, by=by, now=now)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Replace the tariff periods by those of the form, if any was touched."""
        formset.save(commit=False)  # tells what was added, changed and deleted, for Django's own log
        if formset.has_changed():
            kept = [one for one in formset.forms if one.cleaned_data and not one.cleaned_data.get("DELETE")]
            periods = [{name: one.cleaned_data[name] for name in PERIOD} for one in kept]
            set_tariff_periods(profile=formset.instance, periods=periods, by=actor_of(request))
