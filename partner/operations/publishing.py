"""Computing snapshots and publishing them whole, only when something changed, never over a newer one [P6] [P8]."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef
from psycopg.errors import SerializationFailure

from config.database.transactions import consistent_view, try_lock
from partner.documents import Computed, Variant, assembled, digest_of_content, packed, variant_of
from partner.kinds import KINDS, Kind
from partner.models import Snapshot, SnapshotVersion
from partner.queries import inputs_of
from partner.schedules import Stamps

logger = logging.getLogger(__name__)

VERSIONS_ARE_KEPT_FOR = timedelta(days=90)
LONGEST_FAILURE = 2_000


class Outcome(Enum):
    """What a run came to."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "another run has it in hand"
    SUPERSEDED = "a newer one is published"
    NO_PROFILE = "the site has no partner profile"


@dataclass(frozen=True)
class Run:
    """One run for one site and kind: when it was, and the stamps that follow from the schedule."""

    site_id: str
    kind: Kind
    now: datetime
    stamps: Stamps


def check_unchanged(*, kind: Kind, stamps: Stamps, now: datetime) -> list[str]:
    """Note for all sites whose inputs are those of their snapshot that they were checked; the ids of the others.

    One statement reads all fingerprints and one writes the stamps: a site without news costs next to nothing.
    """
    inputs = inputs_of(kind=kind, now=now)
    published = Snapshot.objects.filter(
        kind=kind.name, site_id__in=inputs, last_success_at__lte=now, requested_at__isnull=True
    )
    stored = published.values_list("site_id", "inputs")
    unchanged = [site_id for site_id, fingerprint in stored if fingerprint == inputs[site_id]]
    published.filter(site_id__in=unchanged).update(**_checked(stamps, now))
    return sorted(set(inputs) - set(unchanged))


def refresh(run: Run, *, compute: Callable[[str, datetime], Computed]) -> Outcome:
    """Compute and publish one site's snapshot, if its inputs changed and nobody else is at it.

    `compute` makes the document of a site as of an instant; partner/builders.py has one for each kind.
    Lock, inputs and publication are one transaction that sees the database as of its start: nothing is published from
    inputs older than what another run has published meanwhile. A builder that raises leaves the last good one.
    """
    try:
        with consistent_view():
            return _refresh_in_view(run, compute)
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure):
            return Outcome.SUPERSEDED
        raise


def _refresh_in_view(run: Run, compute: Callable[[str, datetime], Computed]) -> Outcome:
    if not try_lock(f"snapshot {run.kind.name} {run.site_id}"):
        return Outcome.SKIPPED
    inputs = inputs_of(kind=run.kind, now=run.now, site_ids=[run.site_id]).get(run.site_id)
    if inputs is None:
        return Outcome.NO_PROFILE
    stored = Snapshot.objects.filter(site_id=run.site_id, kind=run.kind.name).first()
    if stored and stored.last_success_at and stored.last_success_at > run.now:
        return Outcome.SUPERSEDED
    if stored and stored.published_at and stored.inputs == inputs and not stored.requested_at:
        _store(run, **_checked(run.stamps, run.now))
        return Outcome.UNCHANGED
    try:
        with transaction.atomic():
            return publish(run, compute(run.site_id, run.now), inputs=inputs)
    except Exception as error:
        if isinstance(error.__cause__, SerializationFailure):
            raise
        logger.exception("No %s for %s", run.kind.name, run.site_id)
        _record_failure(run, error)
        return Outcome.FAILED


def publish(run: Run, computed: Computed, *, inputs: str) -> Outcome:
    """Make the document the current one, unless its content is what is published already.

    Raises what the kind's `check` raises when the document is not what its schema says.
    """
    digest = digest_of_content(computed.content)
    stored = Snapshot.objects.select_for_update().filter(site_id=run.site_id, kind=run.kind.name).first()
    if stored and stored.content_digest == digest:
        _store(run, inputs=inputs, **_checked(run.stamps, run.now))
        return Outcome.UNCHANGED
    published_at = run.now.replace(microsecond=0)  # as the document says it, so that `at=` finds what it names
    document = assembled(computed, generated_at=published_at, stale=False)
    run.kind.check(document)
    fresh, stale = variant_of(document), variant_of({**document, "stale": True})
    _store(
        run,
        inputs=inputs,
        body=fresh.body,
        etag=fresh.etag,
        stale_body=stale.body,
        stale_etag=stale.etag,
        packed_body=packed(fresh.body),
        packed_stale_body=packed(stale.body),
        content_digest=digest,
        published_at=published_at,
        data_through=computed.data_through,
        **_checked(run.stamps, run.now),
    )
    _keep_version(run, fresh, published_at)
    return Outcome.PUBLISHED


def request_refresh(*, snapshot: Snapshot, by: str, now: datetime) -> None:
    """Have the snapshot computed anew, whatever its inputs: beat picks it up; nobody waits for the broker."""
    Snapshot.objects.filter(pk=snapshot.pk).update(requested_at=now)
    logger.info("%s asks for %s", by, snapshot)


def requested() -> list[tuple[str, str]]:
    """The sites and kinds that somebody asked for."""
    asked = Snapshot.objects.filter(requested_at__isnull=False, kind__in=KINDS)
    return list(asked.order_by("requested_at").values_list("site_id", "kind"))


def prune_versions(*, now: datetime) -> int:
    """Delete the versions that a later one replaced more than 90 days ago; how many they were."""
    later = SnapshotVersion.objects.filter(
        site_id=OuterRef("site_id"),
        kind=OuterRef("kind"),
        published_at__gt=OuterRef("published_at"),
        published_at__lt=now - VERSIONS_ARE_KEPT_FOR,
    )
    return SnapshotVersion.objects.filter(Exists(later)).delete()[0]


def _checked(stamps: Stamps, now: datetime) -> dict[str, datetime | None]:
    return {
        "last_checked_at": now,
        "last_success_at": now,
        "next_check_at": stamps.next_check_at,
        "stale_from": stamps.stale_from,
        "requested_at": None,
    }


def _store(run: Run, **columns: object) -> None:
    Snapshot.objects.update_or_create(site_id=run.site_id, kind=run.kind.name, defaults=columns)


def _keep_version(run: Run, fresh: Variant, published_at: datetime) -> None:
    SnapshotVersion.objects.update_or_create(
        site_id=run.site_id,
        kind=run.kind.name,
        published_at=published_at,
        defaults={"body": fresh.body, "etag": fresh.etag},
    )


def _record_failure(run: Run, error: Exception) -> None:
    sentence = f"{type(error).__name__}: {error}".replace("\0", "")[:LONGEST_FAILURE]
    _store(
        run,
        last_checked_at=run.now,
        next_check_at=run.stamps.next_check_at,
        last_failure=sentence,
        last_failed_at=run.now,
        requested_at=None,
    )
