"""Issuing and revoking keys [C14]."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import DatabaseError, connection
from django.utils.translation import gettext

from assets.models import Asset
from config.api.audit import change
from config.api.scopes import SCOPES
from config.errors import ConflictError, Fault, InvalidError
from markets.vocabulary import LimitSource
from partner.keys import API_PREFIX, PARTNER_PREFIX, digest_of, hint_of, make_key
from partner.models import ApiKey, PartnerKey, PartnerKeySite
from partner.models.keys import DEFAULT_PARTNER_RATE
from partner.queries import find_sites
from sites.models import Site

logger = logging.getLogger(__name__)

LONGEST_NAME = 200
HIGHEST_RATE = 1_000_000
USE_IS_NOTED_EVERY = timedelta(minutes=1)
# SKIP LOCKED: a request never waits for an operator who has the key's row open.
NOTE_USE = """
UPDATE {table} SET last_used_at = %(now)s WHERE id IN (
    SELECT id FROM {table} WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at <= %(before)s)
    FOR NO KEY UPDATE SKIP LOCKED
)
"""


class IssuedApiKey(NamedTuple):
    """A new key and its text, which nobody can be shown again."""

    key: ApiKey
    text: str


class IssuedPartnerKey(NamedTuple):
    """A new partner key and its text, which nobody can be shown again."""

    key: PartnerKey
    text: str


def issue_key(
    *,
    name: str,
    scopes: Collection[str],
    by: str,
    now: datetime,
    asset_ids: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    rate_per_minute: int | None = None,
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> IssuedApiKey:
    """A new key of the Asset Service; None for asset_ids, sources and rate_per_minute sets no bounds.

    `secret` is what its text is made from, where that is not to be made up.
    InvalidError names every scope, source and asset that does not exist.
    """
    _refuse(
        *_name_faults(name),
        *_unknown("scopes", scopes, SCOPES),
        *_unknown("sources", sources, LimitSource.values),
        *_unknown("asset_ids", asset_ids, _known_assets(asset_ids or ())),
        *_rate_faults(rate_per_minute, lowest=1),
        *_expiry_faults(expires_at, now),
    )
    text = make_key(API_PREFIX, secret=secret)
    with change(by):
        key = ApiKey.objects.create(
            name=name.strip(),
            digest=digest_of(text),
            hint=hint_of(text),
            scopes=_unique(scopes),
            sources=None if sources is None else _unique(sources),
            asset_ids=None if asset_ids is None else _unique(asset_ids),
            rate_per_minute=rate_per_minute,
            expires_at=expires_at,
            created_at=now,
        )
    return IssuedApiKey(key, text)


def issue_partner_key(
    *,
    name: str,
    sites: Collection[str],
    by: str,
    now: datetime,
    rate_per_minute: int = DEFAULT_PARTNER_RATE,
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> IssuedPartnerKey:
    """A new partner key for sites named by their public name or id; a rate of 0 means no limit [P2]."""
    found = find_sites(sites)
    _refuse(
        *_name_faults(name),
        *_unknown("sites", sites, found),
        *_rate_faults(rate_per_minute, lowest=0),
        *_expiry_faults(expires_at, now),
    )
    text = make_key(PARTNER_PREFIX, secret=secret)
    with change(by):
        key = PartnerKey.objects.create(
            name=name.strip(),
            digest=digest_of(text),
            hint=hint_of(text),
            rate_per_minute=rate_per_minute,
            expires_at=expires_at,
            created_at=now,
        )
        set_sites(key=key, sites=found.values(), by=by)
    return IssuedPartnerKey(key, text)


def set_sites(*, key: PartnerKey, sites: Collection[Site], by: str) -> None:
    """Let the key open these sites and no others."""
    with change(by):
        PartnerKeySite.objects.filter(key=key).exclude(site__in=sites).delete()
        for site in sorted(set(sites), key=lambda one: one.pk):
            PartnerKeySite.objects.get_or_create(key=key, site=site)


def set_rate(*, key: PartnerKey, rate_per_minute: int, by: str) -> None:
    """Let the key ask so often a minute from now on; 0 means no limit."""
    _refuse(*_rate_faults(rate_per_minute, lowest=0))
    with change(by):
        PartnerKey.objects.filter(pk=key.pk).exclude(rate_per_minute=rate_per_minute).update(
            rate_per_minute=rate_per_minute
        )
    key.refresh_from_db(fields=["rate_per_minute"])


def rotate(*, key: PartnerKey, grace: timedelta, by: str, now: datetime) -> IssuedPartnerKey:
    """A new key in the place of one that opens: same name, sites and rate; the old one opens for a while yet.

    ConflictError for a key that opens nothing any more.
    """
    with change(by):
        old = PartnerKey.objects.select_for_update(no_key=True).get(pk=key.pk)
        if not old.opens_at(now):
            said = gettext("%(name)s (%(hint)s…) opens nothing any more; issue a new key instead.")
            raise ConflictError(said % {"name": old.name, "hint": old.hint})
        issued = issue_partner_key(
            name=old.name,
            sites=list(old.sites.order_by("id").values_list("pk", flat=True)),
            rate_per_minute=old.rate_per_minute,
            expires_at=old.expires_at,
            by=by,
            now=now,
        )
        ends_at = now + grace
        PartnerKey.objects.filter(pk=old.pk).update(expires_at=min(ends_at, old.expires_at or ends_at))
    return issued


def revoke(*, key: ApiKey | PartnerKey, by: str, now: datetime) -> None:
    """From now on the key opens nothing; revoking again changes nothing."""
    with change(by):
        type(key)._default_manager.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)  # noqa: SLF001
    key.refresh_from_db(fields=["revoked_at"])


def note_use(*, key: ApiKey | PartnerKey, now: datetime) -> None:
    """Note that the key was used, to the minute; nobody waits or fails for that."""
    if key.last_used_at is not None and now - key.last_used_at < USE_IS_NOTED_EVERY:
        return
    table = connection.ops.quote_name(type(key)._meta.db_table)  # noqa: SLF001
    try:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_USE.format(table=table), {"id": key.pk, "now": now, "before": now - USE_IS_NOTED_EVERY})
    except DatabaseError as error:
        logger.warning("The use of %s is not noted: %s", key, error)


def _known_assets(asset_ids: Collection[str]) -> set[str]:
    storable = [asset_id for asset_id in asset_ids if "\0" not in asset_id]
    return set(Asset.objects.filter(pk__in=storable).values_list("pk", flat=True)) if storable else set()


def _unique(words: Collection[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _unknown(field: str, given: Collection[str] | None, known: Collection[str]) -> Sequence[Fault]:
    if given is None:
        return ()
    if not given:
        return (Fault((field,), f"{field} should name at least one", "too_short"),)
    unknown = [(index, word) for index, word in enumerate(given) if word not in known]
    return [Fault((field, index), f"Unknown {field}: {word!r}", "unknown") for index, word in unknown]


def _name_faults(name: str) -> Sequence[Fault]:
    if 1 <= len(name.strip()) <= LONGEST_NAME and name.strip().isprintable():
        return ()
    said = gettext("A key's name has 1 to %(most)s printable characters") % {"most": LONGEST_NAME}
    return (Fault(("name",), said, "string_length"),)


def _rate_faults(rate: int | None, *, lowest: int) -> Sequence[Fault]:
    if rate is None or lowest <= rate <= HIGHEST_RATE:
        return ()
    said = gettext("The rate lies between %(lowest)s and %(highest)s a minute")
    return (Fault(("rate_per_minute",), said % {"lowest": lowest, "highest": HIGHEST_RATE}, "out_of_range"),)


def _expiry_faults(expires_at: datetime | None, now: datetime) -> Sequence[Fault]:
    if expires_at is None:
        return ()
    if expires_at.tzinfo is None:
        return (Fault(("expires_at",), "The expiry needs an offset, such as Z", "timezone_aware"),)
    if expires_at <= now:
        said = gettext("The expiry %(when)s is not in the future") % {"when": expires_at.isoformat()}
        return (Fault(("expires_at",), said, "out_of_range"),)
    return ()


def _refuse(*faults: Fault) -> None:
    if faults:
        raise InvalidError(faults)
