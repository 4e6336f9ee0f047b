"""Snapshots in the back office: how old they are, whether the last run failed, and what partners read [P6]."""

import json

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from unfold.contrib.filters.admin import AutocompleteSelectMultipleFilter
from unfold.decorators import display

from config.admin.lists import DeskAdmin
from partner.models import Snapshot

STATES = {"Current": "success", "Stale": "warning", "Failing": "danger", "Not published": ""}
BODIES = ("body", "stale_body")


@admin.register(Snapshot)
class SnapshotAdmin(DeskAdmin):
    """What is published, to be looked at: the worker alone writes it."""

    list_display = ("site", "kind", "state", "age", "data_through", "last_checked_at", "next_check_at", "failure")
    list_filter = (("site", AutocompleteSelectMultipleFilter),)
    list_select_related = ("site",)
    search_fields = ("site__name", "site__id", "kind")
    search_help_text = "Site or kind"
    ordering = ("site_id", "kind")
    fieldsets = (
        (None, {"fields": (("site", "kind"), ("state", "age"), "data_through", "etag")}),
        ("Runs", {"fields": (("last_checked_at", "next_check_at"), ("last_success_at", "stale_from"))}),
        ("Last failure", {"fields": ("last_failed_at", "last_failure")}),
        ("Document", {"fields": ("document",)}),
    )
    readonly_fields = ("state", "age", "document")

    @display(description="State", label=STATES)
    def state(self, snapshot: Snapshot) -> str:
        """How the snapshot is doing, in one word."""
        if snapshot.last_failed_at and snapshot.last_failed_at == snapshot.last_checked_at:
            return "Failing"
        if snapshot.published_at is None:
            return "Not published"
        return "Stale" if snapshot.stale_from and snapshot.stale_from <= timezone.now() else "Current"

    @display(description="Published", ordering="published_at")
    def age(self, snapshot: Snapshot) -> str:
        """How long ago the content last changed."""
        return f"{timesince(snapshot.published_at, depth=1)} ago" if snapshot.published_at else ""

    @display(description="Last failure", ordering="last_failed_at")
    def failure(self, snapshot: Snapshot) -> str:
        """When and with what the last run failed that did."""
        if snapshot.last_failed_at is None:
            return ""
        return f"{timesince(snapshot.last_failed_at, depth=1)} ago: {snapshot.last_failure[:80]}"

    @display(description="What partners read")
    def document(self, snapshot: Snapshot) -> str:
        """The document, indented."""
        if snapshot.body is None:
            return "Nothing was published yet."
        pretty = json.dumps(json.loads(snapshot.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="desk-document" tabindex="0">{}</pre>', pretty)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        """Snapshots; a list of them does not read the documents."""
        snapshots: QuerySet[Snapshot] = super().get_queryset(request)
        return snapshots.defer(*BODIES)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """The worker alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The worker alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The worker alone."""
        return False
