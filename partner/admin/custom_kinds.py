"""Kinds of snapshots that operators register, in the back office [P1]."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from config.admin.forms import RecordForm
from config.admin.records import RecordAdmin
from partner.models import CustomKind
from partner.operations.custom_kinds import delete_kind, save_kind


class CustomKindForm(RecordForm):
    """A kind's name, schema and period."""

    class Meta:
        model = CustomKind
        fields = ("name", "schema", "period_seconds")
        widgets = {"schema": UnfoldAdminTextareaWidget(attrs={"rows": 16, "spellcheck": "false"})}
        help_texts = {
            "name": _("What partners ask for with kind=..., such as soiling."),
            "schema": _(
                "Draft 2020-12, of an object. References lead to its own parts; site_id, generated_at, data_through "
                "and stale are added by Leitstand."
            ),
            "period_seconds": _("A document is stale once two of these have passed without a new one."),
        }


@admin.register(CustomKind)
class CustomKindAdmin(RecordAdmin):
    """Kinds whose documents are put over the Asset Service API."""

    form = CustomKindForm
    list_display = ("name", "period_seconds", "updated_at")
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering = ("name",)
    readonly_fields = ("created_at", "updated_at")
    deletion_meaning = _("Its documents and their past versions go with it.")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """A name stays: documents are stored under it."""
        return (*super().get_readonly_fields(request, obj), *(("name",) if obj else ()))

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> CustomKind:
        """Register the kind."""
        return save_kind(kind=None, fields=form.filled_in, by=by, now=now)

    def update_record(self, record: CustomKind, form: RecordForm, *, by: str, now: datetime) -> None:
        """Change the kind."""
        if form.edited:
            save_kind(kind=record, fields=form.edited, by=by, now=now)

    def delete_record(self, record: CustomKind, *, by: str, now: datetime) -> None:  # noqa: ARG002
        """Delete the kind."""
        delete_kind(kind=record, by=by)
