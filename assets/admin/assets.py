"""The list of assets and an asset's page: lifecycle buttons, status, changes."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, RangeDateFilter
from unfold.decorators import display

from assets import operations
from assets.admin.bulk import BULK_ACTIONS, DELETION, SET_STATUS, to_limits
from assets.admin.forms import AssetForm
from assets.admin.page import beside_the_form
from assets.admin.past import MAY_SEE, MODELS, past_of
from assets.admin.status import (
    LIFECYCLE_COLOURS,
    STATUS_COLOURS,
    LatestStatusFilter,
    StatusForm,
    with_latest_status,
)
from assets.lifecycle import DELETABLE, TRANSITIONS, move
from assets.models import Asset
from assets.statuses import set_status
from assets.vocabulary import Lifecycle, Status
from config.admin.forms import RecordForm
from config.admin.records import RecordAdmin

CHANGE_LIMITS = "markets.change_limit"


@admin.register(Asset)
class AssetAdmin(RecordAdmin):
    """Assets: corrected through the form, moved through their life by buttons, one by one or many at once."""

    form = AssetForm
    list_display = ("heading", "type", "area", "state", "doing", "went_live", "provider")
    list_filter = (
        ("lifecycle", ChoicesCheckboxFilter),
        LatestStatusFilter,
        ("type", ChoicesCheckboxFilter),
        ("delivery_area", ChoicesCheckboxFilter),
        ("provider", ChoicesCheckboxFilter),
        ("go_live_date", RangeDateFilter),
    )
    search_fields = ("id", "name")
    search_help_text = _("Id or name")
    ordering = ("id",)
    readonly_fields = ("id", "place", "created_at", "updated_at")
    change_form_outer_before_template = "admin/assets/asset/lifecycle.html"
    change_form_outer_after_template = "admin/assets/asset/changes.html"
    deletion_meaning = DELETION
    bulk_actions = BULK_ACTIONS

    @display(description=_("Lifecycle"), ordering="lifecycle", label=LIFECYCLE_COLOURS)
    def state(self, asset: Asset) -> tuple[str, str]:
        """Where the asset is in its life, as a badge."""
        return asset.lifecycle, str(Lifecycle(asset.lifecycle).label)

    @display(description=_("Status"), label=STATUS_COLOURS)
    def doing(self, asset: Any) -> tuple[str, str]:
        """How the asset is doing, as a badge."""
        status = asset.latest_status
        return (status, str(Status(status).label)) if status else ("", "")

    @display(description=_("Asset"), ordering="id", header=True)
    def heading(self, asset: Asset) -> list[str]:
        """The id, and the name under it."""
        return [asset.pk, asset.name]

    @display(description=_("Area"), ordering="delivery_area")
    def area(self, asset: Asset) -> str:
        """Where the asset is, in a word."""
        return asset.get_delivery_area_display()

    @display(description=_("Go-live"), ordering="go_live_date", empty_value="")
    def went_live(self, asset: Asset) -> date | None:
        """The first day of trading."""
        return asset.go_live_date

    @display(description=_("Delivery area"))
    def place(self, asset: Asset) -> str:
        """Where the asset is, for good: its id says so."""
        return f"{asset.get_delivery_area_display()} ({asset.region})"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """Assets with their latest status, in one query."""
        return with_latest_status(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Asset | None = None) -> Any:  # noqa: ARG002
        """What is given at creation and what can be corrected later [A3]."""
        if obj is None:
            fields = ("name", "code", ("region", "delivery_area"), "type", "provider", "go_live_date")
            return [(None, {"fields": fields})]
        fixed = (("id", "place"), ("created_at", "updated_at"))
        return [(None, {"fields": ("name", "type", "provider", "go_live_date", *fixed)})]

    def get_urls(self) -> list[URLPattern]:
        """Django's, one for all lifecycle buttons, one for a status, and one for what was noted of an asset."""
        pages = {"move/<str:action>": self.move, "set-status": self.set_status, "past/<str:kind>": self.show_past}
        own = [
            path(f"<path:object_id>/{address}/", self.admin_site.admin_view(view), name=f"assets_asset_{view.__name__}")
            for address, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The bulk actions, and the way to the form that changes the limits of the chosen assets."""
        actions: dict[str, Any] = super().get_actions(request)
        if request.user.has_perm(CHANGE_LIMITS):
            actions["limits"] = (to_limits, "limits", gettext("Change limits"))
        return actions

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> Asset:
        """Create the asset."""
        return operations.create_asset(fields=form.filled_in, by=by, now=now)

    def update_record(self, record: Asset, form: RecordForm, *, by: str, now: datetime) -> Asset:
        """Correct the asset."""
        return operations.update_asset(asset_id=record.pk, changes=form.edited, by=by, now=now)

    def delete_record(self, record: Asset, *, by: str, now: datetime) -> None:  # noqa: ARG002
        """Delete the asset."""
        operations.delete_asset(asset_id=record.pk, by=by)

    def move(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        """A lifecycle button was pressed and confirmed [A5]."""
        if action not in TRANSITIONS:
            raise Http404
        return self.answer_button(request, object_id, act=partial(_move, action=action))

    def set_status(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A status was filled in and confirmed [S2]."""
        if not request.user.has_perm(SET_STATUS):
            raise PermissionDenied
        act = partial(_set_status, form=StatusForm(request.POST))
        return self.answer_button(request, object_id, act=act, permission="view")

    def show_past(self, request: HttpRequest, object_id: str, kind: str) -> HttpResponse:
        """What was noted of an asset, page by page: its status entries, or its dispatches."""
        if kind not in MODELS:
            raise Http404
        asset = self.get_object(request, unquote(object_id))
        if asset is None:
            raise Http404
        if not (self.has_view_permission(request, asset) and request.user.has_perm(MAY_SEE[kind])):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | past_of(asset, kind=kind, before=request.GET.get("before"))
        return TemplateResponse(request, "admin/assets/asset/past.html", context | {"opts": self.opts})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with all that stands beside the form; Delete only where it would not be refused."""
        asset: Asset | None = kwargs.get("obj")
        if asset:
            may_change, may_set_status = self.has_change_permission(request, asset), request.user.has_perm(SET_STATUS)
            context |= beside_the_form(asset, may_change=may_change, may_set_status=may_set_status)
            context["pasts"] = [kind for kind, needed in MAY_SEE.items() if request.user.has_perm(needed)]
            context["show_delete"] = asset.lifecycle in DELETABLE
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page


def _move(asset: Asset, *, action: str, by: str, now: datetime) -> str:
    moved = move(asset_id=asset.pk, action=action, by=by, now=now)
    said = gettext("%(action)s: %(asset)s is now %(state)s.")
    return said % {"action": TRANSITIONS[action].label, "asset": moved.pk, "state": moved.get_lifecycle_display()}


def _set_status(asset: Asset, *, form: StatusForm, by: str, now: datetime) -> str:
    entry = set_status(asset_id=asset.pk, **form.said, by=by, now=now)
    said = gettext("%(asset)s is now %(status)s.")
    return said % {"asset": asset.pk, "status": entry.get_status_display()}
