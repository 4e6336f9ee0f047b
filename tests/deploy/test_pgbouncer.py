"""Web server, workers and ingestion behind PgBouncer in transaction mode: no statement of ours needs a session.

The pool has two connections for everybody, so that whatever is left on one of them meets somebody else.
"""

import configparser
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from assets.models import Revision, StateSnapshot, StatusEntry
from config.database.direct import direct_address
from config.desk.imports.progress import telling
from config.desk.tasks import work_on_import
from markets.models import Forecast, Reservation
from partner.models import PartnerProfile, Snapshot
from partner.tasks import refresh_snapshot
from partner.vocabulary import KPI_ROLLUP
from sites.models import Inverter, Site
from tests.contract.operations import EVERY, Operation
from tests.deploy.poolers import SHIPPED, running_pgbouncer, through
from tests.desk.imports.files import apply, upload
from tests.desk.imports.test_worker import ROWS, large_file
from tests.desk.ingest.streams import all_settled, dead, send, status, working
from tests.factories.assets import make_asset
from tests.factories.custom_kinds import make_document, make_kind
from tests.factories.keys import bearer, make_partner_key
from tests.factories.periods import SIX, at, forecast, reservation
from tests.factories.plants import make_inverter, make_profile, make_site, put_reading, put_weather
from tests.factories.rollups import NOON
from tests.granian import RawAnswer, Server, request, running_server
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
SLOTS = 3_000
WINDOW = f"from={at(SIX)}&to=2027-01-01T00:00:00Z"


@pytest.fixture
def pooler() -> Iterator[str]:
    """The address of the test database, by PgBouncer."""
    with running_pgbouncer(connections=2) as address:
        yield address


@pytest.fixture
def desk(pooler: str, tmp_path: Path) -> Iterator[Server]:
    """A web server of four threads that knows PgBouncer alone."""
    with running_server(tmp_path, address=pooler) as server:
        yield server


@pytest.fixture
def profile() -> PartnerProfile:
    """A plant that has measured something."""
    found = make_profile(make_site())
    put_weather(found.site, NOON, 400)
    put_reading(make_inverter(found.site), NOON, 28)
    return found


def ask(
    desk: Server, method: str, path: str, headers: dict[str, str], *, content: bytes = b"", media: str = JSON
) -> RawAnswer:
    """The answer to a request over the wire."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if content or method != "GET":
        lines += [f"Content-Type: {media}", f"Content-Length: {len(content)}"]
    return desk.send(request(method, path, *lines, body=content), patience=60)


def test_every_documented_operation_is_answered(desk: Server) -> None:
    """Reads, and every kind of write; four at once on two connections."""
    asset = make_asset()
    for _ in range(2):
        make_asset(code="IMMST", delivery_area="AMPN")
    site = make_site()
    kind, inverter = make_kind(), make_inverter(site)
    make_document(kind, site)
    ids = {"asset_id": asset.pk, "site_id": site.pk, "inverter_id": inverter.pk, "kind": kind.name}
    key, partner_key = bearer(), {"x-api-key": make_partner_key(site).text}

    def send_one(operation: Operation) -> tuple[str, RawAnswer]:
        content = b"" if operation.example is None else json.dumps(operation.example).encode()
        headers = partner_key if operation.is_partners else key
        address = operation.address(ids)
        return str(operation), ask(desk, operation.method, address, headers, content=content)

    changing = {"DELETE": 1, "POST": 0, "PUT": 0, "PATCH": 0, "GET": 0}
    kept = [one for one in EVERY if not changing[one.method]]
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(send_one, kept), *pool.map(send_one, kept)]
    answers += [send_one(one) for one in EVERY if changing[one.method]]
    assert [(name, one.status, one.body) for name, one in answers if one.status not in {200, 201, 204, 404, 409}] == []
    assert sum(one.status < 300 for _, one in answers) > len(EVERY)


@pytest.mark.parametrize("media", [NDJSON, CSV])
def test_rows_are_staged_and_come_back(desk: Server, media: str) -> None:
    """Temporary tables and COPY in both directions, by four clients at once: none sees another's."""
    assets = [make_asset() for _ in range(4)]
    headers = bearer()

    def send_and_read(asset_id: str) -> list[int]:
        items = [forecast(asset_id, slot) for slot in range(SLOTS)]
        if media == NDJSON:
            content = "".join(json.dumps(one) + "\n" for one in items)
        else:
            content = "\r\n".join([",".join(items[0]), *(",".join(map(str, one.values())) for one in items), ""])
        stored = ask(desk, "PUT", "/api/v1/forecasts", headers, content=content.encode(), media=media)
        path = f"/api/v1/forecasts?asset_ids={asset_id}&{WINDOW}"
        listed = ask(desk, "GET", path, headers | {"Accept": media})
        return [stored.status, listed.status, listed.body.count(b"\n"), listed.body.count(asset_id.encode())]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(send_and_read, [asset.pk for asset in assets]))
    assert found == [[204, 200, SLOTS + (media == CSV), SLOTS]] * 4
    assert Forecast.objects.count() == 4 * SLOTS
    assert Revision.objects.filter(kind="forecasts").count() == 4


