"""State snapshots in the database: what holds whoever writes, and how much of them a list reads [SS1] [SS2]."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from assets.models import StateSnapshot
from assets.state_snapshots import STATE_SNAPSHOTS, newest_before
from config.api.values import recorded
from config.database.pages import Order, Selection, page
from config.database.refusals import violated_constraint
from tests.factories.assets import make_asset
from tests.factories.state_snapshots import SIX, make_snapshots, snapshot

pytestmark = pytest.mark.django_db

MINUTES = 300
END = SIX + timedelta(minutes=MINUTES)


@pytest.fixture
def asset_ids() -> list[str]:
    """Twenty batteries with a snapshot in each of 300 minutes."""
    ids = sorted(make_asset().pk for _ in range(20))
    instants = [recorded(SIX + timedelta(minutes=minute)) for minute in range(MINUTES)]
    for asset_id in ids:
        make_snapshots(*(snapshot(asset_id, effective_at=instant) for instant in instants))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assets_statesnapshot")
    return ids


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"energy": Decimal("-0.000001")}, "state_snapshot_energy_is_not_negative"),
        ({"charged_energy": Decimal(-1)}, "state_snapshot_charged_energy_is_not_negative"),
        ({"discharged_energy": Decimal(-1)}, "state_snapshot_discharged_energy_is_not_negative"),
        ({"asset_id": "NONE"}, "state_snapshot_asset_exists"),
    ],
)
def test_the_database_refuses_what_cannot_be(fields: dict[str, Any], constraint: str) -> None:
    """[SS1]: at the statement, not at the end of the transaction."""
    row = {"asset_id": make_asset().pk, "effective_at": SIX, "energy": Decimal(5)} | fields
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        StateSnapshot.objects.create(**row)
    assert violated_constraint(refused.value) == constraint


def scans_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that read the table."""
    if node.get("Relation Name") == "assets_statesnapshot":
        yield node
    for inner in node.get("Plans", ()):
        yield from scans_of(inner)


def rows_read(captured: CaptureQueriesContext) -> list[int]:
    """How many rows each part of the one statement reads; none reads the whole table."""
    (query,) = captured
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
        (plan,) = cursor.fetchone()
    scans = list(scans_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    assert "Seq Scan" not in {scan["Node Type"] for scan in scans}
    return sorted(round(scan["Actual Rows"] * scan["Actual Loops"]) for scan in scans)


def test_the_latest_are_one_row_per_asset_however_long_the_history(asset_ids: list[str]) -> None:
    """[SS2]: of those that the page shows, and one more; and of all for the totals."""
    latest = Selection(owner_ids=asset_ids, window=None, filters={}, limit=5)
    with CaptureQueriesContext(connection) as captured:
        page(STATE_SNAPSHOTS.table, latest)
    assert rows_read(captured) == [6, 20]


@pytest.mark.parametrize(("order", "most"), [("owner", 2 * 11), ("time", 20 * 11)])
@pytest.mark.parametrize("minute", [0, MINUTES - 30])
def test_a_page_reads_no_more_of_an_asset_than_it_can_show(
    asset_ids: list[str], order: Order, most: int, minute: int
) -> None:
    """[C5]: the same at the end as at the start; in the order of assets no more of those that follow than one."""
    begun = recorded(SIX + timedelta(minutes=minute))
    after = (asset_ids[0], begun) if order == "owner" else (begun, asset_ids[0])
    wanted = Selection(owner_ids=asset_ids, window=(SIX, END), filters={}, limit=10, after=after)
    with CaptureQueriesContext(connection) as captured:
        page(STATE_SNAPSHOTS.table, wanted, order=order)
    of_page, of_totals = rows_read(captured)
    assert of_page <= most
    assert of_totals == 20 * MINUTES


def test_how_far_now_reaches_is_one_row_per_asset(asset_ids: list[str]) -> None:
    """[C13]: for the tag of a window that ends now."""
    with CaptureQueriesContext(connection) as captured:
        newest = newest_before(END - timedelta(minutes=1), asset_ids=asset_ids)
    assert newest == END - timedelta(minutes=2)
    assert rows_read(captured) == [20]
