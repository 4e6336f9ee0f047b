"""What was noted of an asset, the newest first: its status entries, its dispatches."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.core.exceptions import BadRequest
from django.utils.translation import gettext_lazy as _

from assets.admin.status import reasons_of
from assets.models import Asset, Dispatch, StatusEntry
from config.admin.numbers import shown_number

SHOWN = 50
TITLES = {"statuses": _("Status history"), "dispatches": _("Dispatches")}
MAY_SEE = {"statuses": "assets.view_statusentry", "dispatches": "assets.view_dispatch"}
MODELS: Mapping[str, Any] = {"statuses": StatusEntry, "dispatches": Dispatch}
_signer = signing.Signer(salt="leitstand.past")


def past_of(asset: Asset, *, kind: str, before: str | None) -> dict[str, Any]:
    """The context of a page: fifty rows, from the newest or from `before` on, which a page before this one gave.

    One walk along the key's index, however deep.
    """
    found = MODELS[kind].objects.filter(asset_id=asset.pk)
    if before is not None:
        found = found.filter(pk__lt=_key_of(before, kind=kind, asset=asset))
    rows = list(found.order_by("-pk")[: SHOWN + 1])
    shown = rows[:SHOWN]
    return {
        "title": f"{TITLES[kind]}: {asset.name}",
        "asset": asset,
        "kind": kind,
        "rows": [(row, _said_of(row)) for row in shown],
        "is_newest": before is None,
        "older": _signer.sign_object([kind, *map(str, shown[-1].pk)]) if len(rows) > SHOWN else None,
    }


def _key_of(before: str, *, kind: str, asset: Asset) -> tuple[str, ...]:
    """The key that a link to older rows holds; 400 for one that is made up or another asset's."""
    try:
        of_kind, *key = _signer.unsign_object(before)
    except (signing.BadSignature, ValueError, TypeError):
        of_kind, key = None, []
    if of_kind != kind or key[0] != asset.pk:
        raise BadRequest("This page does not exist.")
    return tuple(key)


def _said_of(row: Any) -> list[str]:
    """As people read it: an instruction's MW, or why an asset is in its status."""
    if isinstance(row, Dispatch):
        return [shown_number(row.power)]
    return [f"{why} ({source})" for why, source in reasons_of(row)]
