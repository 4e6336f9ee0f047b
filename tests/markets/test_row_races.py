"""Rows under many hands at once: no deadlock that a client sees, every row whole [B1] [B3]."""

import logging
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from assets.period_rows import load_periods
from config.api.batches import Stored
from config.api.row_bodies import SentRows
from markets.models import Forecast
from markets.period_items import ForecastItem
from markets.periods import FORECASTS
from tests.factories.assets import make_asset
from tests.factories.periods import SIX, forecast
from tests.factories.rows import CSV, NDJSON, WRITTEN
from tests.races import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
ROUNDS = 3
SLOTS = 100


def load(*rows: Mapping[str, Any], media: str = NDJSON) -> Stored:
    """Store rows of forecasts."""
    content = WRITTEN[media](*rows)
    request: Any = HttpRequest()
    request.content_type = media
    request._stream = BytesIO(content)
    sent = SentRows(request, length=len(content), item=ForecastItem)
    return load_periods(FORECASTS, rows=sent, now=timezone.now())


def test_overlapping_shuffled_rows_never_deadlock_and_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also without any second try: they are written in the order of their key. Every value says who wrote it."""
    monkeypatch.setattr("config.database.refusals.MOST_TRIES", 1)
    asset_ids = [make_asset(code=code).pk for code in "ABCD"]
    keys = [(asset_id, slot) for asset_id in asset_ids for slot in range(SLOTS)]

    def write(writer: int) -> list[Stored]:
        dice = random.Random(writer)
        values: dict[str, Any] = {
            "generation": writer,
            "consumption": writer,
            "generation_p10": writer,
            "generation_p90": writer,
        }
        return [
            load(*(forecast(*key, **values) for key in dice.sample(keys, 300)), media=dice.choice([NDJSON, CSV]))
            for _ in range(ROUNDS)
        ]

    outcomes = at_once(*(partial(write, writer) for writer in range(1, WRITERS + 1)))
    counted = [stored.inserted + stored.updated + stored.unchanged for outcome in outcomes for stored in outcome]
    assert counted == [300] * WRITERS * ROUNDS
    assert sum(stored.inserted for outcome in outcomes for stored in outcome) == Forecast.objects.count()
    rows = Forecast.objects.values_list("generation", "consumption", "generation_p10", "generation_p90")
    assert all(len(set(row)) == 1 for row in rows)


def test_rows_that_a_deadlock_undid_are_stored_all_the_same(battery: str, caplog: pytest.LogCaptureFixture) -> None:
    """The other one writes in another order than we do, as somebody in a console might. What was staged stays."""
    rows = [forecast(battery, slot, generation=9) for slot in range(SLOTS)]
    load(*(row | {"generation": 1} for row in rows))
    caplog.set_level(logging.INFO, logger="config.database.refusals")

    def load_and_leave() -> Stored:
        try:
            return load(*reversed(rows))
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '1min'")  # so that it is not this one that gives up
            Forecast.objects.filter(start_time__gt=SIX).update(generation=2)
            loading = pool.submit(load_and_leave)
            wait_until_somebody_waits()
            Forecast.objects.filter(start_time=SIX).update(generation=2)
        assert loading.result(timeout=30) == Stored(inserted=0, updated=SLOTS, unchanged=0)
    assert "is tried again" in caplog.text
    assert set(Forecast.objects.values_list("generation", flat=True)) == {9}
