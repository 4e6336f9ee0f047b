"""Long imports are the worker's: the page answers at once, progress is seen, and a crash loses nothing."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from assets.models import Asset
from config.celery import app
from config.database.direct import direct_address
from config.database.transactions import try_lock
from config.desk.imports import operations, progress
from config.desk.imports.models import Import
from config.desk.imports.schedules import FORGET_TASK, WORK_TASK
from config.desk.imports.tables import is_small
from config.desk.imports.words import Findings
from config.desk.tasks import forget_import_contents, work_on_import, work_on_imports
from markets.models import Forecast
from tests.desk.imports.files import apply, csv_of, upload, xlsx_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser

HEADER = ("asset_id", "start_time", "end_time", "generation", "consumption")
ROWS = 2_500


@pytest.fixture
def eager() -> Iterator[None]:
    """Tasks are done where they are sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def large_file(asset: Asset) -> bytes:
    start = timezone.now().replace(minute=0, second=0, microsecond=0)
    times = [start + timedelta(minutes=15 * number) for number in range(ROWS + 1)]
    rows = [(asset.pk, start.isoformat(), end.isoformat(), 1, 0) for start, end in pairwise(times)]
    return csv_of(HEADER, *rows)


@pytest.mark.django_db
class TestLongImports:
    def test_one_waits_for_the_worker_and_is_then_checked_and_applied(self) -> None:
        found = upload("forecasts", large_file(make_asset()))
        assert (found.state, operations.under_way()) == ("checking", [found.pk])

        work_on_import(found.pk)
        found.refresh_from_db()
        assert (found.state, found.rows, found.added, Forecast.objects.count()) == ("checked", ROWS, ROWS, 0)
        assert apply(found).state == "applying"
        work_on_import(found.pk)

        found.refresh_from_db()
        assert (found.state, Forecast.objects.count(), operations.under_way()) == ("applied", ROWS, [])

    def test_its_page_asks_for_its_progress(self) -> None:
        found = upload("forecasts", large_file(make_asset()))
        desk = desk_of(make_superuser())

        page = desk.get(f"/admin/imports/{found.pk}/").content.decode()

        assert f'data-url="/admin/imports/{found.pk}/progress"' in page
        said = desk.get(f"/admin/imports/{found.pk}/progress").json()
        assert said == {"done": 0, "total": 0, "is_under_way": True}

    def test_one_that_takes_too_long_has_failed_and_wrote_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def endless(*_args: object, **_kwargs: object) -> Findings:
            make_asset()
            raise SoftTimeLimitExceeded

        found = upload("forecasts", large_file(make_asset()))
        monkeypatch.setattr(operations, "run_over", endless)

        work_on_import(found.pk)

        found.refresh_from_db()
        assert (found.state, found.sentence) == ("failed", operations.TOO_LONG)
        assert Asset.objects.count() == 1

    def test_contents_that_nobody_applied_are_forgotten_after_a_week(self) -> None:
        old, new = (upload("forecasts", large_file(make_asset())) for _ in range(2))
        Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))

        assert forget_import_contents() == 1

        kept = dict(Import.objects.values_list("pk", "content"))
        assert kept[old.pk] is None
        assert kept[new.pk] is not None

    @pytest.mark.usefixtures("eager")
    def test_the_worker_gets_a_task_for_each_that_waits(self) -> None:
        waiting = [upload("forecasts", large_file(make_asset())) for _ in range(2)]

        work_on_imports()

        assert set(Import.objects.values_list("pk", "state")) == {(found.pk, "checked") for found in waiting}

    def test_the_worker_looks_for_them_by_the_schedule(self) -> None:
        tasks = set(PeriodicTask.objects.filter(enabled=True).values_list("task", flat=True))

        assert {WORK_TASK, FORGET_TASK} <= tasks


@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    @pytest.fixture
    def found(self) -> Import:
        return upload("forecasts", large_file(make_asset()))

    @pytest.fixture
    def other(self) -> Iterator["psycopg.Connection[Any]"]:
        with psycopg.connect(**direct_address(name="other"), autocommit=True) as connected:
            yield connected

    def test_progress_is_seen_while_it_works(
        self, found: Import, other: "psycopg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = []
        tick = progress.Teller.tick

        def watched(self: progress.Teller, done: int, total: int) -> None:
            tick(self, done, total)
            seen.append(other.execute("SELECT done, total, attempts FROM desk_import").fetchone())

        monkeypatch.setattr(progress, "EVERY", 0)
        monkeypatch.setattr(progress.Teller, "tick", watched)

        work_on_import(found.pk)

        assert seen
        assert {(total, attempts) for _, total, attempts in filter(None, seen)} == {(10, 1)}

    def test_what_another_worker_has_in_hand_is_left_alone(self, found: Import) -> None:
        with psycopg.connect(**direct_address(name="other")) as other:
            number = number_of(f"import {found.pk}")
            other.execute("SELECT pg_advisory_xact_lock(%s)", [number])

            work_on_import(found.pk)

            found.refresh_from_db()
            assert found.state == "checking"

    def test_one_that_ends_its_worker_three_times_has_failed(self, found: Import) -> None:
        Import.objects.update(attempts=operations.MOST_ATTEMPTS)

        work_on_import(found.pk)

        found.refresh_from_db()
        assert (found.state, found.sentence) == ("failed", operations.TOO_OFTEN)


def number_of(name: str) -> int:
    """The lock that this name stands for, found by taking it."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try_lock(name)
        cursor.execute(
            "SELECT classid::bigint << 32 | objid::bigint FROM pg_locks "
            "WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        (number,) = cursor.fetchone()
        cursor.execute("ROLLBACK")
    return int(number)


@pytest.mark.parametrize("written", [csv_of, xlsx_of])
def test_a_file_is_small_by_its_rows(written: Any) -> None:
    file = written(("a",), *[("1",)] * 20)

    assert is_small(file, rows=20)
    assert not is_small(file, rows=19)
