"""Registering kinds of snapshots, and putting their documents [P1] [P8]."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from config.api.audit import change
from config.errors import ConflictError, Fault, InvalidError, UnknownError
from partner.documents import Computed
from partner.filters import is_plain
from partner.kinds import KINDS
from partner.models import CustomKind, Snapshot, SnapshotVersion
from partner.operations.publishing import Outcome, Run, publish
from partner.queries import find_sites, registered_kind
from partner.registered_kinds import LARGEST_DOCUMENT, STAMPS, check_schema
from partner.schedules import Stamps
from sites.models import Site


class ComputedKindError(ConflictError):
    """The kind is computed by Leitstand itself."""


class UnknownKindError(UnknownError):
    """No kind of this name is registered."""


def save_kind(*, kind: CustomKind | None, fields: Mapping[str, Any], by: str, now: datetime) -> CustomKind:
    """Register a kind, or change what is given of one; a name stays as it is.

    InvalidError names every field, and every place in the schema, that cannot be taken.
    """
    found = kind or CustomKind(created_at=now)
    for name, value in fields.items():
        setattr(found, name, value)
    found.updated_at = now
    if found.name in KINDS:
        raise InvalidError(
            [Fault(("name",), gettext("%(kind)s is computed by Leitstand itself") % {"kind": found.name}, "taken")]
        )
    try:
        found.full_clean(exclude=["created_at", "updated_at"])
    except ValidationError as error:
        raise InvalidError([Fault((name,), " ".join(said)) for name, said in error.message_dict.items()]) from None
    if "schema" in fields:
        check_schema(found.schema)
    with change(by):
        found.save()
    return found


def delete_kind(*, kind: CustomKind, by: str) -> None:
    """Delete a kind with its documents and their past."""
    with change(by):
        Snapshot.objects.filter(kind=kind.name).delete()
        SnapshotVersion.objects.filter(kind=kind.name).delete()
        kind.delete()


def put_document(
    *, kind: str, site: Site, document: Mapping[str, Any], data_through: datetime | None, now: datetime
) -> Outcome:
    """Publish a document of a registered kind for a site; the same content again only moves its stamps.

    ComputedKindError, UnknownKindError; InvalidError with every place where it is not what the kind's schema says.
    """
    if kind in KINDS:
        raise ComputedKindError(f"Snapshots of kind {kind} are computed by Leitstand itself.")
    registered = CustomKind.objects.filter(name=kind).first() if is_plain(kind) else None
    if registered is None:
        raise UnknownKindError("No kind of this name is registered.")
    period = timedelta(seconds=registered.period_seconds)
    run = Run(
        site_id=site.pk,
        kind=registered_kind(registered),
        now=now,
        stamps=Stamps(next_check_at=now + period, stale_from=now + 2 * period),
    )
    content = {"site_id": _name_of(site), **_content(document)}
    with transaction.atomic():
        return publish(run, Computed(content, data_through=data_through), inputs="")


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with plain numbers, without what is Leitstand's to write."""
    if taken := [name for name in STAMPS if name in document]:
        refused = (Fault(("body", "document", name), f"{name} is written by Leitstand", "forbidden") for name in taken)
        raise InvalidError(list(refused))
    try:
        text = json.dumps(document, default=float, allow_nan=False)
        if len(text) > LARGEST_DOCUMENT:
            sentence = f"A document has at most {LARGEST_DOCUMENT} characters as ASCII"
            raise InvalidError([Fault(("body", "document"), sentence, "too_long")])
        content: dict[str, Any] = json.loads(text)
    except (ValueError, OverflowError, RecursionError):
        sentence = "The document holds a number or a nesting that no double or parser takes"
        raise InvalidError([Fault(("body", "document"), sentence, "out_of_range")]) from None
    return content


def _name_of(site: Site) -> str:
    """What partners call the site."""
    profile = getattr(find_sites([site.pk])[site.pk], "partner_profile", None)
    return profile.public_name if profile else site.pk
