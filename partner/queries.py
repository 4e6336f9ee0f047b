"""Reading keys, what they open, and what snapshots are made from."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from config.database.statements import fetch_rows, load_sql
from partner.documents import Edition, Variant
from partner.filters import is_plain
from partner.keys import API_PREFIX, PARTNER_PREFIX, digest_of, is_well_formed
from partner.kinds import KINDS, Kind
from partner.models import ApiKey, CustomKind, PartnerKey, PartnerKeySite, PartnerProfile, Snapshot, SnapshotVersion
from partner.registered_kinds import RegisteredKind
from partner.vocabulary import KPI_ROLLUP
from sites.models import Site

INPUTS = load_sql("partner", "inputs")
# As text: every request asks for this, and the ORM takes 0.4 ms to make it.
API_KEY = "SELECT * FROM partner_apikey WHERE digest = %s"


def find_api_key(text: str, *, now: datetime) -> ApiKey | None:
    """The Asset Service's key of this text, if it opens; the other kind's keys are unknown here [C14]."""
    if not is_well_formed(text, prefix=API_PREFIX):
        return None
    key = next(iter(ApiKey.objects.raw(API_KEY, [digest_of(text)])), None)
    return key if key and key.opens_at(now) else None


def find_partner_key(text: str, *, now: datetime) -> PartnerKey | None:
    """The Partner API's key of this text, if it opens [P2]."""
    if not is_well_formed(text, prefix=PARTNER_PREFIX):
        return None
    key = PartnerKey.objects.filter(digest=digest_of(text)).first()
    return key if key and key.opens_at(now) else None


def opened_site_id(*, key: PartnerKey, name: str) -> str | None:
    """The id of the site with this public name or id, if the key opens it [P2]."""
    named = Q(site_id=name) | Q(site__partner_profile__public_name=name)
    return PartnerKeySite.objects.filter(named, key=key).values_list("site_id", flat=True).first()


def current_edition(*, site_id: str, kind: str) -> Edition | None:
    """What is published now."""
    row = Snapshot.objects.filter(site_id=site_id, kind=kind, published_at__isnull=False).first()
    return None if row is None else edition_of(row)


def schema_text_of(kind: str) -> str | None:
    """The published schema of a kind, one of Leitstand's own or a registered one [P8]."""
    if kind in KINDS:
        return KINDS[kind].schema_text
    registered = CustomKind.objects.filter(name=kind).first() if is_plain(kind) else None
    return None if registered is None else registered_kind(registered).schema_text


def registered_kind(record: CustomKind) -> RegisteredKind:
    """A kind as its record says."""
    return RegisteredKind(record.name, version=0, revision_kinds=(), given=record.schema)


def edition_of(row: Snapshot) -> Edition:
    """A published row as what is answered from it."""
    return Edition(
        fresh=Variant(str(row.body), str(row.etag), _bytes(row.packed_body)),
        stale=Variant(str(row.stale_body), str(row.stale_etag), _bytes(row.packed_stale_body)),
        stale_from=row.stale_from,
        published_at=_given(row.published_at),
        checked_at=_given(row.last_success_at),
        next_at=row.next_check_at,
    )


def edition_at(*, site_id: str, kind: str, instant: datetime) -> Edition | None:
    """What was published at an instant of the last 90 days, as it was then: never stale [P8]."""
    snapshot = Snapshot.objects.filter(site_id=OuterRef("site_id"), kind=OuterRef("kind"))
    versions = SnapshotVersion.objects.filter(site_id=site_id, kind=kind, published_at__lte=instant).annotate(
        checked_at=Subquery(snapshot.values("last_success_at")), next_at=Subquery(snapshot.values("next_check_at"))
    )
    found = versions.order_by("-published_at").values("body", "etag", "published_at", "checked_at", "next_at").first()
    if found is None:
        return None
    return Edition(
        fresh=Variant(found["body"], found["etag"]),
        published_at=found["published_at"],
        checked_at=found["checked_at"],
        next_at=found["next_at"],
    )


def _bytes(stored: bytes | memoryview | None) -> bytes | None:
    return None if stored is None else bytes(stored)


def _given(instant: datetime | None) -> datetime:
    """What the database guarantees of a published row."""
    assert instant is not None  # noqa: S101  narrows for mypy
    return instant


def find_sites(names: Collection[str]) -> dict[str, Site]:
    """Those of the sites that exist, each under the name that was asked for: its public name or its id [P3]."""
    asked = {name for name in names if "\0" not in name}
    named = Q(pk__in=asked) | Q(partner_profile__public_name__in=asked)
    found: dict[str, Site] = {}
    for site in Site.objects.filter(named).select_related("partner_profile"):
        profile = getattr(site, "partner_profile", None)
        found |= {name: site for name in (site.pk, profile.public_name if profile else None) if name in asked}
    return found


def frame_origins(name: str) -> list[str]:
    """The origins that may frame the dashboard of the site with this public name or id; none where there is none."""
    named = Q(site_id=name) | Q(public_name=name)
    found = PartnerProfile.objects.filter(named).values_list("frame_origins", flat=True).first()
    return list(found or ())


def inputs_of(*, kind: Kind, now: datetime, site_ids: Collection[str] | None = None) -> dict[str, str]:
    """The fingerprint of what a document of this kind would be computed from, of sites that have a profile."""
    asked: dict[str, Any] = {
        "version": kind.version,
        "hourly": kind.hourly,
        "now": now,
        "revision_kinds": list(kind.revision_kinds),
        "site_ids": None if site_ids is None else list(site_ids),
    }
    return dict(fetch_rows(INPUTS, asked))


def is_published(*, public_name: str, kind: str = KPI_ROLLUP) -> bool:
    """Whether partners can read the snapshot of the site with this public name."""
    site = Q(site__partner_profile__public_name=public_name)
    return Snapshot.objects.filter(site, kind=kind, published_at__isnull=False).exists()
