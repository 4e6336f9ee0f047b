"""State snapshots under many hands at once: no deadlock, rows whole, and each told what is stored [B1] [SS1] [A4]."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets.models import Asset, StateSnapshot
from assets.operations import delete_asset
from assets.state_snapshots import StateSnapshotItem, record_snapshots
from config.api.values import recorded
from config.errors import InvalidError
from tests.factories.assets import ACTOR, make_asset
from tests.factories.state_snapshots import SIX, mwh, snapshot
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16
MINUTES = 60


def recording(*items: dict[str, Any]) -> Callable[[], list[dict[str, Any]]]:
    """A writer of this batch, which answers what it is answered."""
    batch = [StateSnapshotItem.model_validate(item) for item in items]
    return lambda: json.loads(record_snapshots(items=batch, now=timezone.now()))


def batch_of(writer: int, assets: list[Asset]) -> list[dict[str, Any]]:
    """All minutes of an hour of all assets, shuffled; every value says who wrote it."""
    energy = mwh(writer)
    items = [
        snapshot(asset, effective_at=minute_of(minute), energy=energy, charged_energy=energy, discharged_energy=energy)
        for asset in assets
        for minute in range(MINUTES)
    ]
    random.Random(writer).shuffle(items)
    return items


def minute_of(minute: int) -> str:
    return recorded(SIX + timedelta(minutes=minute))


def test_overlapping_shuffled_batches_never_deadlock_and_leave_rows_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """[B1]: without a second try. Of one asset's rows all are the last writer's."""
    monkeypatch.setattr("config.database.refusals.MOST_TRIES", 1)
    assets = [make_asset(code=code) for code in "ABCD"]

    answers = at_once(*(recording(*batch_of(writer, assets)) for writer in range(1, WRITERS + 1)))

    assert [len(answer) for answer in answers] == [len(assets) * MINUTES] * WRITERS
    for writer, answer in enumerate(answers, start=1):
        assert {one["energy"]["value"] for one in answer} == {str(writer)}
    rows = StateSnapshot.objects.values_list("energy", "charged_energy", "discharged_energy").distinct()
    ((energy, charged, discharged),) = rows
    assert energy == charged == discharged
    assert StateSnapshot.objects.count() == len(assets) * MINUTES


@pytest.mark.parametrize("_round", range(3))
def test_writers_of_the_same_values_are_all_told_what_one_of_them_stored(_round: int) -> None:
    """[SS1] [C10]: one inserts; the others find it as it is, also where it came a moment after they asked."""
    assets = [make_asset(code=code) for code in "AB"]
    items = [snapshot(asset, effective_at=minute_of(minute)) for asset in assets for minute in range(MINUTES)]

    first, *others = at_once(*[recording(*items)] * WRITERS)

    assert len(first) == len(items)
    assert all(other == first for other in others)


@pytest.mark.parametrize("_round", range(3))
def test_an_asset_is_deleted_with_its_snapshots_or_before_them(_round: int) -> None:
    """[A4] [C8]"""
    asset = make_asset()

    def store() -> Any:
        try:
            return recording(*(snapshot(asset, hour) for hour in range(24)))()
        except InvalidError as refusal:
            return refusal.faults

    stored, deleted = at_once(store, lambda: delete_asset(asset_id=asset.pk, by=ACTOR))

    assert deleted is None
    assert len(stored) == 24
    assert not StateSnapshot.objects.exists()
