"""Reading sites and inverters. `visible` names the only assets that exist for the caller; None: all [C14]."""

from collections.abc import Collection
from typing import Any, Literal

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from assets.queries import naming_unknown
from config.errors import UnknownError
from sites.models import Inverter, InverterAsset, Site


class UnknownSiteError(UnknownError):
    """Sites that do not exist, or not for the caller; names all of them, up to a thousand [C8]."""

    def __init__(self, site_ids: Collection[str]) -> None:
        super().__init__(naming_unknown("site", site_ids))


class UnknownInverterError(UnknownError):
    """Inverters that do not exist, not at this site, or not for the caller; names all, up to a thousand [C8]."""

    def __init__(self, inverter_ids: Collection[str]) -> None:
        super().__init__(naming_unknown("inverter", inverter_ids))


def visible_sites(visible: Collection[str] | None) -> QuerySet[Site]:
    """All sites; for a caller that is bound to assets those that have one of them behind an inverter."""
    return Site.objects.all() if visible is None else _with_asset(visible)


def visible_inverters(visible: Collection[str] | None) -> QuerySet[Inverter]:
    """All inverters; for a caller that is bound to assets those that list one of them."""
    if visible is None:
        return Inverter.objects.all()
    return Inverter.objects.filter(Exists(InverterAsset.objects.filter(inverter=OuterRef("pk"), asset__in=visible)))


def _with_asset(asset_ids: Collection[str]) -> QuerySet[Site]:
    listings = InverterAsset.objects.filter(inverter__site=OuterRef("pk"), asset__in=asset_ids)
    return Site.objects.filter(Exists(listings))


def list_sites(
    *, visible: Collection[str] | None = None, asset_id: str | None = None, **filters: str | None
) -> QuerySet[Site]:
    """Sites with these fields; `asset_id`: those that have the asset behind an inverter [ST2]."""
    found = visible_sites(visible)
    if asset_id is not None:
        found = _with_asset({asset_id} if visible is None else {asset_id}.intersection(visible))
    return found.filter(**{field: word for field, word in filters.items() if word is not None})


def with_inverters(sites: QuerySet[Site], *, visible: Collection[str] | None = None) -> QuerySet[Site]:
    """The sites with their inverters, and those with their assets: two more queries, however many sites."""
    inverters = with_assets(visible_inverters(visible), visible=visible).order_by("id")
    return sites.prefetch_related(Prefetch("inverters", queryset=inverters))


def with_assets(inverters: QuerySet[Inverter], *, visible: Collection[str] | None = None) -> QuerySet[Inverter]:
    """The inverters with their assets, in the order in which they were listed."""
    listings = InverterAsset.objects.order_by("id")
    if visible is not None:
        listings = listings.filter(asset__in=visible)
    return inverters.prefetch_related(Prefetch("listed_assets", queryset=listings))


def get_site(site_id: str, *, visible: Collection[str] | None = None, filled: bool = False) -> Site:
    """The site, or UnknownSiteError; `filled`: with its inverters [ST2]."""
    found = visible_sites(visible).filter(pk=site_id)
    site = (with_inverters(found, visible=visible) if filled else found).first()
    if site is None:
        raise UnknownSiteError([site_id])
    return site


def lock_site(site_id: str, *, to: Literal["change", "delete"]) -> Site:
    """The site, or UnknownSiteError; locked until the transaction ends.

    Whoever adds an inverter locks it to change, so that it is not deleted meanwhile.
    """
    site = Site.objects.filter(pk=site_id).select_for_update(no_key=to == "change").first()
    if site is None:
        raise UnknownSiteError([site_id])
    return site


# Ordered, so that two batches never wait for each other in a circle; KEY SHARE keeps the rows from being deleted only.
LOCK_SITES = "SELECT id FROM sites_site WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
LOCK_INVERTERS = "SELECT id FROM sites_inverter WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"


def lock_sites(site_ids: Collection[str], *, visible: Collection[str] | None = None) -> None:
    """Keep these sites from being deleted until the transaction ends; UnknownSiteError names all that are unknown."""
    known = lock_known_sites(site_ids)
    if visible is not None:
        known = ids_among(known, visible_sites(visible))
    if missing := set(site_ids) - known:
        raise UnknownSiteError(missing)


def lock_inverters(inverter_ids: Collection[str], *, visible: Collection[str] | None = None) -> None:
    """Keep these inverters from being deleted until the transaction ends; UnknownInverterError names all unknown."""
    known = lock_known_inverters(inverter_ids)
    if visible is not None:
        known = ids_among(known, visible_inverters(visible))
    if missing := set(inverter_ids) - known:
        raise UnknownInverterError(missing)


def lock_known_sites(site_ids: Collection[str]) -> set[str]:
    """Likewise, for those of them that exist, which it answers."""
    return _locked(LOCK_SITES, site_ids)


def lock_known_inverters(inverter_ids: Collection[str]) -> set[str]:
    """Likewise, for those of them that exist, which it answers."""
    return _locked(LOCK_INVERTERS, inverter_ids)


def _locked(lock: str, ids: Collection[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(lock, [sorted(ids)])
        return {found for (found,) in cursor.fetchall()}


def ids_among(ids: Collection[str], records: QuerySet[Any]) -> set[str]:
    """Those of the ids that these records have."""
    return set(records.filter(pk__in=ids).values_list("pk", flat=True))


def list_inverters(*, site_id: str, visible: Collection[str] | None = None) -> QuerySet[Inverter]:
    """A site's inverters with their assets; UnknownSiteError if there is no such site [ST4]."""
    get_site(site_id, visible=visible)
    return with_assets(visible_inverters(visible).filter(site=site_id), visible=visible)


def get_inverter(
    *,
    site_id: str,
    inverter_id: str,
    visible: Collection[str] | None = None,
    lock: Literal["change", "delete"] | None = None,
) -> Inverter:
    """The inverter with its assets; UnknownSiteError, or UnknownInverterError also if it is another site's [ST4].

    `lock`: until the transaction ends, for those who change or delete it.
    """
    found = visible_inverters(visible).filter(pk=inverter_id, site=site_id)
    if lock:
        found = found.select_for_update(no_key=lock == "change")
    inverter = with_assets(found, visible=visible).first()
    if inverter is None:
        raise _no_inverter(inverter_id, site_id=site_id, visible=visible)
    return inverter


def check_inverter(*, site_id: str, inverter_id: str, visible: Collection[str] | None = None) -> None:
    """UnknownSiteError or UnknownInverterError, unless the site has the inverter [ST4]."""
    if not visible_inverters(visible).filter(pk=inverter_id, site=site_id).exists():
        raise _no_inverter(inverter_id, site_id=site_id, visible=visible)


def _no_inverter(inverter_id: str, *, site_id: str, visible: Collection[str] | None) -> UnknownInverterError:
    """The refusal of an inverter that its site does not have; UnknownSiteError where there is no such site."""
    get_site(site_id, visible=visible)
    return UnknownInverterError([inverter_id])


def asset_ids_of(inverter: Inverter) -> list[str]:
    """The ids of the assets behind an inverter that was read with them, in the order in which they were listed."""
    return [listing.asset_id for listing in inverter.listed_assets.all()]
