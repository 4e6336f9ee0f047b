"""Rows through a real web server [B3] [C3]."""

import json
from collections.abc import Iterator

import pytest

from config.api.bodies import LARGEST_BODY
from markets.models import Forecast
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.factories.periods import forecast
from tests.granian import Server, request, running_server

PATH = "/api/v1/forecasts"
ROWS = "Content-Type: application/x-ndjson"
PADDING = " " * 60_000  # blanks between the fields of a row mean nothing


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def key(transactional_db: None) -> str:
    """The header line of a client that may do everything."""
    return f"X-API-Key: {make_api_key().text}"


@pytest.fixture
def battery(transactional_db: None) -> str:
    return make_asset().pk


def rows_of(battery: str, count: int) -> bytes:
    lines = (json.dumps(forecast(battery, slot)).replace("{", "{" + PADDING, 1) for slot in range(count))
    return "\n".join(lines).encode()


def test_a_body_that_no_json_body_may_be_as_large_as_goes_in_and_out(server: Server, key: str, battery: str) -> None:
    body = rows_of(battery, 300)
    assert len(body) > LARGEST_BODY
    put = request("PUT", PATH, key, ROWS, f"Content-Length: {len(body)}", "Prefer: return=representation", body=body)
    answer = server.send(put, patience=60)
    assert (answer.status, json.loads(answer.body)) == (200, {"inserted": 300, "updated": 0, "unchanged": 0})
    window = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"
    listed = server.send(request("GET", f"{PATH}?asset_ids={battery}&{window}", key, "Accept: application/x-ndjson"))
    assert len(listed.body.splitlines()) == 300
    assert int(listed.headers["content-length"]) == len(listed.body)


def test_rows_of_unknown_length_are_411(server: Server, key: str, battery: str) -> None:
    chunked = b"2\r\n{}\r\n0\r\n\r\n"
    assert server.send(request("PUT", PATH, key, ROWS, "Transfer-Encoding: chunked", body=chunked)).status == 411


def test_too_many_bytes_are_413_before_any_is_read(server: Server, key: str) -> None:
    assert server.send(request("PUT", PATH, key, ROWS, "Content-Length: 268435457")).status == 413


def test_a_client_that_goes_away_has_stored_nothing(server: Server, key: str, battery: str) -> None:
    """[B1] What it sent was valid as far as it went."""
    body = rows_of(battery, 20)
    with pytest.raises(OSError):
        server.send(request("PUT", PATH, key, ROWS, f"Content-Length: {len(body) + 1}", body=body), patience=1)
    assert server.send(request("GET", "/health")).status == 200
    assert not Forecast.objects.exists()
