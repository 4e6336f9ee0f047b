"""No limit, forecast or reservation is of an asset that does not exist, whoever writes it and when [A4] [ADR 17]."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from config.database.refusals import violated_constraint
from config.database.transactions import consistent_view
from tests.factories.assets import make_asset
from tests.races import at_once, wait_until_somebody_waits

KINDS = {
    "limit": "source) SELECT {asset}, {start}, {start} + interval '15 minutes', 'PV'",
    "forecast": "generation, consumption) SELECT {asset}, {start}, {start} + interval '15 minutes', 1, 1",
    "reservation": "market, source, power, energy_change, energy_buffer_low, energy_buffer_high)"
    " SELECT {asset}, {start}, {start} + interval '15 minutes', 'DAA', 'OPT', 1, 1, 1, 1",
}
START = "'2026-05-01Z'::timestamptz + slot * interval '15 minutes'"
COLUMNS = "(asset_id, start_time, end_time, "

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("kind", KINDS)]


def run(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def insert(kind: str, *asset_ids: str) -> None:
    """A hundred rows of each asset, by one statement."""
    values = KINDS[kind].format(asset="asset", start=START)
    source = "FROM unnest(%s::text[]) AS asset CROSS JOIN generate_series(1, 100) AS slot"
    run(f"INSERT INTO markets_{kind} {COLUMNS}{values} {source}", list(asset_ids))


def count(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM markets_{kind}")
        found: int = cursor.fetchone()[0]
    return found


def refused(kind: str, write: Callable[[], None]) -> bool:
    """Whether a write is refused by the guard of this kind, and leaves nothing."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return violated_constraint(error) == f"{kind}_asset_exists"
    return False


def test_a_row_of_an_unknown_asset_is_refused_among_many(kind: str) -> None:
    asset_id = make_asset().pk
    assert refused(kind, lambda: insert(kind, asset_id, "DE_50HZ_NO_1"))
    assert count(kind) == 0


def test_a_row_stays_its_asset_s(kind: str) -> None:
    """Neither of the two is renamed; an asset without rows may be."""
    asset_id = make_asset().pk
    insert(kind, asset_id)
    assert refused(kind, lambda: run(f"UPDATE markets_{kind} SET asset_id = 'DE_50HZ_NO_1'"))
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE assets_asset SET id = 'DE_50HZ_NO_1'")
    assert count(kind) == 100


def test_rows_go_with_their_asset_and_others_stay(kind: str) -> None:
    """[A4]"""
    gone, kept = make_asset().pk, make_asset(code="WV").pk
    insert(kind, gone, kept)
    run("DELETE FROM assets_statusentry WHERE asset_id = %s", gone)
    run("DELETE FROM assets_asset WHERE id = %s", gone)
    assert count(kind) == 100


def test_assets_are_not_emptied_without_their_rows(kind: str) -> None:
    insert(kind, make_asset().pk)
    others = ", ".join(truncated_with_assets())
    with pytest.raises(IntegrityError, match=f"markets_{kind}"), transaction.atomic():
        run(f"TRUNCATE assets_asset, {others}")
    assert count(kind) == 100


def truncated_with_assets() -> list[str]:
    """The tables whose foreign keys would have PostgreSQL refuse the TRUNCATE by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE child (id) AS ("
            " SELECT conrelid FROM pg_constraint WHERE confrelid = 'assets_asset'::regclass UNION"
            " SELECT conrelid FROM pg_constraint JOIN child ON confrelid = child.id)"
            " SELECT id::regclass::text FROM child"
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_whoever_would_not_see_all_rows_deletes_no_asset(kind: str) -> None:
    """A snapshot of the database from before a row came would leave the row behind."""
    insert(kind, make_asset().pk)
    run("DELETE FROM assets_statusentry")
    with pytest.raises(IntegrityError), consistent_view():
        run("DELETE FROM assets_asset")
    assert count(kind) == 100


@pytest.mark.django_db(transaction=True)
def test_an_asset_that_is_deleted_while_rows_come_takes_them_with_it(kind: str) -> None:
    """The one who deletes waits for who has written, and deletes what he wrote."""
    asset_id = make_asset().pk
    run("DELETE FROM assets_statusentry")

    def write() -> bool:
        with transaction.atomic():
            insert(kind, asset_id)
            wait_until_somebody_waits()
        return True

    def delete() -> bool:
        wait_until_locked(asset_id)
        run("DELETE FROM assets_asset WHERE id = %s", asset_id)
        return True

    assert at_once(write, delete) == [True, True]
    assert count(kind) == 0


def wait_until_locked(asset_id: str) -> None:
    """Until somebody keeps the asset from being deleted, or deletes it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM assets_asset WHERE id = %s FOR UPDATE SKIP LOCKED", [asset_id])
            if cursor.fetchone() is None:
                return
        time.sleep(0.01)
    raise AssertionError("nobody locks it")


@pytest.mark.django_db(transaction=True)
def test_rows_that_come_while_their_asset_is_deleted_are_refused(kind: str) -> None:
    """The one who writes waits for who has deleted, and finds nothing to write for."""
    asset_id = make_asset().pk
    run("DELETE FROM assets_statusentry")

    def delete() -> bool:
        with transaction.atomic():
            run("DELETE FROM assets_asset WHERE id = %s", asset_id)
            wait_until_somebody_waits()
        return True

    def write() -> bool:
        wait_until_locked(asset_id)
        return refused(kind, lambda: insert(kind, asset_id))

    assert at_once(delete, write) == [True, True]
    assert count(kind) == 0
