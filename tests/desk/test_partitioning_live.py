"""A table is partitioned while a web server writes to it and reads it: everybody waits a moment, and nobody fails."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.core.management import call_command

from config.database.partitions import FORMS, months_of
from markets.models import Forecast, Limit
from markets.periods import FORECASTS
from tests.deploy.databases import current_url, database_url, empty_database, run_script
from tests.deploy.poolers import through
from tests.factories.assets import make_asset
from tests.factories.keys import bearer
from tests.factories.limits import limit_item
from tests.factories.periods import forecast
from tests.granian import Server, request, running_server

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[str]:
    """A database like the tests' own, which may be changed for good; Django's connection leads there."""
    dump = tmp_path / "copy.dump"
    source = current_url().rpartition("/")[2]
    with empty_database("leitstand_partitioned") as name:
        for script, database in (("backup.sh", source), ("restore.sh", name)):
            done = run_script(script, dump, database=database)
            assert done.returncode == 0, done.stderr
        before = dict(FORMS)
        with through(database_url(name)):
            yield name
        FORMS.clear()
        FORMS.update(before)


def put(web: Server, headers: dict[str, str], method: str, path: str, body: object) -> int:
    content = json.dumps(body).encode()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return web.send(request(method, path, *lines, body=content), patience=60).status


def test_nobody_fails_while_tables_are_partitioned(copy: str, tmp_path: Path) -> None:
    assets, headers, done = [make_asset().pk for _ in range(WRITERS)], bearer(), Event()

    with running_server(tmp_path, database_name=copy) as web:

        def write(asset_id: str) -> tuple[int, set[int]]:
            number, answers = 0, set[int]()
            while number == 0 or not done.is_set():
                forecasts = [forecast(asset_id, slot, generation=str(number + 1)) for slot in range(200)]
                answers.add(put(web, headers, "PUT", "/api/v1/forecasts", {"forecasts": forecasts}))
                limits = [limit_item(asset_id, power_charge=str(-number))]
                answers.add(put(web, headers, "PATCH", "/api/v1/limits", {"limits": limits}))
                number += 1
            return number, answers

        with ThreadPoolExecutor(WRITERS) as pool:
            written = [pool.submit(write, asset_id) for asset_id in assets]
            try:
                call_command("partition_periods", "forecasts", verbosity=0)
                call_command("partition_periods", "limits", verbosity=0)
            finally:
                done.set()
            outcomes = [one.result(timeout=60) for one in written]
        after = [write(asset_id) for asset_id in assets]
    assert {status for _, answers in (*outcomes, *after) for status in answers} <= {204}
    assert len(months_of(FORECASTS.table)) == 4
    assert (Forecast.objects.count(), Limit.objects.count()) == (200 * WRITERS, 2 * WRITERS)
