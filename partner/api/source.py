"""Where the documented partner endpoints take their answers from: the database, and Redis for the rates."""

from datetime import datetime
from typing import Final

from config.api.rate_limit import Allowance, leases
from partner import queries
from partner.documents import Edition
from partner.models import PartnerKey
from partner.operations.keys import note_use

COUNTED: Final = "leitstand.counted"  # in the environ of a request: no client can send what has no HTTP_ before it


class Database:
    """Keys, sites and snapshots as they are now: three queries for an answer.

    `counted` is what a layer in front has found when it counted the call, so that it is not counted twice.
    """

    def __init__(self, *, now: datetime, counted: Allowance | None = None) -> None:
        self.now = now
        self.counted = counted

    def key(self, text: str) -> PartnerKey | None:
        """The partner key of this text, if it opens anything now."""
        found = queries.find_partner_key(text, now=self.now)
        if found:
            note_use(key=found, now=self.now)
        return found

    def take(self, key: PartnerKey) -> Allowance | None:
        """Count one call of the key; None where it has no limit, or Redis is gone."""
        if self.counted or not key.rate_per_minute:
            return self.counted
        return leases().take(key.actor, limit=key.rate_per_minute)

    def site_id(self, key: PartnerKey, name: str) -> str | None:
        """The id of the site with this public name or id, if the key opens it."""
        return queries.opened_site_id(key=key, name=name)

    def edition(self, site_id: str, kind: str, at: datetime | None) -> Edition | None:
        """What is published now, or was at that instant."""
        if at is None:
            return queries.current_edition(site_id=site_id, kind=kind)
        return queries.edition_at(site_id=site_id, kind=kind, instant=at)
