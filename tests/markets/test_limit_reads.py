"""How much of the table a page of limits reads: as much as it shows, wherever it begins [C5]."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.api.pagination import Page
from markets.limit_items import LimitItem
from markets.operations.limits import put_limits
from markets.queries.limits import list_limits
from tests.factories.assets import make_asset
from tests.factories.limits import NOW, limit_item

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, tzinfo=UTC)
LIMIT = 50
SOURCES = ("REPORTED", "CUSTOMER", "PV")


@pytest.fixture
def asset_ids() -> list[str]:
    """Thirty assets with 192 slots of three sources each."""
    days = {"start_time": "00:00", "end_time": "24:00", "valid_until": "2026-05-02"}
    ids = sorted(make_asset().pk for _ in range(30))
    items = [limit_item(asset_id, source=source, **days) for asset_id in ids for source in SOURCES]
    put_limits(items=[LimitItem.model_validate(item) for item in items], now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE markets_limit")
    return ids


def scans_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that read the table."""
    if node.get("Relation Name") == "markets_limit":
        yield node
    for inner in node.get("Plans", ()):
        yield from scans_of(inner)


def rows_read(asset_ids: list[str], page: Page, **query: Any) -> int:
    """How many rows a page reads, each through the key's index."""
    return cost_of(asset_ids, page, **query)[0]


def cost_of(asset_ids: list[str], page: Page, **query: Any) -> tuple[int, int]:
    """How many rows a page reads, each through the key's index, and how many blocks it looks at for them."""
    asked = {"start": START, "end": START + timedelta(days=9), "sources": None, **query}
    with CaptureQueriesContext(
        connection,
    ) as captured:
        list_limits(asset_ids=asset_ids, page=page, **asked)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {captured[0]['sql']}")
        (plan,) = cursor.fetchone()
    whole = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    scans = list(scans_of(whole))
    assert {scan["Index Name"] for scan in scans} == {"markets_limit_pkey"}
    rows = sum(round(scan["Actual Rows"] * scan["Actual Loops"]) for scan in scans)
    return rows, sum(scan["Shared Hit Blocks"] + scan["Shared Read Blocks"] for scan in scans)


def test_a_page_reads_what_it_shows_wherever_it_begins(asset_ids: list[str]) -> None:
    """Keys of the page's slots, and of one page of the asset after it; then the page's rows."""
    most = 3 * (LIMIT + 1) * 3
    assert rows_read(asset_ids, Page(limit=LIMIT, offset=0, after=None)) <= most
    for asset_id, start in ((asset_ids[0], "2026-05-02T12:00:00Z"), (asset_ids[28], "2026-05-02T20:00:00Z")):
        assert rows_read(asset_ids, Page(limit=LIMIT, offset=None, after=(asset_id, start))) <= most


def test_a_short_window_reads_nothing_of_the_rest(asset_ids: list[str]) -> None:
    """Three rows of two slots, once for their keys and once for themselves, of each asset."""
    page = Page(limit=1000, offset=0, after=None)
    assert rows_read(asset_ids, page, end=START + timedelta(minutes=30)) == 30 * 2 * 3 * 2


def test_a_page_of_a_year_costs_the_same_at_its_end_as_at_its_start(battery: str) -> None:
    """Issue 3, done when 8: by cursor, rows read and blocks looked at do not grow with depth [C5]."""
    year = {"start_time": "00:00", "end_time": "24:00", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
    put_limits(items=[LimitItem.model_validate(limit_item(battery, **year))], now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE markets_limit")
    window = {"start": datetime(2026, 1, 1, tzinfo=UTC), "end": datetime(2027, 1, 1, tzinfo=UTC)}
    costs = [
        cost_of([battery], Page(limit=LIMIT, offset=None, after=(battery, after)), **window)
        for after in ("2026-01-01T12:00:00Z", "2026-07-01T12:00:00Z", "2026-12-30T12:00:00Z")
    ]
    assert {rows for rows, _blocks in costs} == {costs[0][0]}
    assert max(blocks for _rows, blocks in costs) <= 1.5 * costs[0][1]
    in_the_middle = Page(limit=LIMIT, offset=17_000, after=None)
    assert cost_of([battery], in_the_middle, **window)[0] > 100 * costs[0][0]  # what a cursor spares
