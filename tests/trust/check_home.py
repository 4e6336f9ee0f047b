"""The back office's home over a large fleet: 5,000 assets and ten million rows of periods."""

from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser
from tests.trust.conftest import Promise, promises

pytestmark = pytest.mark.django_db(transaction=True)

FLEET = Path(__file__).parent / "sql" / "large_fleet.sql"
PERIODS = ("markets_limit", "markets_forecast", "assets_statusentry", "assets_statesnapshot")
ASSETS, ROWS = 5_000, 10_000_000
TIMES = 21
TARGET_MS = 500


@promises("6.3")
def test_home_of_a_large_fleet_is_there_within_half_a_second(promise: Promise) -> None:
    """The median of 21 requests, with as many queries as over one asset."""
    desk = desk_of(make_superuser())
    make_asset()
    with CaptureQueriesContext(connection) as over_one:
        desk.get("/admin/")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM assets_asset")
        with transaction.atomic():
            cursor.execute(FLEET.read_text())
        cursor.execute(f"VACUUM ANALYZE assets_asset, assets_spec, {', '.join(PERIODS)}")
        cursor.execute(" UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in PERIODS))
        assert sum(row[0] for row in cursor.fetchall()) >= ROWS
    with CaptureQueriesContext(connection) as over_all:
        page = desk.get("/admin/")
    assert sum(figure.number for figure in page.context["lifecycles"]) == ASSETS
    # both are counted here: the requests that follow empty what was captured
    queries, of_one, slow = len(over_all), len(over_one), _slowest(over_all)
    assert queries == of_one > 0

    taken = []
    for _ in range(TIMES):
        began = perf_counter()
        assert desk.get("/admin/").status_code == 200
        taken.append((perf_counter() - began) * 1000)
    figure = f"{median(taken):.0f} ms at the median of {TIMES}, {queries} queries, over one asset {of_one}"
    promise(
        "6.3", "home over 5,000 assets and ten million rows", figure=figure, target=f"{TARGET_MS} ms, as many queries"
    )
    assert median(taken) <= TARGET_MS, slow


def _slowest(captured: CaptureQueriesContext) -> list[tuple[str, str]]:
    return sorted(((query["time"], query["sql"][:200]) for query in captured), reverse=True)[:3]
