"""Reading keys, what they open, and what snapshots are made from."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q

from config.database.statements import fetch_rows, load_sql
from partner.keys import API_PREFIX, PARTNER_PREFIX, digest_of, is_well_formed
from partner.kinds import Kind
from partner.models import ApiKey, PartnerKey, Snapshot
from partner.vocabulary import KPI_ROLLUP
from sites.models import Site

INPUTS = load_sql("partner", "inputs")


def find_api_key(text: str, *, now: datetime) -> ApiKey | None:
    """The Asset Service's key of this text, if it opens; the other kind's keys are unknown here [C14]."""
    if not is_well_formed(text, prefix=API_PREFIX):
        return None
    key = ApiKey.objects.filter(digest=digest_of(text)).first()
    return key if key and key.opens_at(now) else None


def find_partner_key(text: str, *, now: datetime) -> PartnerKey | None:
    """The Partner API's key of this text, if it opens [P2]."""
    if not is_well_formed(text, prefix=PARTNER_PREFIX):
        return None
    key = PartnerKey.objects.filter(digest=digest_of(text)).first()
    return key if key and key.opens_at(now) else None


def find_sites(names: Collection[str]) -> dict[str, Site]:
    """Those of the sites that exist, each under the name that was asked for: its public name or its id [P3]."""
    asked = {name for name in names if "\0" not in name}
    named = Q(pk__in=asked) | Q(partner_profile__public_name__in=asked)
    found: dict[str, Site] = {}
    for site in Site.objects.filter(named).select_related("partner_profile"):
        profile = getattr(site, "partner_profile", None)
        found |= {name: site for name in (site.pk, profile.public_name if profile else None) if name in asked}
    return found


def inputs_of(*, kind: Kind, now: datetime, site_ids: Collection[str] | None = None) -> dict[str, str]:
    """The fingerprint of what a document of this kind would be computed from, of sites that have a profile."""
    asked: dict[str, Any] = {
        "version": kind.version,
        "now": now,
        "revision_kinds": list(kind.revision_kinds),
        "site_ids": None if site_ids is None else list(site_ids),
    }
    return dict(fetch_rows(INPUTS, asked))


def is_published(*, public_name: str, kind: str = KPI_ROLLUP) -> bool:
    """Whether partners can read the snapshot of the site with this public name."""
    site = Q(site__partner_profile__public_name=public_name)
    return Snapshot.objects.filter(site, kind=kind, published_at__isnull=False).exists()
