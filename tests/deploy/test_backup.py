"""deploy/backup.sh and deploy/restore.sh: what was answered is answered again, byte for byte [P20]."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from assets.models import Asset
from partner.models import Snapshot
from tests.deploy.databases import database_url, empty_database, run_script
from tests.factories.dispatches import make_dispatch
from tests.factories.keys import make_api_key, make_partner_key
from tests.factories.limits import make_limits, slot_item
from tests.factories.plants import make_inverter, make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.factories.state_snapshots import make_snapshots, snapshot
from tests.granian import RawAnswer, Server, request, running_server

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
COUNT_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
VOLATILE = {"date", "x-request-id", "server"}


@pytest.fixture
def asked() -> list[bytes]:
    """Requests whose answers show a small fleet."""
    site = make_site()
    profile = make_profile(site, public_name="Sibaya")
    make_snapshot(profile, now=timezone.now())
    Snapshot.objects.update(stale_from=timezone.now() + timedelta(days=1))
    make_inverter(site)
    asset = Asset.objects.get()
    make_limits(*(slot_item(asset.pk, hour=hour, power_charge="-5") for hour in range(24)))
    make_dispatch(asset, "dispatch-1")
    make_snapshots(snapshot(asset.pk))
    key, partner = f"X-API-Key: {make_api_key().text}", f"x-api-key: {make_partner_key(site).text}"
    named = f"asset_ids={asset.pk}"
    ours = [
        "assets",
        f"assets/{asset.pk}",
        f"assets/{asset.pk}/status",
        f"assets/{asset.pk}/history",
        f"status?{named}&latest=true",
        f"dispatches?{named}&{WINDOW}",
        f"state-snapshots?{named}&{WINDOW}",
        f"limits?{named}&{WINDOW}",
        f"limits?{named}&{WINDOW}&limit=5",
        "sites",
        f"sites/{site.pk}",
        f"sites/{site.pk}/inverters",
    ]
    theirs = ["kpi-rollup?site_id=Sibaya", "snapshot?site_id=Sibaya&kind=kpi-rollup", "kpi-rollup?site_id=elsewhere"]
    return [request("GET", f"/api/v1/{path}", key) for path in ours] + [
        request("GET", f"/partner/{path}", partner) for path in theirs
    ]


@pytest.fixture
def restored() -> Iterator[str]:
    with empty_database(f"{connection.settings_dict['NAME']}_restored") as name:
        yield name


def essence(answer: RawAnswer) -> tuple[int, dict[str, str], bytes]:
    """All of an answer that is not of the moment."""
    return answer.status, {name: text for name, text in answer.headers.items() if name not in VOLATILE}, answer.body


def ask(server: Server, requests: list[bytes]) -> list[tuple[int, dict[str, str], bytes]]:
    return [essence(server.send(one)) for one in requests]


def test_a_restored_database_gives_the_same_answers(asked: list[bytes], restored: str, tmp_path: Path) -> None:
    """Bodies, statuses, tags; and neither file nor database is ever overwritten by halves."""
    ours, dump = str(connection.settings_dict["NAME"]), tmp_path / "leitstand.dump"
    done = run_script("backup.sh", dump, database=ours)
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (0, ["leitstand.dump"]), done.stderr
    half = tmp_path / "half.dump"
    half.write_bytes(dump.read_bytes()[: dump.stat().st_size * 9 // 10])
    assert run_script("restore.sh", half, database=restored).returncode != 0
    assert tables_of(restored) == 0
    done = run_script("restore.sh", dump, database=restored)
    assert done.returncode == 0, done.stderr
    with (
        running_server(tmp_path / "before") as before,
        running_server(tmp_path / "after", database_name=restored) as after,
    ):
        seen = ask(before, asked)
        assert ask(after, asked) == seen
    assert [status for status, _, _ in seen] == [200] * 14 + [403]
    assert all("etag" in headers for status, headers, _ in seen if status == 200)
    refused = run_script("restore.sh", dump, database=restored)
    assert refused.returncode == 1
    assert "restore into an empty one" in refused.stderr


def test_a_backup_that_fails_leaves_the_last_one(tmp_path: Path) -> None:
    dump = tmp_path / "leitstand.dump"
    dump.write_bytes(b"yesterday's")
    done = run_script("backup.sh", dump, database="there_is_none")
    assert done.returncode != 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"leitstand.dump": b"yesterday's"}


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh"])
def test_a_script_says_what_it_wants(script: str) -> None:
    done = run_script(script, database=str(connection.settings_dict["NAME"]))
    assert done.returncode == 1
    assert f"which file? {script} FILE" in done.stderr


def tables_of(name: str) -> int:
    """How many tables a database has."""
    with psycopg.connect(database_url(name)) as other:
        row = other.execute(COUNT_TABLES).fetchone()
    assert row
    return int(row[0])
