"""Rows of records, each stored by the operation that the API and the forms call."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_noop

from assets import operations as asset_operations
from assets import specs
from assets.queries import get_asset
from config.errors import Fault, InvalidError
from sites import operations as site_operations
from sites.dispatch_mode import objection
from sites.models import Inverter
from sites.queries import get_inverter, get_site

Store = Callable[..., Model]

NEW_ASSET = ("code", "name", "type", "region", "delivery_area", "provider")
NEW_SITE = ("code", "name", "region", "delivery_area", "dispatch_mode_name")
NEW_INVERTER = ("site_id", "rated_power", "charge_efficiency", "discharge_efficiency", "asset_ids")
FIXED = ("code", "region", "delivery_area")
FLOOR, STRIKE = "dispatch_mode_floor_price", "dispatch_mode_strike_price"


def store_asset(row: Any, *, by: str, now: datetime) -> Model:
    """Create or correct an asset."""
    given = given_in(row)
    asset_id = given.pop("id", None)
    if asset_id is None:
        _require(given, NEW_ASSET)
        return asset_operations.create_asset(fields=given, by=by, now=now)
    changes = _without_fixed(given, get_asset(asset_id), FIXED)
    return asset_operations.update_asset(asset_id=asset_id, changes=changes, by=by, now=now)


def store_site(row: Any, *, by: str, now: datetime) -> Model:
    """Create or correct a site."""
    given = given_in(row)
    site_id = given.pop("id", None)
    if site_id is not None:
        changes = _without_fixed(given, get_site(site_id), FIXED)
        return site_operations.update_site(site_id=site_id, changes=changes, by=by, now=now)
    _require(given, NEW_SITE)
    floor, strike = given.pop(FLOOR, None), given.pop(STRIKE, None)
    if sentence := objection(floor=floor, strike=strike):
        raise InvalidError([Fault(("body", STRIKE), sentence, "dispatch_mode")])
    return site_operations.create_site(fields=given, floor_price=floor, strike_price=strike, by=by, now=now)


def store_inverter(row: Any, *, by: str, now: datetime) -> Model:
    """Create or correct an inverter."""
    given = given_in(row)
    inverter_id = given.pop("id", None)
    if inverter_id is None:
        _require(given, NEW_INVERTER)
        site_id, asset_ids = given.pop("site_id"), given.pop("asset_ids")
        return site_operations.create_inverter(site_id=site_id, fields=given, asset_ids=asset_ids, by=by, now=now)
    site_id = _site_of(inverter_id) or given.get("site_id", "")
    changes = _without_fixed(given, get_inverter(site_id=site_id, inverter_id=inverter_id), ("site_id",))
    return site_operations.update_inverter(site_id=site_id, inverter_id=inverter_id, changes=changes, by=by, now=now)


def store_spec(row: Any, *, by: str, now: datetime) -> Model:
    """Add or correct a spec [SP2] [SP3]."""
    given = given_in(row)
    asset_id, valid_from = given.pop("asset_id"), given.pop("valid_from")
    return specs.put_spec(asset_id=asset_id, valid_from=valid_from, changes=given, by=by, now=now)


def given_in(row: Any) -> dict[str, Any]:
    """What a row says; an empty cell says nothing."""
    return {name: getattr(row, name) for name in type(row).model_fields if name in row.model_fields_set}


def _site_of(inverter_id: str) -> str | None:
    found: str | None = Inverter.objects.filter(pk=inverter_id).values_list("site_id", flat=True).first()
    return found


def _require(given: Mapping[str, Any], names: Sequence[str]) -> None:
    missing = [name for name in names if name not in given]
    if missing:
        sentence = gettext_noop("Needed for a new one; a row that corrects one has its id")
        raise InvalidError([Fault(("body", name), sentence, "missing") for name in missing])


def _without_fixed(given: Mapping[str, Any], stored: Model, fixed: Sequence[str]) -> dict[str, Any]:
    """What may be changed; InvalidError where a row says otherwise of what may not."""
    differing = [name for name in fixed if name in given and given[name] != getattr(stored, name)]
    if differing:
        raise InvalidError(
            [Fault(("body", name), f"Cannot be changed; it is {getattr(stored, name)}", "fixed") for name in differing]
        )
    return {name: value for name, value in given.items() if name not in fixed}