def test_rows_that_are_wrong_leave_nothing_on_the_connection(desk: Server) -> None:
    """A batch that fails half way: the next one on the same connection finds no staged rows of it."""
    asset_id, headers = make_asset().pk, bearer()
    right = "".join(json.dumps(forecast(asset_id, slot)) + "\n" for slot in range(SLOTS))
    for content, expected in ((right + "{}\n", 422), (right + right, 422), (right, 204)) * 2:
        answer = ask(desk, "PUT", "/api/v1/forecasts", headers, content=content.encode(), media=NDJSON)
        assert answer.status == expected, answer.body[:300]
    assert Forecast.objects.count() == SLOTS


def test_a_repeated_post_is_done_once(desk: Server) -> None:
    """[C12]: the lock of an Idempotency-Key ends with its transaction."""
    asset_id, key = make_asset().pk, bearer()
    item = {"asset_id": asset_id, "effective_at": at(SIX), "energy": {"value": 1, "unit": "MWh"}}
    content = json.dumps({"state_snapshots": [item]}).encode()

    def post(_number: int) -> RawAnswer:
        return ask(desk, "POST", "/api/v1/state-snapshots", key | {"Idempotency-Key": "one"}, content=content)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(24)))
    assert {one.status for one in answers} <= {201, 409}
    assert sum(one.status == 201 and "idempotent-replayed" not in one.headers for one in answers) == 1
    assert post(0).headers["idempotent-replayed"] == "true"
    assert StateSnapshot.objects.count() == 1


def test_concurrent_batches_neither_fail_nor_mix(desk: Server) -> None:
    """Overlapping keys in shuffled order; what waits for one of the two connections is answered too."""
    asset_ids, key = [make_asset().pk for _ in range(5)], bearer()

    def put(number: int) -> int:
        items = [reservation(one, slot, power=str(-number)) for slot in range(50) for one in asset_ids]
        items = items[number * 7 :] + items[: number * 7]
        content = json.dumps({"reservations": items}).encode()
        return ask(desk, "PUT", "/api/v1/reservations", key, content=content).status

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(put, range(16))) == [204] * 16
    assert Reservation.objects.count() == 250
    assert Reservation.objects.values("power").distinct().count() == 1


def test_two_workers_compute_a_snapshot_once(pooler: str, profile: PartnerProfile) -> None:
    """The lock of a site's snapshot ends with its transaction, whoever gets the connection then."""
    with through(pooler):
        outcomes = at_once(*[lambda: refresh_snapshot(profile.site_id, KPI_ROLLUP)] * 6)
        assert outcomes.count("published") == 1
        assert refresh_snapshot(profile.site_id, KPI_ROLLUP) == "unchanged"
        assert Snapshot.objects.count() == 1


def test_ingestion_stores_events_once(pooler: str) -> None:
    asset_id = make_asset().pk
    events = [status(f"s{number}", asset_id) for number in range(500)]
    with through(pooler), working(), working():
        send("statuses", *events, *events[::5])
        assert all_settled()
    assert StatusEntry.objects.exclude(event_id="created").count() == 500
    assert dead("statuses") == []


def test_a_long_import_is_checked_and_applied(pooler: str) -> None:
    """It tells how far it has come by a connection of its own, over and over."""
    with through(pooler):
        found = upload("forecasts", large_file(make_asset()))
        work_on_import(found.pk)
        found.refresh_from_db()
        assert found.rows == ROWS
        apply(found)
        work_on_import(found.pk)
        with telling(found.pk) as teller:
            for done in range(20):
                teller._told = 0
                teller.tick(done, ROWS)
        assert Forecast.objects.count() == ROWS


def test_connections_of_our_own_prepare_nothing(pooler: str) -> None:
    """What one of PostgreSQL's connections has prepared, the next one of the pool does not know."""
    with through(pooler), psycopg.connect(**direct_address(name="test"), autocommit=True) as one:
        for number in range(20):
            connection.close()
            assert one.execute("SELECT %s::int", [number]).fetchone() == (number,)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_prepared_statements")
                assert cursor.fetchone() == (0,)


def test_records_are_read_piece_by_piece_without_a_cursor_of_the_server(pooler: str) -> None:
    """Exports of records go through `iterator()`, while others use the connection."""
    for number in range(300):
        make_site(name=str(number))
    with through(pooler):
        read = Site.objects.order_by("id").iterator(chunk_size=10)
        first = next(read)
        at_once(*[Inverter.objects.count] * 4)
        assert first is not None
        assert len([first, *read]) == 300


def test_a_session_parameter_at_the_start_is_no_hindrance(pooler: str) -> None:
    """Time-outs that a client's libpq asks for are dropped by PgBouncer, as its page says, rather than refused."""
    with psycopg.connect(f"{pooler}?options=-c%20statement_timeout%3D1000") as one:
        assert one.execute("SELECT 1").fetchone() == (1,)


def test_the_shipped_configuration_is_one_of_transactions() -> None:
    shipped = configparser.ConfigParser(interpolation=None)
    shipped.read(SHIPPED)
    said = shipped["pgbouncer"]
    assert (said["pool_mode"], said["auth_type"], said["listen_addr"]) == ("transaction", "scram-sha-256", "127.0.0.1")
    assert int(said["query_wait_timeout"]) <= 15
