"""Sites, inverters and telemetry under many hands at once [A1] [A4] [ST1] [ST3] [ST4]."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assets.models import Asset
from assets.operations import AssetInUseError, delete_asset
from assets.period_store import put_periods
from assets.quantities import Price
from assets.queries import UnknownAssetError
from config.errors import DomainError
from sites import operations
from sites.models import Inverter, InverterReading, Site
from sites.operations import SiteInUseError
from sites.queries import UnknownInverterError, UnknownSiteError
from sites.readings import InverterReadingItem
from sites.telemetry import INVERTERS
from tests.factories.plants import make_asset
from tests.factories.sites import add_inverter, add_site
from tests.factories.telemetry import inverter_reading

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 16


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls answer, or the refusals they raise, each from a thread and a connection of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(run, calls))


def test_sites_created_at_once_are_numbered_without_gaps() -> None:
    """[ST1]"""
    sites = at_once(*[add_site] * HANDS)
    assert sorted(site.pk for site in sites) == sorted(f"DE_AMPN_IMMST_SITE_{number + 1}" for number in range(HANDS))


def test_inverters_created_at_once_are_numbered_without_gaps() -> None:
    """[ST4] The half that names an unknown asset takes no number."""
    site, asset = add_site(), make_asset()
    good, bad = (lambda: add_inverter(site, asset.pk)), (lambda: add_inverter(site, asset.pk, "NONE"))
    outcomes = at_once(*[good, bad] * (HANDS // 2))
    ids = sorted(outcome.pk for outcome in outcomes if isinstance(outcome, Inverter))
    assert ids == sorted(f"{site.pk}_INV_{number + 1}" for number in range(HANDS // 2))
    assert sum(isinstance(outcome, UnknownAssetError) for outcome in outcomes) == HANDS // 2


@pytest.mark.parametrize("_round", range(8))
def test_an_asset_is_either_linked_or_deleted(_round: int) -> None:
    """[A4] [ST4] Whoever comes second is refused."""
    site = add_site()
    asset = make_asset()
    Asset.objects.update(lifecycle="DRAFT")
    linked, deleted = at_once(
        lambda: add_inverter(site, asset.pk), lambda: delete_asset(asset_id=asset.pk, by="user:anna")
    )
    if isinstance(linked, Inverter):
        assert isinstance(deleted, AssetInUseError)
        assert Asset.objects.filter(pk=asset.pk).exists()
    else:
        assert isinstance(linked, UnknownAssetError)
        assert deleted is None
        assert not Inverter.objects.exists()


@pytest.mark.parametrize("_round", range(8))
def test_an_asset_is_either_listed_by_a_patch_or_deleted(_round: int) -> None:
    """[A4] [ST4]"""
    inverter = add_inverter(add_site(), make_asset().pk)
    asset = make_asset()
    Asset.objects.update(lifecycle="DRAFT")

    def relist() -> Inverter:
        changes = {"asset_ids": [asset.pk]}
        return operations.update_inverter(
            site_id=inverter.site_id, inverter_id=inverter.pk, changes=changes, by="user:anna", now=timezone.now()
        )

    listed, deleted = at_once(relist, lambda: delete_asset(asset_id=asset.pk, by="user:anna"))
    if isinstance(listed, Inverter):
        assert isinstance(deleted, AssetInUseError)
    else:
        assert isinstance(listed, UnknownAssetError)
        assert deleted is None


@pytest.mark.parametrize("_round", range(8))
def test_a_site_is_either_given_an_inverter_or_deleted(_round: int) -> None:
    """[ST3] [ST4]"""
    site, asset = add_site(), make_asset()
    added, deleted = at_once(
        lambda: add_inverter(site, asset.pk), lambda: operations.delete_site(site_id=site.pk, by="user:anna")
    )
    if isinstance(added, Inverter):
        assert isinstance(deleted, SiteInUseError)
        assert Site.objects.exists()
    else:
        assert isinstance(added, UnknownSiteError)
        assert deleted is None
        assert not Site.objects.exists()


@pytest.mark.parametrize("_round", range(4))
def test_readings_are_either_stored_and_deleted_with_their_inverter_or_refused(_round: int) -> None:
    """[T1] [ST4]"""
    inverter = add_inverter(add_site(), make_asset().pk)
    reading = InverterReadingItem.model_validate(inverter_reading(inverter))
    stored, deleted = at_once(
        lambda: put_periods(INVERTERS, items=[reading], now=timezone.now()),
        lambda: operations.delete_inverter(site_id=inverter.site_id, inverter_id=inverter.pk, by="user:anna"),
    )
    assert deleted is None
    assert isinstance(stored, UnknownInverterError) or stored.inserted == 1
    assert not InverterReading.objects.exists()


def test_two_patches_of_one_price_each_never_make_an_impossible_mode() -> None:
    """[ST3] The mode is checked against what is stored by then."""
    site = add_site()

    def set_price(field: str, amount: int) -> Callable[[], Site]:
        changes = {field: Price(Decimal(amount), "EUR")}
        return lambda: operations.update_site(site_id=site.pk, changes=changes, by="user:anna", now=timezone.now())

    outcomes = at_once(set_price("dispatch_mode_floor_price", 60), set_price("dispatch_mode_strike_price", 50))
    assert sum(isinstance(outcome, Site) for outcome in outcomes) == 1


def test_overlapping_batches_neither_deadlock_nor_mix_rows() -> None:
    """[B1] 16 writers, the same 400 keys, shuffled: each instant of an inverter ends as one writer sent it."""
    site, asset = add_site(), make_asset()
    inverters = [add_inverter(site, asset.pk) for _ in range(4)]

    def write(number: int) -> Callable[[], Any]:
        readings = [
            InverterReadingItem.model_validate(
                inverter_reading(one, minute, ac_power_kw=number, temperature_c=number, error_code=f"E{number}")
            )
            for one in inverters
            for minute in range(100)
        ]
        random.Random(number).shuffle(readings)
        return lambda: put_periods(INVERTERS, items=readings, now=timezone.now())

    outcomes = at_once(*(write(number) for number in range(HANDS)))
    assert sum(outcome.inserted for outcome in outcomes) == 400
    assert sum(outcome.updated for outcome in outcomes) == 400 * (HANDS - 1)
    for reading in InverterReading.objects.all():
        assert reading.temperature_c == reading.ac_power_kw
        assert reading.error_code == f"E{reading.ac_power_kw:.0f}"
    assert len(set(InverterReading.objects.values_list("error_code"))) == 1  # all in one order: the last one won
