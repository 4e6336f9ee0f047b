"""How assets are doing, in their list: the latest status, a filter by it, and what sets it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import CheckboxFilter
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from assets.models import Asset, StatusEntry
from assets.queries import NEW
from assets.vocabulary import Lifecycle, ReasonCategory, Status
from config.errors import Fault, InvalidError

SELECT = ("", _("Select value"))
STATUS_MEANING = _(
    "It holds from now on, until an event or somebody else says otherwise. The history keeps it with your name."
)

# Unfold's words for colours.
LIFECYCLE_COLOURS = {
    Lifecycle.DRAFT.value: "",
    Lifecycle.COMMISSIONING.value: "info",
    Lifecycle.LIVE.value: "success",
    Lifecycle.SUSPENDED.value: "warning",
    Lifecycle.DECOMMISSIONED.value: "",
}
STATUS_COLOURS = {
    Status.UNKNOWN.value: "",
    Status.ONLINE.value: "success",
    Status.DEGRADED.value: "warning",
    Status.OFFLINE.value: "danger",
    Status.MAINTENANCE.value: "info",
    Status.FAULT.value: "danger",
}


def reasons_of(entry: StatusEntry) -> list[tuple[str, str]]:
    """Why an asset is in a status, in words, and who says so."""
    labels = {category.value: str(category.label) for category in ReasonCategory}
    return [
        (_detail_of(reason) or labels.get(reason["category"], reason["category"]), reason["source"])
        for reason in entry.reasons
    ]


def _detail_of(reason: Mapping[str, str]) -> str:
    """What was said, as it was said; what Leitstand itself said, in the page's language."""
    detail = reason.get("detail") or ""
    return gettext(NEW) if detail == NEW else detail


def with_latest_status(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    """Each asset with the word of its newest status entry as `latest_status`: one look into the entries' key a row."""
    newest = StatusEntry.objects.filter(asset_id=OuterRef("pk")).order_by("-effective_at", "-event_id")
    # an asset that came straight from SQL has no entry
    return assets.annotate(latest_status=Coalesce(Subquery(newest.values("status")[:1]), Value(Status.UNKNOWN.value)))


class LatestStatusFilter(CheckboxFilter):
    """Assets whose newest status is one of these."""

    title = _("latest status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Every status there is."""
        return [(status.value, str(status.label)) for status in Status]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """The list, narrowed to the statuses that were ticked."""
        wanted = self.value()
        return queryset.filter(latest_status__in=wanted) if wanted else queryset


class StatusForm(forms.Form):
    """What an operator says of how an asset is doing, and why."""

    status = forms.ChoiceField(label=_("Status"), choices=[SELECT, *Status.choices], widget=UnfoldAdminSelectWidget)
    category = forms.ChoiceField(
        label=_("Reason"), choices=[SELECT, *ReasonCategory.choices], widget=UnfoldAdminSelectWidget
    )
    detail = forms.CharField(label=_("In words"), max_length=200, widget=UnfoldAdminTextInputWidget)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="said_%s")  # the page has another form

    @property
    def said(self) -> dict[str, Any]:
        """Status, category and detail; InvalidError for what is missing or is no word of ours."""
        if not self.is_valid():
            raise InvalidError(
                [Fault((name,), f"{self[name].label}: {faults[0]}") for name, faults in self.errors.items()]
            )
        given = self.cleaned_data
        return {
            "status": Status(given["status"]),
            "category": ReasonCategory(given["category"]),
            "detail": given["detail"],
        }
