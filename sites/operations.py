"""Changing sites and inverters: creating, correcting, deleting."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import ProtectedError
from django.utils.translation import gettext

from assets.operations import next_id
from assets.quantities import Price
from assets.queries import lock_assets
from assets.revisions import forget_revisions
from config.api.audit import change
from config.errors import ConflictError, Fault, InvalidError
from sites.dispatch_mode import columns_of, objection, prices_of
from sites.models import Inverter, InverterAsset, Site
from sites.queries import asset_ids_of, get_inverter, get_site, lock_site

FLOOR_PRICE, STRIKE_PRICE = "dispatch_mode_floor_price", "dispatch_mode_strike_price"


class SiteInUseError(ConflictError):
    """The site still has inverters."""


def create_site(
    *,
    fields: Mapping[str, Any],
    floor_price: Price | None = None,
    strike_price: Price | None = None,
    by: str,
    now: datetime,
) -> Site:
    """A new site [ST1]. `fields` are code, name, region, delivery_area and dispatch_mode_name."""
    with change(by):
        return Site.objects.create(
            id=next_id(f"{fields['region']}_{fields['delivery_area']}_{fields['code']}_SITE"),
            created_at=now,
            updated_at=now,
            **fields,
            **columns_of(floor=floor_price, strike=strike_price),
        )


def update_site(*, site_id: str, changes: Mapping[str, Any], by: str, now: datetime) -> Site:
    """Set the given fields and answer the site with its inverters; the same values again change nothing [ST3] [C10].

    `changes` may hold name, dispatch_mode_name, and the prices dispatch_mode_floor_price and
    dispatch_mode_strike_price, None to clear one. InvalidError if the mode would not be possible after that.
    """
    with change(by):
        site = lock_site(site_id, to="change")
        columns = {field: value for field, value in changes.items() if field not in (FLOOR_PRICE, STRIKE_PRICE)}
        floor, strike = prices_of(site)
        floor, strike = changes.get(FLOOR_PRICE, floor), changes.get(STRIKE_PRICE, strike)
        if sentence := objection(floor=floor, strike=strike):
            field = STRIKE_PRICE if STRIKE_PRICE in changes else FLOOR_PRICE
            raise InvalidError([Fault(("body", field), sentence, "dispatch_mode")])
        _save_changed(site, columns | columns_of(floor=floor, strike=strike), now=now)
        return get_site(site_id, filled=True)


def delete_site(*, site_id: str, by: str) -> None:
    """Delete a site, and with it its limits and readings; SiteInUseError while it has inverters [ST3]."""
    with change(by):
        site = lock_site(site_id, to="delete")
        try:
            site.delete()
        except ProtectedError as error:
            users = ", ".join(sorted(str(user.pk) for user in error.protected_objects))
            said = gettext("Site %(site)s still has inverters: %(inverters)s.")
            raise SiteInUseError(said % {"site": site_id, "inverters": users}) from error
        forget_revisions([site_id])


def create_inverter(
    *, site_id: str, fields: Mapping[str, Any], asset_ids: Sequence[str], by: str, now: datetime
) -> Inverter:
    """A new inverter of a site, in front of these assets, kept in their order [ST4].

    `fields` are rated_power (MW), charge_efficiency and discharge_efficiency, and may hold plant data [ST5]. Raises
    UnknownSiteError, or UnknownAssetError naming all assets that do not exist.
    """
    with change(by):
        site = lock_site(site_id, to="change")
        lock_assets(asset_ids)
        inverter_id = next_id(f"{site_id}_INV")
        inverter = Inverter.objects.create(id=inverter_id, site=site, created_at=now, updated_at=now, **fields)
        _list_assets(inverter, asset_ids)
        return get_inverter(site_id=site_id, inverter_id=inverter_id)


def update_inverter(*, site_id: str, inverter_id: str, changes: Mapping[str, Any], by: str, now: datetime) -> Inverter:
    """Set the given fields, `asset_ids` among them; the same values again change nothing [ST4] [C10].

    Raises UnknownSiteError, UnknownInverterError, or UnknownAssetError naming all assets that do not exist.
    """
    with change(by):
        inverter = get_inverter(site_id=site_id, inverter_id=inverter_id, lock="change")
        columns = {field: value for field, value in changes.items() if field != "asset_ids"}
        stored = asset_ids_of(inverter)
        wanted = list(changes.get("asset_ids", stored))
        relisted = wanted != stored
        if relisted:
            lock_assets(wanted)
            kept = _shared_beginning(stored, wanted)
            inverter.listed_assets.filter(asset__in=stored[kept:]).delete()
            _list_assets(inverter, wanted[kept:])
        _save_changed(inverter, columns, now=now, touched=relisted)
        return get_inverter(site_id=site_id, inverter_id=inverter_id) if relisted else inverter


def delete_inverter(*, site_id: str, inverter_id: str, by: str) -> None:
    """Delete an inverter with its limits and readings [ST4]. Raises UnknownSiteError or UnknownInverterError."""
    with change(by):
        get_inverter(site_id=site_id, inverter_id=inverter_id, lock="delete").delete()
        forget_revisions([inverter_id])


def _list_assets(inverter: Inverter, asset_ids: Sequence[str]) -> None:
    InverterAsset.objects.bulk_create(InverterAsset(inverter=inverter, asset_id=asset_id) for asset_id in asset_ids)


def _shared_beginning(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of the first elements are the same in both: these listings stay as they are."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))


def _save_changed(record: Site | Inverter, columns: Mapping[str, Any], *, now: datetime, touched: bool = False) -> None:
    """Save the columns that differ, and with any of them (or where it was `touched` elsewhere) updated_at [C10]."""
    changed = [column for column, value in columns.items() if getattr(record, column) != value]
    if changed or touched:
        for column in changed:
            setattr(record, column, columns[column])
        record.updated_at = now
        record.save(update_fields=[*changed, "updated_at"])
