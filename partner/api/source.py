"""Where the partner endpoints take their answers from: the database, and Redis for the rates."""

from datetime import datetime

from config.api.rate_limit import Allowance, counters
from partner import queries
from partner.documents import Edition
from partner.models import PartnerKey
from partner.operations.keys import note_use


class Database:
    """Keys, sites and snapshots as they are now: three queries for an answer."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def key(self, text: str) -> PartnerKey | None:
        """The partner key of this text, if it opens anything now."""
        found = queries.find_partner_key(text, now=self.now)
        if found:
            note_use(key=found, now=self.now)
        return found

    def take(self, key: PartnerKey) -> Allowance | None:
        """Count one call of the key; None where it has no limit, or Redis is gone."""
        return counters().take(key.actor, limit=key.rate_per_minute) if key.rate_per_minute else None

    def site_id(self, key: PartnerKey, name: str) -> str | None:
        """The id of the site with this public name or id, if the key opens it."""
        return queries.opened_site_id(key=key, name=name)

    def edition(self, site_id: str, kind: str, at: datetime | None) -> Edition | None:
        """What is published now, or was at that instant."""
        if at is None:
            return queries.current_edition(site_id=site_id, kind=kind)
        return queries.edition_at(site_id=site_id, kind=kind, instant=at)
