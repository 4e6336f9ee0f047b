"""The list of inverters, and an inverter's page with the assets behind it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectMultipleFilter, ChoicesCheckboxFilter
from unfold.decorators import display

from config.admin.forms import RecordForm
from config.admin.numbers import shown_number
from config.admin.records import RecordAdmin
from sites import operations
from sites.admin.forms import InverterForm
from sites.models import Inverter
from sites.queries import asset_ids_of, with_assets

PLANT_DATA = (
    ("manufacturer", "model"),
    ("serial_number", "rated_dc_power"),
    ("commissioned_on", "last_service_on"),
    "service_interval_days",
)


@admin.register(Inverter)
class InverterAdmin(RecordAdmin):
    """Inverters: what they can do, what they are, and which assets are behind them."""

    form = InverterForm
    list_display = ("id", "site_name", "power", "dc_power", "listed", "serial_number", "manufacturer", "model")
    list_filter = (
        ("site", AutocompleteSelectMultipleFilter),
        ("site__delivery_area", ChoicesCheckboxFilter),
    )
    list_select_related = ("site",)
    search_fields = ("id", "serial_number", "site__name")
    search_help_text = _("Id, serial number or site")
    ordering = ("id",)
    autocomplete_fields = ("site",)
    readonly_fields = ("id", "created_at", "updated_at")
    deletion_meaning = _("Its limits and readings go with it, and the assets behind it are no longer listed by it.")

    @display(description=_("Site"), ordering="site__name")
    def site_name(self, inverter: Inverter) -> str:
        """The name of the site."""
        return inverter.site.name

    @display(description=_("Rated power (MW)"), ordering="rated_power")
    def power(self, inverter: Inverter) -> str:
        """The rated power, as short as it is."""
        return shown_number(inverter.rated_power)

    @display(description=_("DC (MW)"), ordering="rated_dc_power")
    def dc_power(self, inverter: Inverter) -> str:
        """The rated DC power, as short as it is."""
        return "" if inverter.rated_dc_power is None else shown_number(inverter.rated_dc_power)

    @display(description=_("Assets"))
    def listed(self, inverter: Inverter) -> str:
        """The assets behind the inverter, in their order."""
        return ", ".join(asset_ids_of(inverter))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inverter]:
        """Inverters with their assets: two queries, however many they are."""
        return with_assets(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Inverter | None = None) -> Any:  # noqa: ARG002
        """What is given at creation and what can be corrected later [ST4] [ST5]."""
        power = ("rated_power", ("charge_efficiency", "discharge_efficiency"))
        fixed = ("id", "site", "created_at", "updated_at")
        return [
            (None, {"fields": ("asset_ids", *power) if obj else ("site", "asset_ids", *power)}),
            (_("Plant data"), {"fields": PLANT_DATA}),
            *([(_("Record"), {"fields": (fixed[:2], fixed[2:])})] if obj else ()),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Inverter | None = None) -> Any:
        """An inverter stays at its site: the id says so."""
        return (*super().get_readonly_fields(request, obj), *(("site",) if obj else ()))

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> Inverter:
        """Create the inverter."""
        fields = {name: value for name, value in form.filled_in.items() if name not in ("site", "asset_ids")}
        site_id = form.cleaned_data["site"].pk
        return operations.create_inverter(site_id=site_id, fields=fields, asset_ids=_wanted(form), by=by, now=now)

    def update_record(self, record: Inverter, form: RecordForm, *, by: str, now: datetime) -> Inverter:
        """Correct the inverter."""
        changes = {**form.edited, **({"asset_ids": _wanted(form)} if "asset_ids" in form.edited else {})}
        return operations.update_inverter(
            site_id=record.site_id, inverter_id=record.pk, changes=changes, by=by, now=now
        )

    def delete_record(self, record: Inverter, *, by: str, now: datetime) -> None:  # noqa: ARG002
        """Delete the inverter."""
        operations.delete_inverter(site_id=record.site_id, inverter_id=record.pk, by=by)


def _wanted(form: Any) -> list[str]:
    wanted: list[str] = form.wanted
    return wanted
