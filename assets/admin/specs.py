"""Versions of specs: an asset's page leads to the form of a new one, and to each for its correction."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from assets.admin.spec_forms import SpecForm
from assets.models import Spec
from assets.specs import put_spec
from assets.vocabulary import SPEC_QUANTITIES
from config.admin.forms import RecordForm
from config.admin.records import RecordAdmin

KEY = ("asset", "valid_from")
GROUPS = (
    (
        _("Power and energy"),
        (
            ("rated_power", "grid_connection_max_power"),
            ("max_capacity", "daily_cycle_energy_limit"),
            ("ramp_rate", "ramp_type"),
            ("charge_efficiency", "discharge_efficiency"),
        ),
    ),
    (
        _("Prequalified"),
        ("prequalified_fcr", ("prequalified_afrr_charge", "prequalified_afrr_discharge")),
    ),
)


@admin.register(Spec)
class SpecAdmin(RecordAdmin):
    """Specs: a new version, or one that is corrected, by the operation of the API; none is ever deleted."""

    form = SpecForm
    list_display = ("whose", "valid_from", "valid_to", "rated_power", "max_capacity")
    list_filter = (("valid_from", RangeDateTimeFilter),)
    search_fields = ("asset__id", "asset__name")
    search_help_text = _("Id or name")
    ordering = ("asset_id", "-valid_from")
    autocomplete_fields = ("asset",)

    @display(description=_("Asset"), ordering="asset_id")
    def whose(self, spec: Spec) -> str:
        """The asset's id."""
        return spec.asset_id

    def get_fieldsets(self, request: HttpRequest, obj: Spec | None = None) -> Any:  # noqa: ARG002
        """Whose it is and when it holds, and then what it says."""
        return [
            (None, {"fields": ("asset", "valid_from", "valid_to")}),
            *((title, {"fields": fields}) for title, fields in GROUPS),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Spec | None = None) -> Any:
        """A version is known by its asset and its beginning [SP2]."""
        return (*super().get_readonly_fields(request, obj), *(KEY if obj else ()))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What a link names, and what the asset's last version says: the new one says what differs."""
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        last = Spec.objects.filter(asset=given.get("asset")).order_by("-valid_from").first()
        said = {name: getattr(last, name) for name in (*SPEC_QUANTITIES, "ramp_type")} if last else {}
        return said | given

    def has_delete_permission(self, request: HttpRequest, obj: Spec | None = None) -> bool:  # noqa: ARG002
        """Never: what an asset could do, it could do."""
        return False

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> Spec:
        """Add the version."""
        given = form.filled_in
        changes = {name: value for name, value in given.items() if name not in KEY}
        return put_spec(asset_id=given["asset"].pk, valid_from=given["valid_from"], changes=changes, by=by, now=now)

    def update_record(self, record: Spec, form: RecordForm, *, by: str, now: datetime) -> Spec:
        """Correct the version."""
        return put_spec(asset_id=record.asset_id, valid_from=record.valid_from, changes=form.edited, by=by, now=now)

    def response_post_save_add(self, request: HttpRequest, obj: Spec) -> HttpResponse:  # noqa: ARG002
        """Back to the asset, which shows its versions."""
        return HttpResponseRedirect(reverse("admin:assets_asset_change", args=[quote(obj.asset_id)]))

    response_post_save_change = response_post_save_add
