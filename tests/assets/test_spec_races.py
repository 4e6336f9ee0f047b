"""Specs of one asset under many hands at once, over HTTP and past it [SP3] [A4]."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from assets.models import Asset, Spec
from assets.operations import delete_asset
from config.api.values import recorded
from config.errors import InvalidError
from tests.clients import Api, read
from tests.factories.assets import ACTOR, NOW, make_asset
from tests.factories.keys import bearer
from tests.factories.specs import day, put_spec, windows_of
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 32


def minute(number: int) -> str:
    """So many minutes after the tests' now, as it is sent."""
    return recorded(NOW + timedelta(minutes=number))


def written_at_once(asset: Asset, bodies: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The status and the sentence that each body is answered with, all sent at the same moment."""
    headers = bearer()

    def send(fields: dict[str, Any]) -> Callable[[], tuple[int, dict[str, Any]]]:
        def patch() -> tuple[int, dict[str, Any]]:
            answer = Api(headers).patch("/specs", {"asset_id": asset.pk, **fields})
            return answer.status_code, read(answer, answer.status_code)

        return patch

    return at_once(*map(send, bodies))


def test_of_open_specs_written_at_once_exactly_one_stays_open() -> None:
    """[SP3]: the one that begins last; each that came before it was closed by the next, the others are refused."""
    asset = make_asset()
    starts = list(range(HANDS))
    random.Random(3).shuffle(starts)

    answers = written_at_once(asset, [{"valid_from": minute(start)} for start in starts])

    stored = list(Spec.objects.filter(asset=asset).order_by("valid_from"))
    written = {start for start, (status, _said) in zip(starts, answers, strict=True) if status == 204}
    assert {status for status, _said in answers} <= {204, 422}
    assert [recorded(spec.valid_from) for spec in stored] == [minute(start) for start in sorted(written)]
    assert all(earlier.valid_to == later.valid_from for earlier, later in pairwise(stored))
    assert [recorded(spec.valid_from) for spec in stored if spec.valid_to is None] == [minute(HANDS - 1)]
    for start, (status, said) in zip(starts, answers, strict=True):
        assert status == 204 or "at which the asset's open spec begins" in said["detail"][0]["msg"], start


def test_of_one_open_spec_written_at_once_there_is_one_and_it_is_whole() -> None:
    """[SP2]: one adds it, the others correct it."""
    asset = make_asset()
    values = [{"ramp_rate": number, "prequalified_fcr": {"value": number, "unit": "MW"}} for number in range(HANDS)]

    answers = written_at_once(asset, [{"valid_from": minute(0), **value} for value in values])

    (spec,) = Spec.objects.all()
    assert {status for status, _said in answers} == {204}
    assert spec.valid_to is None
    assert spec.ramp_rate == spec.prequalified_fcr


def test_of_overlapping_specs_written_at_once_one_wins_and_is_named_to_the_others() -> None:
    """[SP3]"""
    asset = make_asset()
    bodies = [{"valid_from": minute(number), "valid_to": minute(HANDS + number)} for number in range(HANDS)]

    answers = written_at_once(asset, bodies)

    (winner,) = Spec.objects.filter(asset=asset)
    assert sorted(status for status, _said in answers) == [204, *[422] * (HANDS - 1)]
    named = f"begins at {recorded(winner.valid_from)} and ends at {recorded(winner.valid_to or NOW)}"
    assert all(named in said["detail"][0]["msg"] for status, said in answers if status == 422)


@pytest.mark.parametrize("seed", range(3))
def test_open_specs_and_such_with_an_end_written_at_once_never_overlap(seed: int) -> None:
    """[SP3]"""
    asset = make_asset()
    choice = random.Random(seed)
    bodies = []
    for _ in range(HANDS):
        start = choice.randrange(20)
        end = choice.choice([None, start + choice.randint(1, 4)])
        bodies.append({"valid_from": minute(start)} | ({} if end is None else {"valid_to": minute(end)}))

    answers = written_at_once(asset, bodies)

    stored = list(Spec.objects.filter(asset=asset).order_by("valid_from"))
    assert {status for status, _said in answers} <= {204, 422}
    assert all(earlier.valid_to and earlier.valid_to <= later.valid_from for earlier, later in pairwise(stored))


@pytest.mark.parametrize("_round", range(4))
def test_a_spec_is_either_stored_and_deleted_with_its_asset_or_refused(_round: int) -> None:
    """[A4]"""
    asset = make_asset()
    api = Api.with_key()

    def write() -> int:
        return api.patch("/specs", {"asset_id": asset.pk, "valid_from": minute(0)}).status_code

    def delete() -> int:
        delete_asset(asset_id=asset.pk, by=ACTOR)
        return 0

    status, _ = at_once(write, delete)

    assert status in (204, 404)
    assert not Spec.objects.exists()


# --- Past the application -------------------------------------------------------------------------------------------


def waits_for_another() -> bool:
    """Whether a session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        (waiting,) = cursor.fetchone()
    return bool(waiting)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (5, 15, "Overlaps the asset's spec that begins at 2026-05-10T00:00:00.000000Z and ends at 2026-05-20"),
        (12, None, "Overlaps the asset's spec that begins at 2026-05-10T00:00:00.000000Z and ends at 2026-05-20"),
        (10, 11, "Another spec of the asset was in the way; try again"),
    ],
)
def test_what_is_written_past_the_lock_is_refused_by_the_database_and_named(
    start: int, end: int | None, sentence: str
) -> None:
    """[SP3]: whoever writes. The other's row is not to be seen yet when ours is checked, and is there when it is
    stored."""
    asset = make_asset()
    is_written = Event()

    def write_past_the_lock() -> None:
        try:
            with transaction.atomic():
                Spec.objects.create(asset=asset, valid_from=day(10), valid_to=day(20))
                is_written.set()
                deadline = time.monotonic() + 30
                while not waits_for_another() and time.monotonic() < deadline:
                    time.sleep(0.01)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        other = pool.submit(write_past_the_lock)
        assert is_written.wait(timeout=30)
        with pytest.raises(InvalidError, match=sentence.replace("(", r"\(")):
            put_spec(asset, start, end, ramp_rate=Decimal(1))
        other.result()

    assert windows_of(asset) == [(10, 20)]
