"""P6: sixteen writers overwrite the same rows in shuffled batches, over HTTP: none deadlocks, no row is of two of them.

Every endpoint that overwrites has its turn (tests/trust/upserts.py): with JSON and, where it takes them, with rows.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.contract.operations import WITH_BODY
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.factories.sites import add_inverter, add_site
from tests.granian import running_server
from tests.trust.conftest import Promise, promises
from tests.trust.upserts import ROWS, UPSERTS, Owners, Upsert
from tests.trust.wires import Wire, at_once

WRITERS, ROUNDS, KEYS, OF_THEM = 16, 12, 40, 30
# What overwrites nothing that another writer may hold: it makes something new, or has one value.
NO_UPSERTS = {
    "PATCH /api/v1/assets/{asset_id}",
    "POST /api/v1/assets",
    "POST /api/v1/sites",
    "POST /api/v1/sites/{site_id}/inverters",
    "PUT /api/v1/snapshots/{kind}/{site_id}",
}
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
def owners() -> Owners:
    assets = tuple(make_asset(code=f"RACE{number}").pk for number in range(4))
    site = add_site()
    return Owners(assets, site.pk, add_inverter(site, *assets).pk)


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return int(cursor.fetchone()[0])


def batches(upsert: Upsert, owners: Owners, number: int) -> Iterator[tuple[Any, str]]:
    """What one writer sends, and as what."""
    chance = random.Random(number)
    for turn in range(ROUNDS):
        keys = chance.sample(range(KEYS), OF_THEM if upsert.items else 3)
        items = [upsert.make(owners, key, number) for key in keys]
        if upsert.takes_rows and turn % 2:
            yield b"".join(json.dumps(item).encode() + b"\n" for item in items), ROWS
        elif upsert.items:
            yield {upsert.items: items}, "application/json"
        else:
            yield from ((item, "application/json") for item in items)


def stored(wire: Wire, upsert: Upsert, owners: Owners) -> list[dict[str, Any]]:
    """The rows that are there in the end."""
    reply = wire.send("GET", upsert.address(owners, reading=True))
    assert reply.status == 200, reply.content
    if "limit" not in reply.body:
        return [reply.body | {f"dispatch_mode_{name}": value for name, value in _mode_of(reply.body).items()}]
    (items,) = (value for value in reply.body.values() if isinstance(value, list))
    return [source | item for item in items for source in item.get("sources", [{}])]


def _mode_of(site: dict[str, Any]) -> dict[str, Any]:
    mode: dict[str, Any] = site.get("dispatch_mode") or {}
    return mode


def test_the_list_of_upserts_is_whole() -> None:
    names = {"{asset_id}": "{asset}", "{site_id}": "{site}", "{inverter_id}": "{inverter}"}
    found = {str(one) for one in WITH_BODY} - NO_UPSERTS
    for documented, ours in names.items():
        found = {one.replace(documented, ours) for one in found}
    assert {f"{one.method} /api/v1{one.path}" for one in UPSERTS} == found


@promises("P6")
@pytest.mark.django_db(transaction=True)
def test_upserts_neither_deadlock_nor_mix_rows(owners: Owners, tmp_path: Path, promise: Promise) -> None:
    key, before = make_api_key().text, deadlocks()
    statuses: Counter[int] = Counter()
    rows = mixed = 0
    with running_server(tmp_path, workers=2, threads=8) as server:
        for upsert in UPSERTS:
            wires = [Wire(server.port, key) for _ in range(WRITERS)]

            def write(wire: Wire, number: int, upsert: Upsert = upsert) -> Counter[int]:
                address = upsert.address(owners)
                sent = batches(upsert, owners, number + 1)
                return Counter(wire.send(upsert.method, address, body, media=media).status for body, media in sent)

            for counted in at_once(wires, write):
                statuses.update(counted)
            found = [upsert.numbers_of(item) for item in stored(wires[0], upsert, owners)]
            assert found, upsert
            rows += len(found)
            mixed += sum(len(numbers) != 1 or not numbers <= set(range(1, WRITERS + 1)) for numbers in found)
            for wire in wires:
                wire.close()
    locked = deadlocks() - before
    server_errors = sum(count for status, count in statuses.items() if status >= 500)
    figure = (
        f"{locked} deadlocks, {server_errors} 5xx of {statuses.total():,} batches to {len(UPSERTS)} endpoints, "
        f"{mixed} mixed of {rows:,} rows"
    )
    promise("P6", f"{WRITERS} writers, overlapping keys, shuffled", figure=figure, target="0, 0 and 0")
    assert (locked, server_errors, mixed) == (0, 0, 0)
    assert set(statuses) <= {200, 201, 204}, statuses
