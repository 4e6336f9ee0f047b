"""Reading keys and what they open."""

from collections.abc import Collection
from datetime import datetime

from partner.keys import API_PREFIX, PARTNER_PREFIX, digest_of, is_well_formed
from partner.models import ApiKey, PartnerKey
from sites.models import Site


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
    """Those of the sites that exist, each under the name that was asked for: its id."""
    return Site.objects.in_bulk([name for name in names if "\0" not in name])
