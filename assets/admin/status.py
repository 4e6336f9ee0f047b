"""How assets are doing, in their list: the latest status, and a filter by it."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.contrib.filters.admin import CheckboxFilter

from assets.models import Asset, StatusEntry
from assets.vocabulary import Lifecycle, Status

# Unfold's words for colours.
LIFECYCLE_COLOURS = {
    Lifecycle.DRAFT.label: "",
    Lifecycle.COMMISSIONING.label: "info",
    Lifecycle.LIVE.label: "success",
    Lifecycle.SUSPENDED.label: "warning",
    Lifecycle.DECOMMISSIONED.label: "",
}
STATUS_COLOURS = {
    Status.UNKNOWN.label: "",
    Status.ONLINE.label: "success",
    Status.DEGRADED.label: "warning",
    Status.OFFLINE.label: "danger",
    Status.MAINTENANCE.label: "info",
    Status.FAULT.label: "danger",
}


def with_latest_status(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    """Each asset with the word of its newest status entry as `latest_status`: one look into the entries' key a row."""
    newest = StatusEntry.objects.filter(asset_id=OuterRef("pk")).order_by("-effective_at", "-event_id")
    return assets.annotate(latest_status=Subquery(newest.values("status")[:1]))


class LatestStatusFilter(CheckboxFilter):
    """Assets whose newest status is one of these."""

    title = "latest status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Every status there is."""
        return [(status.value, str(status.label)) for status in Status]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """The list, narrowed to the statuses that were ticked."""
        wanted = self.value()
        return queryset.filter(latest_status__in=wanted) if wanted else queryset
