"""The desk behind nginx, with the locations that are shipped: what passes, passes unharmed [C2] [C5] [C13] [B3]."""

import gzip
import http.client
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.deploy.proxies import running_nginx
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.factories.limits import make_limits, slot_item
from tests.factories.rows import ndjson
from tests.granian import LOCALHOST, Server, request, running_server

MEBIBYTE = 1024 * 1024
FORECASTS = "/api/v1/forecasts"
YEAR, QUARTER = datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=15)
JSON, NDJSON = "application/json", "application/x-ndjson"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Client:
    """Somebody with a key who asks a port."""

    port: int
    key: str

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """The answer; headers are written with underscores."""
        wire = http.client.HTTPConnection(LOCALHOST, self.port, timeout=30)
        named = {"X-API-Key": self.key, **{name.replace("_", "-"): value for name, value in headers.items()}}
        wire.request(method, path, body=body, headers=named)
        answer = wire.getresponse()
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        wire.close()
        return found


@pytest.fixture(scope="module")
def ports(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    folder = tmp_path_factory.mktemp("deploy")
    with running_server(folder) as web, running_nginx(folder, web.port) as proxy:
        yield web.port, proxy.port


@pytest.fixture
def proxy(ports: tuple[int, int]) -> Server:
    return Server(ports[1])


@pytest.fixture
def key(transactional_db: None) -> str:
    return make_api_key().text


@pytest.fixture
def client(ports: tuple[int, int], key: str) -> Client:
    return Client(ports[1], key)


@pytest.fixture
def beside(ports: tuple[int, int], key: str) -> Client:
    """The same client, past the proxy."""
    return Client(ports[0], key)


def test_answers_are_those_of_the_desk(client: Client, beside: Client) -> None:
    path = f"/api/v1/assets/{make_asset().pk}"
    through, direct = client.send("GET", path), beside.send("GET", path)
    assert (through.status, through.body, through.headers["etag"]) == (200, direct.body, direct.headers["etag"])
    assert through.headers["content-type"] == JSON
    head = client.send("HEAD", path)
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", direct.headers["etag"])
    assert head.headers["content-length"] == str(len(direct.body))


def test_conditions_hold_through_the_proxy(client: Client) -> None:
    """[C13]: 304, and 412 for what was changed meanwhile."""
    path = f"/api/v1/assets/{make_asset().pk}"
    tag = client.send("GET", path).headers["etag"]
    assert client.send("GET", path, If_None_Match=tag).status == 304
    renamed = b'{"name": "other"}'
    assert client.send("PATCH", path, renamed, If_Match=tag, Content_Type=JSON).status == 204
    assert client.send("PATCH", path, renamed, If_Match=tag, Content_Type=JSON).status == 412


def test_a_compressed_answer_keeps_its_tag(client: Client, beside: Client) -> None:
    """[C13]: a proxy that compresses makes the tag weak, or takes it away."""
    asset = make_asset()
    make_limits(*(slot_item(asset.pk, hour=hour, power_charge="-5") for hour in range(24)))
    path = f"/api/v1/limits?asset_ids={asset.pk}&delivery_day=2026-05-01"
    through, direct = (one.send("GET", path, Accept_Encoding="gzip") for one in (client, beside))
    assert through.headers.get("content-encoding") == direct.headers.get("content-encoding")
    assert (through.headers["etag"], through.body) == (direct.headers["etag"], direct.body)
    plain = client.send("GET", path)
    assert gzip.decompress(through.body) == plain.body if "content-encoding" in through.headers else plain.body
    assert client.send("GET", path, If_None_Match=through.headers["etag"], Accept_Encoding="gzip").status == 304


def test_five_hundred_assets_are_asked_for_and_paged_through(client: Client) -> None:
    """[C6]: 16 kB of address, and a Link header as long, which leads on."""
    assets = [make_asset(code=f"{'B' * 20}{number}") for number in range(2)]
    make_limits(*(slot_item(asset.pk, power_charge="-5") for asset in assets))
    named = [asset.pk for asset in assets] + [f"DE_50HZ_{'X' * 20}{number}_1" for number in range(498)]
    asked = "&".join(f"asset_ids={one}" for one in named)
    path = f"/api/v1/limits?{asked}&delivery_day=2026-05-01&limit=1"
    assert len(path) > 16_000
    first = client.send("GET", path)
    assert first.status == 200, first.body[:500]
    address = urlsplit(first.headers["link"].partition("<")[2].partition(">")[0])
    assert address.port == client.port
    second = client.send("GET", f"{address.path}?{address.query}")
    seen = [json.loads(page.body)["limits"][0]["asset_id"] for page in (first, second)]
    assert seen == [asset.pk for asset in assets]


def rows(asset_id: str, count: int) -> bytes:
    """Forecasts of so many quarters of an hour, a line for each."""
    times = [f"{YEAR + number * QUARTER:%Y-%m-%dT%H:%M:%SZ}" for number in range(count + 1)]
    return ndjson(
        *(
            {"asset_id": asset_id, "start_time": start, "end_time": end, "generation": "1.5", "consumption": "0"}
            for start, end in itertools.pairwise(times)
        )
    )


def test_megabytes_of_rows_pass_both_ways(client: Client) -> None:
    """[B3]."""
    asset = make_asset()
    body = rows(asset.pk, 20_000)
    assert len(body) > 2 * MEBIBYTE
    assert client.send("PUT", FORECASTS, body, Content_Type=NDJSON).status == 204
    window = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
    answer = client.send("GET", f"{FORECASTS}?asset_ids={asset.pk}&{window}", Accept=NDJSON)
    assert answer.status == 200
    assert len(answer.body) > 2 * MEBIBYTE
    assert len(answer.body.splitlines()) == len(body.splitlines())


def test_a_chunked_body_gets_its_length_from_the_proxy_and_is_read(proxy: Server, key: str) -> None:
    """Past the proxy it is 411 [C3]: the desk cannot tell how much is to come."""
    asset = make_asset()
    lines = (f"X-API-Key: {key}", f"Content-Type: {JSON}", "Transfer-Encoding: chunked")
    chunked = b'11\r\n{"name": "other"}\r\n0\r\n\r\n'
    assert proxy.send(request("PATCH", f"/api/v1/assets/{asset.pk}", *lines, body=chunked)).status == 204
    asset.refresh_from_db()
    assert asset.name == "other"


def test_the_desk_refuses_json_of_more_than_16_mib_itself(client: Client) -> None:
    """[B1]: in its own words, whatever the proxy would let through."""
    answer = client.send("PUT", FORECASTS, b" " * (16 * MEBIBYTE + 1), Content_Type=JSON)
    assert answer.status == 413
    assert "16 MiB" in json.loads(answer.body)["detail"]


def test_metrics_are_not_for_outside(client: Client, beside: Client) -> None:
    assert client.send("GET", "/metrics").status == 404
    assert beside.send("GET", "/metrics").status == 200


def test_pages_and_their_files_pass(client: Client) -> None:
    assert client.send("GET", "/admin/login/").status == 200
    answer = client.send("GET", "/static/desk/desk.css")
    assert answer.status == 200
    assert "max-age" in answer.headers["cache-control"]
