"""Reading assets and what is known of them."""

from collections.abc import Collection, Iterable
from typing import Literal

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from assets.models import Asset, StatusEntry
from assets.vocabulary import ReasonCategory, Status
from config.errors import UnknownError

# Names that a refusal repeats, so that the answer to ten thousand unknown ones stays about 100 kB at most.
MOST_NAMED = 1_000


def naming_unknown(thing: str, ids: Iterable[str]) -> str:
    """`Unknown assets: A, B.`: all of them in their order, up to a thousand."""
    unknown = sorted(set(ids))
    named = ", ".join(one[:100] for one in unknown[:MOST_NAMED])
    others = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
    return f"Unknown {thing}{'' if len(unknown) == 1 else 's'}: {named}{others}."


NEW = gettext_noop("New asset")  # why its status is unknown yet


class UnknownAssetError(UnknownError):
    """Assets that do not exist, or not for the caller; names all of them, up to a thousand [C8]."""

    def __init__(self, asset_ids: Iterable[str]) -> None:
        self.asset_ids = sorted(set(asset_ids))
        super().__init__(naming_unknown("asset", self.asset_ids))


def get_asset(asset_id: str, *, lock: Literal["change", "delete"] | None = None) -> Asset:
    """The asset, or UnknownAssetError; locked until the transaction ends for those who change or delete it."""
    found = Asset.objects.filter(pk=asset_id)
    if lock:
        found = found.select_for_update(no_key=lock == "change")
    asset = found.first()
    if asset is None:
        raise UnknownAssetError([asset_id])
    return asset


def list_assets(*, visible: Collection[str] | None = None, **filters: list[str] | None) -> QuerySet[Asset]:
    """Assets with these fields, each one of several words; `visible`: the only ones that exist for the caller [A2]."""
    found = Asset.objects.all()
    if visible is not None:
        found = found.filter(pk__in=visible)
    return found.filter(**{f"{field}__in": words for field, words in filters.items() if words})


# Ordered, so that two batches never wait for each other in a circle; KEY SHARE keeps the rows from being deleted only.
LOCK = {
    "name": "SELECT id FROM assets_asset WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
    "change": "SELECT id FROM assets_asset WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
}


def lock_assets(
    asset_ids: Iterable[str], *, visible: Collection[str] | None = None, to: Literal["name", "change"] = "name"
) -> None:
    """Keep these assets from being deleted until the transaction ends; `to` change: also from others who change them.

    UnknownAssetError names all that do not exist, or not among the `visible` ones [C8].
    """
    wanted = set(asset_ids)
    known = lock_known_assets(wanted, to=to)
    if visible is not None:
        known &= set(visible)
    if missing := wanted - known:
        raise UnknownAssetError(missing)


def lock_known_assets(asset_ids: Iterable[str], *, to: Literal["name", "change"] = "name") -> set[str]:
    """Likewise, for those of them that exist, which it answers."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK[to], [sorted(set(asset_ids))])
        return {asset_id for (asset_id,) in cursor.fetchall()}


def latest_status(asset_id: str) -> StatusEntry:
    """The latest status entry of an asset, or UnknownAssetError [A6].

    One that came straight from SQL, and without an entry, has the one that it would have been created with.
    """
    entry = StatusEntry.objects.filter(asset_id=asset_id).order_by("-effective_at", "-event_id").first()
    return entry or first_entry(get_asset(asset_id))


def first_entry(asset: Asset) -> StatusEntry:
    """The entry that a new asset has, not stored: nothing is known of it yet [A6]."""
    reason = {"category": ReasonCategory.UNKNOWN, "detail": NEW, "source": "SYSTEM", "attributes": {}}
    return StatusEntry(
        asset=asset,
        effective_at=asset.created_at,
        event_id="created",
        status=Status.UNKNOWN,
        reasons=[reason],
        created_at=asset.created_at,
    )
