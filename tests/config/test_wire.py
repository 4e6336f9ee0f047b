"""What only a real web server and raw bytes can show [B1] [C3]."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connection

from tests.factories.assets import asset_body, make_asset
from tests.factories.keys import make_api_key
from tests.granian import LOCALHOST, RawAnswer, Server, read_answer, request, running_server

JSON = "Content-Type: application/json"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def key(transactional_db: None) -> str:
    """The header line of a client that may do everything."""
    return f"X-API-Key: {make_api_key().text}"


@pytest.fixture
def asset_path(transactional_db: None) -> str:
    return f"/api/v1/assets/{make_asset().pk}"


def refusal(answer: RawAnswer, status: int) -> str:
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    return str(json.loads(answer.body)["detail"])


# --- Bodies whose length is not known ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("POST", "/actions/commission"), ("DELETE", "")])
def test_a_chunked_body_is_411_and_changes_nothing(
    server: Server, key: str, asset_path: str, method: str, path: str
) -> None:
    """[C3]: it reached Django as an empty one, and an answer said success."""
    chunked = b'10\r\n{"name": "other"}\r\n0\r\n\r\n'
    answer = server.send(request(method, asset_path + path, key, JSON, "Transfer-Encoding: chunked", body=chunked))
    assert "Content-Length" in refusal(answer, 411)
    kept = json.loads(server.send(request("GET", asset_path, key)).body)
    assert (kept["name"], kept["lifecycle"]) == ("Wunsiedel battery", "DRAFT")


def test_a_chunked_body_that_also_has_a_length_is_not_believed(server: Server, key: str, asset_path: str) -> None:
    both = ("Transfer-Encoding: chunked", "Content-Length: 17")
    answer = server.send(request("PATCH", asset_path, key, JSON, *both, body=b'11\r\n{"name": "other"}\r\n0\r\n\r\n'))
    assert answer.status in (400, 411)


def test_a_media_type_comes_before_a_missing_length(server: Server, key: str, asset_path: str) -> None:
    """[C3]: 415, then 411."""
    lines = (key, "Content-Type: text/plain", "Transfer-Encoding: chunked")
    assert refusal(server.send(request("PATCH", asset_path, *lines, body=b"1\r\nx\r\n0\r\n\r\n")), 415)


def test_an_action_needs_neither_a_body_nor_its_length(server: Server, key: str, asset_path: str) -> None:
    assert server.send(request("POST", f"{asset_path}/actions/commission", key)).status == 204


# --- Bodies that are too large ----------------------------------------------------------------------------------------
def test_a_body_of_more_than_16_mib_is_413_before_it_is_sent(server: Server, key: str, asset_path: str) -> None:
    """[B1]: said by its length; nobody waits for the bytes."""
    head = request("PATCH", asset_path, key, JSON, f"Content-Length: {16 * MEBIBYTE + 1}", "Expect: 100-continue")
    assert "16 MiB" in refusal(server.send(head), 413)


def test_a_body_of_16_mib_is_read(server: Server, key: str, asset_path: str) -> None:
    body = b'{"name": "' + b"x" * (16 * MEBIBYTE - 12) + b'"}'
    assert len(body) == 16 * MEBIBYTE
    answer = server.send(request("PATCH", asset_path, key, JSON, f"Content-Length: {len(body)}", body=body))
    assert answer.status == 422
    assert json.loads(answer.body)["detail"][0]["loc"] == ["body", "name"]


def test_a_body_that_ends_early_changes_nothing(server: Server, key: str, asset_path: str) -> None:
    with socket.create_connection((LOCALHOST, server.port), timeout=10) as wire:
        wire.sendall(request("PATCH", asset_path, key, JSON, "Content-Length: 100", body=b'{"name": "other"}'))
        wire.shutdown(socket.SHUT_WR)
        assert read_answer(wire).status in (0, 400)
    assert json.loads(server.send(request("GET", asset_path, key)).body)["name"] == "Wunsiedel battery"


def test_a_body_that_ended_early_can_be_sent_again_with_its_idempotency_key(server: Server, key: str) -> None:
    """[C12]: the half is not what the whole is compared with."""
    body = json.dumps(asset_body()).encode()
    head = request("POST", "/api/v1/assets", key, JSON, "Idempotency-Key: a", f"Content-Length: {len(body)}")
    with socket.create_connection((LOCALHOST, server.port), timeout=10) as wire:
        wire.sendall(head + body[:20])
        wire.shutdown(socket.SHUT_WR)
        assert read_answer(wire).status in (0, 400)
    assert server.send(head + body).status == 201


# --- What is hardly HTTP ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset*=bogus''x",
        "application/json; charset=base64",
        "text/plain; charset=idna",
        "application/json; charset=" + "x" * 20_000,
        ";" * 1_000,
        "multipart/form-data",
    ],
)
@pytest.mark.parametrize(
    "path", ["/health?", "/api/docs?a=1", "/admin/login/?next=/admin/", "/api/v1/assets?limit=%C3%BC"]
)
def test_no_content_type_can_break_the_reading_of_a_request(server: Server, path: str, content_type: str) -> None:
    """Django read the query by it, and failed before any of our code ran."""
    answer = server.send(request("GET", path, f"Content-Type: {content_type}"))
    assert answer.status in (200, 401, 422)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (request("GET", "/api/v1/assets/%00"), 401),
        (request("GET", "/api/v1/assets/%C3%BC%F0%9F%92%A5%FF"), 401),
        (request("GET", "/api/v1/assets/%2e%2e/%2e%2e/health"), 404),
        (request("GET", "/api/v1/../health"), 404),
        (request("GET", "http://evil.example/health"), 200),
        (request("GET", "/health", host="evil.example"), 400),
        (request("GET", "/health", host=None), 400),
        (request("GET", "/health", "Host: evil.example"), 400),
        (request("BREW", "/api/v1/assets"), 401),
        (request("GET", "*"), 404),
        (request("GET", "/health", "Content-Length: abc"), 400),
        (request("GET", "/health", "Content-Length: -5"), 400),
        (request("GET", "/health", "Content-Length: 1", "Content-Length: 2", body=b"xx"), 400),
        (request("GET", "/\x00"), 400),
        (request("GET", "/" + "a" * 70_000), 414),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (request("GET", "/health", "X-Request-ID: \xff\x80"), 200),
        (request("GET", "/health", "Accept: \xff"), 200),
        (request("GET", "/api/v1/assets", "Authorization: Bearer \xff"), 401),
        (request("GET", "/api/v1/assets", "Cookie: sessionid=\xff; csrftoken=" + "x" * 10_000), 401),
    ],
)
def test_what_is_hardly_http_is_refused_without_a_crash(server: Server, head: bytes, status: int) -> None:
    answer = server.send(head)
    assert answer.status == status
    assert b"<html" not in answer.body.lower()


def test_head_has_no_body(server: Server) -> None:
    answer = server.send(request("HEAD", "/health"))
    assert (answer.status, answer.body) == (200, b"")


def test_five_hundred_ids_fit_into_a_query(server: Server, key: str) -> None:
    """[C6]: about 16 kB."""
    ids = ",".join(f"DE_50HZ_{'X' * 20}_{number}" for number in range(500))
    query = f"asset_ids={ids}&from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
    assert server.send(request("GET", f"/api/v1/limits?{query}", key)).status == 200


# --- A database that comes and goes -----------------------------------------------------------------------------------
def test_backends_that_are_ended_are_replaced(server: Server, key: str) -> None:
    """[C3]: 503 with Retry-After at most, and as before right after."""
    assert server.send(request("GET", "/api/v1/assets", key)).status == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchall()
    answers = [server.send(request("GET", "/api/v1/assets", key)) for _ in range(8)]
    assert {answer.status for answer in answers} <= {200, 503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status == 503)
    assert answers[-1].status == 200


# --- Many at once -----------------------------------------------------------------------------------------------------
def test_clients_that_never_finish_keep_nobody_else_waiting(server: Server) -> None:
    """[P17]: half a head each; their share of the threads is none."""
    slow = [socket.create_connection((LOCALHOST, server.port)) for _ in range(50)]
    try:
        for wire in slow:
            wire.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        started = time.monotonic()
        assert server.send(request("GET", "/health")).status == 200
        assert time.monotonic() - started < 10
    finally:
        for wire in slow:
            wire.close()


def test_request_ids_of_parallel_requests_do_not_mix(server: Server) -> None:
    """[C15]"""
    wrong: list[str] = []

    def ask(number: int) -> None:
        for turn in range(10):
            wanted = f"r{number}-{turn}"
            if server.send(request("GET", "/health", f"X-Request-ID: {wanted}")).headers["x-request-id"] != wanted:
                wrong.append(wanted)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- Bodies that do not come ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/api/v1/assets", "/partner/kpi-rollup", "/admin/login/"])
def test_a_body_that_does_not_come_is_408_and_its_connection_is_closed(server: Server, path: str) -> None:
    """What granian keeps to itself is still where config/desk/arrivals.py looks for it."""
    with socket.create_connection((LOCALHOST, server.port), timeout=20) as wire:
        began = time.monotonic()
        wire.sendall(request("POST", path, JSON, "Content-Length: 1000", body=b'{"name"').replace(b"close", b"keep"))
        answer = read_answer(wire)
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert "did not come" in json.loads(answer.body)["detail"]
        assert wire.recv(1) == b""
        assert time.monotonic() - began < 15


def test_nobody_waits_for_those_whose_bodies_do_not_come(server: Server, key: str, asset_path: str) -> None:
    with ExitStack() as stack:
        for _ in range(12):  # more than the server has threads: the first of them are given up in good time
            wire = stack.enter_context(socket.create_connection((LOCALHOST, server.port), timeout=20))
            wire.sendall(request("PATCH", asset_path, JSON, key, "Content-Length: 1000", body=b'{"name"'))
        time.sleep(1)  # by now they are waited for
        assert server.send(request("GET", asset_path, key), patience=30).status == 200
