"""The list of sites, and a site's page with its inverters."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import display

from config.admin.forms import RecordForm
from config.admin.numbers import shown_number
from config.admin.records import RecordAdmin
from sites import operations
from sites.admin.forms import PRICES, SiteForm
from sites.models import Inverter, InverterLimit, Site
from sites.queries import list_inverters

MODE = ("dispatch_mode_name", ("floor_price", "strike_price"), "price_currency")


def _price(amount: Decimal | None, currency: str | None) -> str:
    return "" if amount is None else f"{shown_number(amount)} {currency}/MWh"


@admin.register(Site)
class SiteAdmin(RecordAdmin):
    """Sites: corrected through the form; their inverters have pages of their own."""

    form = SiteForm
    list_display = ("id", "name", "delivery_area", "dispatch_mode_name", "floor", "strike", "how_many_inverters")
    list_filter = (("delivery_area", ChoicesCheckboxFilter), ("dispatch_mode_name", ChoicesCheckboxFilter))
    search_fields = ("id", "name")
    search_help_text = _("Id or name")
    ordering = ("id",)
    readonly_fields = ("id", "place", "created_at", "updated_at")
    change_form_outer_before_template = "admin/sites/site/day.html"
    change_form_outer_after_template = "admin/sites/site/inverters.html"
    deletion_meaning = _(
        "Its limits, readings, partner profile and snapshots go with it. A site that has inverters is not deleted."
    )

    @display(description=_("Floor price"), ordering="floor_price")
    def floor(self, site: Site) -> str:
        """The floor price with its unit."""
        return _price(site.floor_price, site.price_currency)

    @display(description=_("Strike price"), ordering="strike_price")
    def strike(self, site: Site) -> str:
        """The strike price with its unit."""
        return _price(site.strike_price, site.price_currency)

    @display(description=_("Inverters"))
    def how_many_inverters(self, site: Any) -> int:
        """How many inverters the site has."""
        return int(site.inverter_count)

    @display(description=_("Delivery area"))
    def place(self, site: Site) -> str:
        """Where the site is, for good: its id says so."""
        return f"{site.get_delivery_area_display()} ({site.region})"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Sites with the number of their inverters, in one query."""
        counted: QuerySet[Any] = super().get_queryset(request).annotate(inverter_count=Count("inverters"))
        return counted

    def get_fieldsets(self, request: HttpRequest, obj: Site | None = None) -> Any:  # noqa: ARG002
        """What is given at creation and what can be corrected later [ST3]."""
        if obj is None:
            return [(None, {"fields": ("name", "code", ("region", "delivery_area"), *MODE)})]
        fixed = (("id", "place"), ("created_at", "updated_at"))
        return [(None, {"fields": ("name", *MODE, *fixed)})]

    def create_record(self, form: RecordForm, *, by: str, now: datetime) -> Site:
        """Create the site."""
        fields = {name: value for name, value in form.filled_in.items() if name not in PRICES}
        return operations.create_site(fields=fields, **_prices(form), by=by, now=now)

    def update_record(self, record: Site, form: RecordForm, *, by: str, now: datetime) -> Site:
        """Correct the site; a price or the currency that was edited sets both prices."""
        changes = {name: value for name, value in form.edited.items() if name not in PRICES}
        if set(PRICES) & set(form.edited):
            changes |= {f"dispatch_mode_{name}": price for name, price in _prices(form).items()}
        return operations.update_site(site_id=record.pk, changes=changes, by=by, now=now)

    def delete_record(self, record: Site, *, by: str, now: datetime) -> None:  # noqa: ARG002
        """Delete the site."""
        operations.delete_site(site_id=record.pk, by=by)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with the site's inverters under the form; Delete only where it would not be refused."""
        site: Site | None = kwargs.get("obj")
        if site:
            inverters = list(list_inverters(site_id=site.pk).order_by("id"))
            may_see = request.user.has_perm("sites.view_inverter") or request.user.has_perm("sites.change_inverter")
            context |= {
                "inverters": _with_limits(inverters, request) if may_see else None,
                "may_add_inverter": request.user.has_perm("sites.add_inverter"),
                "may_change_limits": request.user.has_perm("sites.change_sitelimit"),
                "show_delete": not inverters,
            }
        page: HttpResponse = super().render_change_form(request, context, **kwargs)
        return page


def _with_limits(inverters: list[Inverter], request: HttpRequest) -> list[tuple[Inverter, str, str | None]]:
    """Each inverter with its rated power, and what its limit of now leaves of it: None where there is none."""
    now, found = timezone.now(), {}
    if request.user.has_perm("sites.view_inverterlimit"):
        ids = [inverter.pk for inverter in inverters]
        in_force = InverterLimit.objects.filter(inverter_id__in=ids, start_time__lte=now, end_time__gt=now)
        # windows may overlap; the one that began last is written last, and counts
        found = {one.inverter_id: one for one in in_force.order_by("inverter_id", "start_time")}
    return [
        (
            inverter,
            shown_number(inverter.rated_power),
            f"{shown_number(limit.power_charge)} … {shown_number(limit.power_discharge)}"
            if (limit := found.get(inverter.pk))
            else None,
        )
        for inverter in inverters
    ]


def _prices(form: Any) -> Any:
    return form.prices
