"""Limits under many hands at once: no deadlock, every row whole, nothing lost [B1] [L3]."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assets.operations import delete_asset
from assets.queries import UnknownAssetError
from assets.revisions import revisions_of
from config.api.batches import Stored
from config.errors import DomainError, InvalidError
from markets.limit_items import LimitItem
from markets.models import Limit
from markets.operations import limits as operations
from markets.vocabulary import LimitSource
from tests.factories.assets import make_asset
from tests.factories.limits import NOW, limit_item, make_limits, slot_item
from tests.races import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16
ROUNDS = 6

Answer = TypeVar("Answer")


def or_refusal(call: Callable[[], Answer]) -> Callable[[], Answer | DomainError]:
    """The call, answering what it is refused with."""

    def answer() -> Answer | DomainError:
        try:
            return call()
        except DomainError as refusal:
            return refusal

    return answer


def put(*items: dict[str, Any]) -> Stored:
    """Store a batch."""
    return operations.put_limits(items=[LimitItem.model_validate(item) for item in items], now=timezone.now())


def clear(asset_id: str, source: LimitSource) -> operations.Cleared:
    """Take back what a source says in the days around now."""
    start, end = NOW - timedelta(days=1), NOW + timedelta(days=2)
    return operations.clear_limits(asset_id=asset_id, source=source, start=start, end=end, now=timezone.now())


def batch_of_writer(writer: int, asset_ids: list[str], dice: random.Random) -> list[dict[str, Any]]:
    """Many windows that other writers hit too, shuffled; every value of a writer says who wrote it."""
    values = {"power_charge": -writer, "power_discharge": writer, "energy_low": writer, "energy_high": writer}
    items = [
        limit_item(
            asset_id,
            source=source,
            start_time=f"{hour:02}:00",
            end_time=f"{hour + 1:02}:00",
            valid_until=str(date(2026, 5, 1) + timedelta(days=dice.randrange(3))),
            **values,
        )
        for asset_id in asset_ids
        for source in ("PV", "REPORTED")
        for hour in dice.sample(range(8), 5)
    ]
    dice.shuffle(items)
    return items


def test_overlapping_shuffled_batches_never_deadlock_and_leave_rows_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also without any second try: rows are locked in the order of their key. Deletes run in between."""
    monkeypatch.setattr("config.database.refusals.MOST_TRIES", 1)
    asset_ids = [make_asset(code=code).pk for code in "ABCD"]

    def write(writer: int) -> list[Stored]:
        dice = random.Random(writer)
        return [put(*batch_of_writer(writer, asset_ids, dice)) for _ in range(ROUNDS)]

    def clear_all() -> list[Stored]:
        for asset_id in (*asset_ids, *reversed(asset_ids)):
            clear(asset_id, LimitSource.PV)
        return []

    outcomes = at_once(*(partial(write, writer) for writer in range(1, WRITERS + 1)), clear_all)
    assert [len(outcome) for outcome in outcomes] == [ROUNDS] * WRITERS + [0]
    rows = Limit.objects.values_list("power_charge", "power_discharge", "energy_low", "energy_high")
    assert rows
    assert all(charge is not None and -charge == discharge == low == high for charge, discharge, low, high in rows)


def test_of_writers_of_one_new_slot_one_inserts_and_the_others_update(battery: str) -> None:
    """[L3] Every change raises the revision once."""
    outcomes = at_once(*(partial(put, slot_item(battery, power_charge=-n)) for n in range(1, WRITERS + 1)))
    assert sorted((outcome.inserted, outcome.updated) for outcome in outcomes) == [(0, 1)] * (WRITERS - 1) + [(1, 0)]
    assert Limit.objects.count() == 1
    assert revisions_of(owner_ids=[battery], kind="limits") == [(battery, WRITERS)]


def test_writers_of_different_columns_keep_each_others_values(battery: str) -> None:
    """[L3] null keeps what is stored, also what was stored a moment ago."""
    columns = {"power_charge": -1, "power_discharge": 2, "energy_low": 3, "energy_high": 4, "trading_locked": True}
    at_once(*(partial(put, slot_item(battery, **{column: value})) for column, value in columns.items()))
    [row] = Limit.objects.values_list(*columns)
    assert row == (Decimal(-1), Decimal(2), Decimal(3), Decimal(4), True)


@pytest.mark.parametrize("_round", range(5))
def test_a_band_is_never_crossed_by_two_writers_between_them(battery: str, _round: int) -> None:
    """[L7] Whoever comes second is refused, and told which item it was."""
    values = {"energy_low": 6}, {"energy_high": 5}
    outcomes = at_once(*(or_refusal(partial(put, slot_item(battery, **value))) for value in values))
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, InvalidError)]
    assert refusal.faults[0].loc[:3] == ("body", "limits", 0)
    assert Limit.objects.filter(energy_low=None).exists() != Limit.objects.filter(energy_high=None).exists()


@pytest.mark.parametrize("_round", range(5))
def test_an_asset_is_deleted_with_its_limits_or_before_them(_round: int) -> None:
    """[A4] [C8] No row is left behind, and nobody fails at the end of a transaction."""
    asset = make_asset()
    all_day = limit_item(asset.pk, start_time="00:00", end_time="24:00")
    stored, deleted = at_once(
        or_refusal(partial(put, all_day)), or_refusal(partial(delete_asset, asset_id=asset.pk, by="user:anna"))
    )
    assert deleted is None
    assert isinstance(stored, UnknownAssetError) or stored == Stored(inserted=96, updated=0, unchanged=0)
    assert not Limit.objects.exists()


@pytest.mark.parametrize("_round", range(5))
def test_what_is_cleared_and_written_at_once_is_one_after_the_other(battery: str, _round: int) -> None:
    """[L6] A lock that is set while the row is cleared is kept."""
    make_limits(limit_item(battery, power_charge=-5, start_time="00:00", end_time="24:00"))
    lock = limit_item(battery, trading_locked=True, start_time="00:00", end_time="24:00")
    at_once(partial(clear, battery, LimitSource.CUSTOMER), partial(put, lock))
    assert set(Limit.objects.values_list("power_charge", "trading_locked")) == {(None, True)}
    assert Limit.objects.count() == 96


def test_a_clear_that_waited_for_a_writer_sees_what_was_written(battery: str) -> None:
    """[L6] It keeps the lock that was set meanwhile, and removes the row whose lock was cleared meanwhile."""
    make_limits(slot_item(battery, 1), slot_item(battery, 2, trading_locked=True), slot_item(battery, 3))

    def clear_and_leave() -> operations.Cleared:
        try:
            return clear(battery, LimitSource.CUSTOMER)
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            put(slot_item(battery, 1, trading_locked=True), slot_item(battery, 2, trading_locked=False))
            cleared = pool.submit(clear_and_leave)
            wait_until_somebody_waits()
        assert cleared.result(timeout=30) == operations.Cleared(updated=1, deleted=2)
    assert list(Limit.objects.values_list("start_time__hour", "power_charge", "trading_locked")) == [(1, None, True)]
