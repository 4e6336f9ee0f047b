"""What an asset's page shows of the rooms around it: what the asset can do, and where it is connected."""

from typing import Any

from django import template
from django.utils import timezone

from assets.models import Asset, Spec
from assets.vocabulary import SPEC_QUANTITIES
from config.admin.numbers import shown_number
from sites.models import InverterAsset

register = template.Library()

VERSIONS = 10


@register.inclusion_tag("admin/desk/asset_record.html", takes_context=True)
def asset_record(context: dict[str, Any], asset: Asset) -> dict[str, Any]:
    """The newest ten versions of the asset's spec, and its inverters; what the operator may not see is left out."""
    may = context["request"].user.has_perm
    shown: dict[str, Any] = {"asset": asset, "most": VERSIONS, "may_open_sites": may("sites.view_site")}
    if may("assets.view_spec"):
        specs = list(Spec.objects.filter(asset=asset).order_by("-valid_from")[:VERSIONS])
        now = timezone.now()
        current = next((spec for spec in specs if spec.holds_at(now)), None)
        shown |= {"specs": [(spec, spec is current, said(spec)) for spec in specs], "has_spec": current is not None}
        shown |= {f"may_{verb}_spec": may(f"assets.{verb}_spec") for verb in ("add", "change")}
    if may("sites.view_inverter"):
        listed = InverterAsset.objects.filter(asset=asset).select_related("inverter__site").order_by("inverter_id")
        shown["inverters"] = [(one.inverter, shown_number(one.inverter.rated_power)) for one in listed]
    return shown


def said(spec: Spec) -> list[tuple[str, str]]:
    """What a spec says, each with its unit."""
    values = [(label, getattr(spec, name), unit) for name, (label, unit) in SPEC_QUANTITIES.items()]
    return [(str(label), f"{shown_number(value)} {unit}".strip()) for label, value, unit in values if value is not None]
