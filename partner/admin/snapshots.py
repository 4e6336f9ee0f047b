"""Snapshots in the back office: how old they are, whether the last run failed, and what partners read [P6]."""

import json
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, Func, IntegerField, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectMultipleFilter, CheckboxFilter
from unfold.decorators import display

from config.admin.records import RecordAdmin
from partner.kinds import KINDS
from partner.models import Snapshot
from partner.operations.publishing import request_refresh

STATES = {"current": "success", "stale": "warning", "failing": "danger", "unpublished": ""}
LABELS = {"current": _("Current"), "stale": _("Stale"), "failing": _("Failing"), "unpublished": _("Not published")}
BODIES = ("body", "stale_body", "packed_body", "packed_stale_body")
LATE = ("stale", "unpublished")  # what home counts: partners read something old, or nothing


class StateFilter(CheckboxFilter):
    """Snapshots that are late, in one way or the other, or whose last run failed."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """What somebody looks for."""
        return [
            ("stale", gettext("Stale")),
            ("unpublished", gettext("Not published")),
            ("failing", gettext("Failing")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Snapshot]) -> QuerySet[Snapshot]:  # noqa: ARG002
        """The list, narrowed to what was ticked."""
        meanings = {
            "stale": Q(stale_from__lte=timezone.now()),
            "unpublished": Q(published_at=None),
            "failing": Q(last_failed_at=F("last_checked_at")),
        }
        wanted = Q()
        for word in self.value() or []:
            wanted |= meanings.get(word, Q())
        return queryset.filter(wanted)


def _request(snapshot: Snapshot, *, by: str, now: datetime) -> str:
    request_refresh(snapshot=snapshot, by=by, now=now)
    said = gettext("%(kind)s of %(site)s will be computed within seconds, while the worker runs.")
    return said % {"kind": snapshot.kind, "site": snapshot.site_id}


@admin.register(Snapshot)
class SnapshotAdmin(RecordAdmin):
    """What is published, to be looked at: the worker alone writes it."""

    list_display = ("site", "kind", "state", "age", "size", "etag", "last_checked_at", "next_check_at", "failure")
    list_filter = (StateFilter, ("site", AutocompleteSelectMultipleFilter))
    list_select_related = ("site",)
    search_fields = ("site__name", "site__id", "kind")
    search_help_text = _("Site or kind")
    ordering = ("site_id", "kind")
    fieldsets = (
        (None, {"fields": (("site", "kind"), ("state", "age"), ("data_through", "size"), ("etag", "stale_etag"))}),
        (
            _("Runs"),
            {"fields": (("last_checked_at", "next_check_at"), ("last_success_at", "stale_from"), "requested_at")},
        ),
        (_("Last failure"), {"fields": ("last_failed_at", "last_failure")}),
        (_("Document"), {"fields": ("document",)}),
    )
    readonly_fields = ("state", "age", "size", "document")
    change_form_outer_before_template = "admin/partner/snapshot/regenerate.html"

    @display(description=_("State"), label=STATES)
    def state(self, snapshot: Snapshot) -> tuple[str, str]:
        """How the snapshot is doing, in one word."""
        if snapshot.last_failed_at and snapshot.last_failed_at == snapshot.last_checked_at:
            word = "failing"
        elif snapshot.published_at is None:
            word = "unpublished"
        else:
            word = "stale" if snapshot.stale_from and snapshot.stale_from <= timezone.now() else "current"
        return word, str(LABELS[word])

    @display(description=_("Published"), ordering="published_at")
    def age(self, snapshot: Snapshot) -> str:
        """How long ago the content last changed."""
        at = snapshot.published_at
        return gettext("%(time)s ago") % {"time": timesince(at, depth=1)} if at else ""

    @display(description=_("Size"), ordering="body_length")
    def size(self, snapshot: Any) -> str:
        """How long the document is, and how long it is packed."""
        if snapshot.body_length is None:
            return ""
        size = filesizeformat(snapshot.body_length)
        if not snapshot.packed_length:
            return size
        said = gettext("%(size)s, %(packed)s packed")
        return said % {"size": size, "packed": filesizeformat(snapshot.packed_length)}

    @display(description=_("Last failure"), ordering="last_failed_at")
    def failure(self, snapshot: Snapshot) -> str:
        """When and with what the last run failed that did."""
        if snapshot.last_failed_at is None:
            return ""
        said = gettext("%(time)s ago") % {"time": timesince(snapshot.last_failed_at, depth=1)}
        return f"{said}: {snapshot.last_failure[:80]}"

    @display(description=_("What partners read"))
    def document(self, snapshot: Snapshot) -> str:
        """The document, indented."""
        if snapshot.body is None:
            return gettext("Nothing was published yet.")
        pretty = json.dumps(json.loads(snapshot.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="desk-document" tabindex="0">{}</pre>', pretty)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        """Snapshots; a list of them does not read the documents."""
        snapshots: QuerySet[Snapshot] = super().get_queryset(request)
        lengths = {
            "body_length": Func("body", function="octet_length", output_field=IntegerField()),
            "packed_length": Func("packed_body", function="octet_length", output_field=IntegerField()),
        }
        return snapshots.defer(*BODIES).annotate(**lengths)

    def get_urls(self) -> list[URLPattern]:
        """Django's, and the button's."""
        view = self.admin_site.admin_view(self.regenerate)
        return [path("<path:object_id>/regenerate/", view, name="partner_snapshot_regenerate"), *super().get_urls()]

    def regenerate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button was pressed: what is to be done is written down, and the worker picks it up."""
        return self.answer_button(request, object_id, act=_request)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with the button for kinds that are computed here."""
        snapshot: Snapshot | None = kwargs.get("obj")
        context["may_regenerate"] = bool(snapshot and snapshot.kind in KINDS and self.may(request, "change"))
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """The worker alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The worker alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The worker alone."""
        return False
