"""Lists of periods are read from a streaming replica, and never without what was written (docs/adr/0023).

Two web servers, a primary and its replica. What is written is written over HTTP to one, and read from the other.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoDbBlocker

from config.embedded import database_url
from tests.deploy.poolers import through
from tests.deploy.replicas import Replicated, replicated
from tests.factories.assets import make_asset
from tests.factories.keys import bearer
from tests.factories.limits import DAY, limit_item
from tests.factories.periods import reservation
from tests.granian import RawAnswer, Server, request, running_server

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
PROBE, LIST = "SELECT owner_id, number FROM assets_revision", "FROM markets_reservation AS period"


@pytest.fixture(scope="module")
def servers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Replicated]:
    with (
        django_db_blocker.unblock(),
        replicated() as both,
        through(database_url(both.primary)),
    ):
        yield both


@pytest.fixture(scope="module")
def webs(servers: Replicated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two web servers that know both."""
    primary, replica = database_url(servers.primary), database_url(servers.replica)
    with (
        running_server(tmp_path_factory.mktemp("first"), address=primary, DATABASE_REPLICA_URL=replica) as first,
        running_server(tmp_path_factory.mktemp("second"), address=primary, DATABASE_REPLICA_URL=replica) as second,
    ):
        yield first, second


@pytest.fixture
def both(servers: Replicated) -> Iterator[Replicated]:
    """The servers, and afterwards as they were: the replica follows, and is read."""
    yield servers
    servers.signal(signal.SIGCONT)
    servers.resume()
    servers.catch_up()


class Client:
    """Somebody with a key of their own."""

    def __init__(self) -> None:
        self.headers = bearer()

    def put(self, web: Server, asset_id: str, power: float) -> None:
        content = json.dumps({"reservations": [reservation(asset_id, power=power)]}).encode()
        lines = [*self.lines(), "Content-Type: application/json", f"Content-Length: {len(content)}"]
        answer = web.send(request("PUT", "/api/v1/reservations", *lines, body=content), patience=60)
        assert answer.status == 204, answer.body

    def ask(self, web: Server, *asset_ids: str, path: str = "/api/v1/reservations", **headers: str) -> RawAnswer:
        named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        query = f"asset_ids={','.join(asset_ids)}&{WINDOW}"
        return web.send(request("GET", f"{path}?{query}", *self.lines(), *named), patience=60)

    def power(self, web: Server, asset_id: str) -> float:
        (only,) = json.loads(self.ask(web, asset_id).body)["reservations"]
        return float(only["power"])

    def lines(self) -> list[str]:
        return [f"{name}: {value}" for name, value in self.headers.items()]


def until(is_so: Callable[[], bool], *, patience: float = 20) -> bool:
    deadline = time.monotonic() + patience
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    return is_so()


def test_a_list_is_read_from_the_replica(both: Replicated, webs: tuple[Server, Server]) -> None:
    """The same bytes and the same tag; JSON and rows alike, and a 304 without it."""
    first, second = webs
    client, asset_id = Client(), make_asset().pk
    client.put(first, asset_id, 2.5)
    at_once = client.ask(first, asset_id)
    both.catch_up()
    later = client.ask(second, asset_id)
    assert LIST in both.last_query()
    assert (later.status, later.body, later.headers["etag"]) == (200, at_once.body, at_once.headers["etag"])
    for media in ("application/x-ndjson", "text/csv"):
        assert b"2.5" in client.ask(second, asset_id, Accept=media).body
        assert both.last_query() == "COMMIT"  # of the transaction that rows are copied out in
    assert client.ask(first, asset_id, If_None_Match=later.headers["etag"]).status == 304
    assert both.last_query() == "COMMIT"  # of the transaction that rows are copied out in


def test_limits_are_too(both: Replicated, webs: tuple[Server, Server]) -> None:
    client, asset_id = Client(), make_asset().pk
    content = json.dumps({"limits": [limit_item(asset_id)]}).encode()
    lines = [*client.lines(), "Content-Type: application/json", f"Content-Length: {len(content)}"]
    assert webs[0].send(request("PATCH", "/api/v1/limits", *lines, body=content)).status == 204
    both.catch_up()
    listed = client.ask(webs[1], asset_id, path="/api/v1/limits")
    assert [one["computed"]["power_charge"] for one in json.loads(listed.body)["limits"]] == ["-5", "-5"]
    assert "markets_limit" in both.last_query()
    assert DAY in listed.body.decode()


def test_what_was_written_is_read_while_the_replica_is_behind(both: Replicated, webs: tuple[Server, Server]) -> None:
    """By whoever wrote it and by everybody else; what did not change is still the replica's to answer."""
    first, second = webs
    writer, other, asset_id, untouched = Client(), Client(), make_asset().pk, make_asset().pk
    writer.put(first, asset_id, 1)
    writer.put(first, untouched, 1)
    both.catch_up()
    before = other.ask(second, asset_id)
    both.pause()
    writer.put(first, asset_id, 2)
    for web in webs:
        assert (writer.power(web, asset_id), other.power(web, asset_id)) == (2, 2)
    assert PROBE in both.last_query()
    assert both.on_replica(f"SELECT power FROM markets_reservation WHERE asset_id = '{asset_id}'") == "1.000000"
    during = other.ask(second, asset_id)
    assert during.headers["etag"] != before.headers["etag"]
    assert other.ask(second, asset_id, If_None_Match=before.headers["etag"]).status == 200
    assert other.power(second, untouched) == 1
    assert LIST in both.last_query()
    both.resume()
    both.catch_up()
    after = other.ask(second, asset_id)
    assert LIST in both.last_query()
    assert (after.body, after.headers["etag"]) == (during.body, during.headers["etag"])


def test_who_writes_over_and_over_never_reads_what_was_before(both: Replicated, webs: tuple[Server, Server]) -> None:
    """Without a pause: as fast as both servers and the stream are."""
    first, second = webs
    client, asset_id = Client(), make_asset().pk
    seen = set()
    for number in range(1, 101):
        client.put(first, asset_id, number)
        listed = client.ask(second, asset_id)
        assert float(json.loads(listed.body)["reservations"][0]["power"]) == number
        seen.add(listed.headers["etag"])
    assert len(seen) == 100


def test_a_replica_that_is_gone_is_not_missed(both: Replicated, webs: tuple[Server, Server]) -> None:
    client, asset_id = Client(), make_asset().pk
    client.put(webs[0], asset_id, 3)
    both.catch_up()
    assert client.power(webs[0], asset_id) == 3
    both.stop()
    try:
        for web in webs:
            assert client.power(web, asset_id) == 3
        client.put(webs[0], asset_id, 4)
        assert client.power(webs[1], asset_id) == 4
    finally:
        both.start()
    both.catch_up()
    assert until(lambda: client.power(webs[0], asset_id) == 4 and LIST in both.last_query())


def test_a_replica_that_is_frozen_holds_up_few(both: Replicated, webs: tuple[Server, Server]) -> None:
    """Whoever meets it first waits a second for it, or two; others do not."""
    client, asset_id, web = Client(), make_asset().pk, webs[0]
    client.put(web, asset_id, 5)
    both.catch_up()
    assert client.power(web, asset_id) == 5
    both.signal(signal.SIGSTOP)
    took = []
    for _ in range(20):
        began = time.monotonic()
        assert client.power(web, asset_id) == 5
        took.append(time.monotonic() - began)
    assert max(took) < 5
    assert sorted(took)[-3] < 1
    both.signal(signal.SIGCONT)
    assert until(lambda: client.power(web, asset_id) == 5 and LIST in both.last_query())
