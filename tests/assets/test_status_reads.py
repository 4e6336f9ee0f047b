"""How much of the table reads of status entries and dispatches touch: what they show, however long the past is."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.dispatches import DISPATCHES
from assets.period_store import ListedPeriods, page_of_periods
from assets.statuses import STATUSES
from config.api.pagination import Page
from tests.factories.assets import make_asset

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, tzinfo=UTC)
WINDOW = (START, START + timedelta(days=9))
ASSETS, EACH, LIMIT = 30, 200, 50
STATUS_ENTRIES = """
INSERT INTO assets_statusentry (asset_id, effective_at, event_id, status, reasons)
SELECT asset.id, %(start)s + number * interval '15 minutes', 'e' || number, 'ONLINE', '[]'
FROM unnest(%(ids)s::text[]) AS asset (id) CROSS JOIN generate_series(1, %(each)s) AS number
"""
DISPATCHED = """
INSERT INTO assets_dispatch
    (asset_id, start_time, end_time, issued_at, id, power, source, market, status, attributes)
SELECT asset.id, at, at + interval '15 minutes', at, 'e' || number, 5, 'OPTIMIZER', 'INTRADAY', 'ISSUED', '{}'
FROM unnest(%(ids)s::text[]) AS asset (id) CROSS JOIN generate_series(1, %(each)s) AS number
CROSS JOIN LATERAL (SELECT %(start)s + number * interval '15 minutes' AS at) AS slot
"""


@pytest.fixture
def asset_ids() -> list[str]:
    """Thirty assets with two hundred status entries and dispatches each."""
    ids = sorted(make_asset().pk for _ in range(ASSETS))
    with connection.cursor() as cursor:
        for statement in (STATUS_ENTRIES, DISPATCHED):
            cursor.execute(statement, {"start": START, "ids": ids, "each": EACH})
        cursor.execute("ANALYZE assets_statusentry, assets_dispatch")
    return ids


def scans_of(node: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that read the table."""
    if node.get("Relation Name") == table:
        yield node
    for inner in node.get("Plans", ()):
        yield from scans_of(inner, table)


def rows_read(periods: ListedPeriods, asset_ids: list[str], page: Page, **asked: Any) -> int:
    """How many rows a page reads, each through the key's index."""
    with CaptureQueriesContext(connection) as captured:
        page_of_periods(periods, owner_ids=asset_ids, asked=page, **{"window": WINDOW, **asked})
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {captured[0]['sql']}")
        (plan,) = cursor.fetchone()
    table = periods.table.name
    scans = list(scans_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], table))
    assert scans
    assert {scan["Index Name"] for scan in scans} == {f"{table}_pkey"}
    return sum(round(scan["Actual Rows"] * scan["Actual Loops"]) for scan in scans)


def test_the_latest_is_one_step_into_the_index_for_each_asset(asset_ids: list[str]) -> None:
    """[S1]: also where it is not of the status that is looked for, which nobody then goes looking for in the past."""
    page = Page(limit=1000, offset=0, after=None)
    assert rows_read(STATUSES, asset_ids, page, window=None) == ASSETS
    assert rows_read(STATUSES, asset_ids, page, window=None, filters={"status": ["FAULT"]}) == ASSETS


def test_a_page_of_the_latest_looks_at_no_more_assets_than_it_needs(asset_ids: list[str]) -> None:
    assert rows_read(STATUSES, asset_ids, Page(limit=5, offset=0, after=None), window=None) == 5 + 1


def test_a_page_of_the_history_reads_a_page_of_each_asset_at_most(asset_ids: list[str]) -> None:
    """[C5]: ordered by instant, so each asset may have all of the page's rows."""
    most = ASSETS * (LIMIT + 1)
    assert rows_read(STATUSES, asset_ids, Page(limit=LIMIT, offset=0, after=None)) <= most
    deep = ((START + timedelta(days=2)).isoformat(), asset_ids[3], "e7")
    assert rows_read(STATUSES, asset_ids, Page(limit=LIMIT, offset=None, after=deep)) <= most


def test_a_page_of_dispatches_reads_what_it_shows_wherever_it_begins(asset_ids: list[str]) -> None:
    """[C5]"""
    start = (START + timedelta(days=2)).isoformat()
    for after in (None, (asset_ids[0], start, start, "e100"), (asset_ids[28], start, start, "e190")):
        page = Page(limit=LIMIT, offset=0 if after is None else None, after=after)
        assert rows_read(DISPATCHES, asset_ids, page) <= 2 * (LIMIT + 1)
