"""Keys for tests. They count as just used, so that a request with one writes nothing and its queries can be pinned."""

from collections.abc import Collection

from django.utils import timezone

from config.api.scopes import SCOPES
from partner.operations.keys import IssuedApiKey, IssuedPartnerKey, issue_key, issue_partner_key
from sites.models import Site


def make_api_key(
    *scopes: str,
    name: str = "forecaster",
    asset_ids: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    rate_per_minute: int | None = None,
) -> IssuedApiKey:
    """A key with these scopes, or with all."""
    now = timezone.now()
    issued = issue_key(
        name=name,
        scopes=scopes or SCOPES,
        asset_ids=asset_ids,
        sources=sources,
        rate_per_minute=rate_per_minute,
        by="user:anna",
        now=now,
    )
    issued.key.last_used_at = now
    issued.key.save(update_fields=["last_used_at"])
    return issued


def bearer(*scopes: str, **bounds: Collection[str]) -> dict[str, str]:
    """The header of a client with these scopes, or with all: `client.get(path, headers=bearer("assets:read"))`."""
    return {"Authorization": f"Bearer {make_api_key(*scopes, **bounds).text}"}  # type: ignore[arg-type]


def make_partner_key(*sites: Site, name: str = "embedder", rate_per_minute: int = 0) -> IssuedPartnerKey:
    """A partner's key for these sites, without a limit unless one is given."""
    now = timezone.now()
    issued = issue_partner_key(
        name=name, sites=[site.pk for site in sites], rate_per_minute=rate_per_minute, by="user:anna", now=now
    )
    issued.key.last_used_at = now
    issued.key.save(update_fields=["last_used_at"])
    return issued
