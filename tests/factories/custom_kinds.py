"""Registered kinds and their documents for tests, without the processes that check them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from partner.api.snapshot_bodies import SOILING
from partner.documents import Computed
from partner.models import CustomKind
from partner.operations.publishing import Run, publish
from partner.registered_kinds import RegisteredKind
from partner.schedules import Stamps
from sites.models import Site

SOILING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"soiling_loss_pct": {"$ref": "#/$defs/share"}, "cleaned_on": {"type": "string", "format": "date"}},
    "required": ["soiling_loss_pct"],
    "additionalProperties": False,
    "$defs": {"share": {"type": "number", "minimum": 0, "maximum": 100}},
}


class Unchecked(RegisteredKind):
    """A kind whose documents are taken as they are."""

    def check(self, document: Mapping[str, Any]) -> None:
        """Anything."""


def make_kind(name: str = "soiling", **fields: Any) -> CustomKind:
    """A kind of snapshots about soiling, expected once a day; its schema is taken as it is given."""
    return CustomKind.objects.create(name=name, **{"schema": SOILING_SCHEMA, "period_seconds": 86_400} | fields)


def make_document(kind: CustomKind, site: Site) -> None:
    """The example, published now."""
    now = timezone.now()
    taken = Unchecked(kind.name, version=0, revision_kinds=(), given=kind.schema)
    stamps = Stamps(next_check_at=now + timedelta(days=1), stale_from=now + timedelta(days=2))
    with transaction.atomic():
        run = Run(site_id=site.pk, kind=taken, now=now, stamps=stamps)
        publish(run, Computed({"site_id": site.pk, **SOILING}, data_through=now), inputs="")
