"""Changing assets: creating, correcting, deleting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import ProtectedError
from django.utils.translation import gettext

from assets.lifecycle import DELETABLE
from assets.models import Asset
from assets.queries import first_entry, get_asset
from assets.revisions import forget_revisions, raise_revisions
from assets.statuses import STATUSES
from config.api.audit import change
from config.errors import ConflictError

# The row stays locked until the transaction ends: the next caller waits, and a number that is rolled back was never
# given. That makes the series gap-free.
NEXT_NUMBER = """
INSERT INTO assets_numberseries AS series (prefix, last) VALUES (%s, 1)
ON CONFLICT (prefix) DO UPDATE SET last = series.last + 1 RETURNING last
"""


class AssetInUseError(ConflictError):
    """An inverter still lists the asset."""


class AssetNotDeletableError(ConflictError):
    """The asset's life is neither before its beginning nor over."""


def next_id(prefix: str) -> str:
    """`{prefix}_{n}`, n counting from 1 without gaps, never reused [A1]. Call it inside the creating transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [prefix])
        (number,) = cursor.fetchone()
    return f"{prefix}_{number}"


def create_asset(*, fields: Mapping[str, Any], by: str, now: datetime) -> Asset:
    """A new asset in DRAFT, with its first status entry [A1] [A6].

    `fields` are code, name, type, region, delivery_area and provider, and may hold a go_live_date.
    """
    with change(by):
        asset_id = next_id(f"{fields['region']}_{fields['delivery_area']}_{fields['code']}")
        asset = Asset.objects.create(id=asset_id, created_at=now, updated_at=now, **fields)
        first_entry(asset).save(force_insert=True)
        raise_revisions(owner_ids=[asset_id], kind=STATUSES.kind, now=now)
    return asset


def update_asset(*, asset_id: str, changes: Mapping[str, Any], by: str, now: datetime) -> Asset:
    """Set the given fields (name, type, go_live_date, provider); the same values again change nothing [A3] [C10]."""
    with change(by):
        asset = get_asset(asset_id, lock="change")
        changed = [field for field, value in changes.items() if getattr(asset, field) != value]
        if changed:
            for field in changed:
                setattr(asset, field, changes[field])
            asset.updated_at = now
            asset.save(update_fields=[*changed, "updated_at"])
    return asset


def delete_asset(*, asset_id: str, by: str) -> None:
    """Delete an asset in DRAFT or DECOMMISSIONED, and with it its periods and specs [A4].

    Raises UnknownAssetError, AssetNotDeletableError naming its state, or AssetInUseError naming the inverters.
    """
    with change(by):
        asset = get_asset(asset_id, lock="delete")
        if asset.lifecycle not in DELETABLE:
            first, second = DELETABLE
            said = gettext("Asset %(asset)s is %(state)s; only %(first)s or %(second)s can be deleted.")
            raise AssetNotDeletableError(
                said % {"asset": asset_id, "state": asset.lifecycle, "first": first.value, "second": second.value}
            )
        try:
            asset.delete()
        except ProtectedError as error:
            listings = ", ".join(sorted(str(listing) for listing in error.protected_objects))
            said = gettext("Asset %(asset)s is still listed by an inverter: %(inverters)s.")
            raise AssetInUseError(said % {"asset": asset_id, "inverters": listings}) from error
        forget_revisions([asset_id])
