"""What nginx itself refuses is refused in the APIs' own shapes [C3] [P2]; and what it hands on is what it knows."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.proxies import free_port, running_nginx
from tests.granian import LOCALHOST, RawAnswer, Server, request

API, PARTNER = "/api/v1/assets", "/partner/kpi-rollup"


class Echo(BaseHTTPRequestHandler):
    """Answers the headers that reached it."""

    def do_GET(self) -> None:
        """The headers as JSON, names in lower case."""
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """nginx in front of something that answers what it was asked."""
    behind = ThreadingHTTPServer((LOCALHOST, 0), Echo)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    with running_nginx(tmp_path_factory.mktemp("echo"), behind.server_port) as proxy:
        yield proxy
    behind.shutdown()
    behind.server_close()


@pytest.fixture(scope="module")
def orphan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """nginx with nothing behind it."""
    with running_nginx(tmp_path_factory.mktemp("orphan"), free_port(), free_port()) as proxy:
        yield proxy


def refusal(answer: RawAnswer, status: int) -> dict[str, str]:
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert answer.headers["server"] == "nginx"
    refused: dict[str, str] = json.loads(answer.body)
    return refused


LONG = "x" * 33_000
REFUSED: dict[str, tuple[Callable[[str], bytes], int, int]] = {
    "no HTTP": (lambda path: request("GET", path, "Content-Length: abc"), 400, 400),
    "no host": (lambda path: request("GET", path, host=None), 400, 400),
    "a long header": (lambda path: request("GET", path, f"X-Long: {LONG}"), 400, 400),
    "a long address": (lambda path: request("GET", f"{path}?{LONG}"), 414, 400),
    "a large body": (lambda path: request("PUT", path, f"Content-Length: {258 * 1024**2}"), 413, 400),
    "another method": (lambda path: request("TRACE", path), 405, 405),
    "another coding": (lambda path: request("PUT", path, "Transfer-Encoding: gzip"), 400, 400),
    "another version": (lambda path: request("GET", path).replace(b"HTTP/1.1", b"HTTP/3.0"), 400, 400),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_by_the_proxy_is_refused_as_json(echo: Server, what: str) -> None:
    sent, status, partner_status = REFUSED[what]
    assert set(refusal(echo.send(sent(API)), status)) == {"detail"}
    answer = echo.send(sent(PARTNER))
    assert set(refusal(answer, partner_status)) == {"error", "detail"}
    assert answer.headers["access-control-allow-origin"] == "*"


def test_bytes_that_are_no_request_at_all_are_refused_as_json(echo: Server) -> None:
    refusal(echo.send(b"\x16\x03\x01\x02\x00\x01\r\n\r\n"), 400)


def test_a_desk_that_is_away_is_503_and_says_when_to_come_again(orphan: Server) -> None:
    """[C3]: never 502, never HTML."""
    for path, shape in ((API, {"detail"}), (PARTNER, {"error", "detail"})):
        answer = orphan.send(request("GET", path))
        assert set(refusal(answer, 503)) == shape
        assert int(answer.headers["retry-after"]) > 0


def seen(echo: Server, *lines: str, path: str = API) -> dict[str, str]:
    """The headers that come out behind the proxy."""
    reached: dict[str, str] = json.loads(echo.send(request("GET", path, *lines)).body)
    return reached


@pytest.mark.parametrize("path", [API, PARTNER, "/static/desk/desk.css"])
def test_where_a_request_comes_from_is_what_the_proxy_saw(echo: Server, path: str) -> None:
    """A forged address would get around the lock of logins; a forged scheme around HTTPS."""
    forged = ("X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "X-Real-IP: 192.0.2.1", "Forwarded: for=1")
    reached = seen(echo, *forged, path=path)
    assert (reached["x-forwarded-for"], reached["x-forwarded-proto"]) == (LOCALHOST, "http")
    assert not {"x-real-ip", "forwarded"} & set(reached)


def test_a_header_with_underscores_is_dropped(echo: Server) -> None:
    """WSGI cannot tell `x_api_key` from `x-api-key`, and the proxy's own ones could be forged so."""
    reached = seen(echo, "x_api_key: forged", "X_Forwarded_Proto: https", "X-API-Key: real")
    assert reached["x-api-key"] == "real"
    assert not {"x_api_key", "x_forwarded_proto"} & set(reached)


def test_metrics_are_refused_before_they_are_asked_for(echo: Server) -> None:
    answer = echo.send(request("GET", "/metrics"))
    assert (answer.status, set(json.loads(answer.body))) == (404, {"detail"})
