"""P20: a restore works: every row of every table, and every answer, are what they were."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from partner.models import Snapshot
from tests.contract.conftest import caller
from tests.contract.operations import CLOSED
from tests.deploy.databases import database_url, empty_database, run_script
from tests.deploy.test_backup import essence
from tests.factories.keys import bearer, make_api_key, make_partner_key
from tests.granian import RawAnswer, Server, request, running_server
from tests.trust.conftest import Promise, promises
from tests.trust.fleets import add_kind, address_about, fill, make_fleet

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
DIGEST = "SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\"), '')) FROM {} AS t"
MAY = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"


@pytest.fixture
def asked() -> list[bytes]:
    """A request for each address about a fleet that has rows of every kind."""
    fleet = make_fleet("KEPT")
    fill(fleet, caller(bearer()))
    ids = {**fleet.ids, "kind": add_kind(fleet)}
    Snapshot.objects.update(stale_from=timezone.now() + timedelta(days=1))
    key, partner = f"X-API-Key: {make_api_key().text}", f"x-api-key: {make_partner_key(fleet.site).text}"
    reads = [one for one in CLOSED if one.method == "GET"]
    paths = [(one, address_about(one, ids, public_name=fleet.public_name)) for one in reads]
    return [
        request("GET", path.replace("latest=true", MAY), partner if one.is_partners else key) for one, path in paths
    ]


@pytest.fixture
def restored() -> Iterator[str]:
    with empty_database(f"{connection.settings_dict['NAME']}_kept") as name:
        yield name


def digests(name: str) -> dict[str, tuple[int, str]]:
    """Of each table of a database: how many rows, and one number for all that they hold."""
    found = {}
    with psycopg.connect(database_url(name)) as database:
        for (table,) in database.execute(TABLES).fetchall():
            row = database.execute(sql.SQL(DIGEST).format(sql.Identifier(table))).fetchone()
            assert row
            found[table] = (int(row[0]), str(row[1]))
    return found


def answers(server: Server, asked: list[bytes]) -> list[tuple[int, dict[str, str], bytes]]:
    said: list[RawAnswer] = [server.send(one) for one in asked]
    return [essence(one) for one in said]


@promises("P20")
@pytest.mark.django_db(transaction=True)
def test_a_restored_database_is_the_same(asked: list[bytes], restored: str, tmp_path: Path, promise: Promise) -> None:
    ours, dump = str(connection.settings_dict["NAME"]), tmp_path / "leitstand.dump"
    assert run_script("backup.sh", dump, database=ours).returncode == 0
    done = run_script("restore.sh", dump, database=restored)
    assert done.returncode == 0, done.stderr
    before, after = digests(ours), digests(restored)
    differing = [name for name in before | after if before.get(name) != after.get(name)]
    with (
        running_server(tmp_path / "before") as one,
        running_server(tmp_path / "after", database_name=restored) as other,
    ):
        said, again = answers(one, asked), answers(other, asked)
    same = sum(first == second for first, second in zip(said, again, strict=True))
    rows = sum(count for count, _ in before.values())
    promise(
        "P20",
        "rows after a restore",
        figure=f"{len(differing)} of {len(before)} tables differ, {rows:,} rows",
        target="0",
    )
    promise("P20", "answers after a restore", figure=f"{same} of {len(asked)} the same bytes and tags", target="all")
    assert differing == []
    assert [status for status, _, _ in said] == [200] * len(asked)
    assert said == again
