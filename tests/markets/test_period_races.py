"""Forecasts and reservations under many hands at once: no deadlock, every row whole (issue 3, done when 4) [B1]."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from pydantic import TypeAdapter

from assets.period_store import Periods, put_periods
from config.api.batches import Stored
from markets.period_items import ForecastItem, ReservationItem
from markets.periods import FORECASTS, RESERVATIONS
from tests.factories.assets import make_asset
from tests.factories.periods import forecast, reservation
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16
ROUNDS = 3
VALUES = {
    "forecasts": ("generation", "consumption", "generation_p10", "generation_p90"),
    "reservations": ("power", "energy_change", "energy_buffer_low", "energy_buffer_high"),
}


@pytest.mark.parametrize(
    ("periods", "item", "make"), [(FORECASTS, ForecastItem, forecast), (RESERVATIONS, ReservationItem, reservation)]
)
def test_overlapping_shuffled_batches_never_deadlock_and_leave_rows_whole(
    periods: Periods[Any], item: type[Any], make: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without any second try. Every value of a writer says who wrote it."""
    monkeypatch.setattr("config.database.refusals.MOST_TRIES", 1)
    asset_ids = [make_asset(code=code).pk for code in "ABCD"]
    keys = [(asset_id, slot) for asset_id in asset_ids for slot in range(40)]
    names = VALUES[periods.field]

    def write(writer: int) -> list[Stored]:
        dice = random.Random(writer)
        return [
            put_periods(periods, items=_parsed(item, make, dice.sample(keys, 80), names, writer), now=timezone.now())
            for _ in range(ROUNDS)
        ]

    outcomes = [one for each in at_once(*(partial(write, n) for n in range(1, WRITERS + 1))) for one in each]
    assert [one.inserted + one.updated + one.unchanged for one in outcomes] == [80] * WRITERS * ROUNDS
    rows = list(periods.table.model._default_manager.values_list(*names))
    assert sum(one.inserted for one in outcomes) == len(rows) <= len(keys)
    assert all(len(set(row)) == 1 for row in rows)


def _parsed(
    item: type[Any], make: Callable[..., dict[str, Any]], keys: list[Any], names: tuple[str, ...], writer: int
) -> list[Any]:
    made = [make(*key, **dict.fromkeys(names, writer)) for key in keys]
    return TypeAdapter(list[item]).validate_python(made)  # type: ignore[valid-type]
