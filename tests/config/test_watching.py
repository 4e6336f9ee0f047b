"""Errors and traces leave the machine where their variables say so, under a request's id, without secrets [P15]."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config.embedded import BASE_DIR
from config.watching import scrubbing
from tests.config.sinks import Sink, listening
from tests.deploy.databases import empty_database
from tests.factories.keys import make_api_key
from tests.granian import request, running_server

LOADED = "import sys; import config.wsgi; print(*(name for name in {} if name in sys.modules))"
WATCHING = ("sentry_sdk", "opentelemetry", "config.watching.reports", "config.watching.traces")
SECRETS = ("cookie-of-somebody", "password-of-somebody", "body-of-somebody")
QUICKLY = {"OTEL_BSP_SCHEDULE_DELAY": "100", "SENTRY_DSN": "", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as taking:
        yield taking


def sent_with_secrets(key: str, path: str, *, method: str = "POST") -> bytes:
    """A request with an id, and secrets wherever there may be some."""
    body = b'{"note": "body-of-somebody"}'
    lines = (
        f"X-API-Key: {key}",
        f"Authorization: Bearer {key}",
        "Cookie: sessionid=cookie-of-somebody",
        f"Referer: https://desk.example/?key={key}",
        "X-Request-ID: asked.for-1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return request(method, f"{path}?key={key}&password=password-of-somebody", *lines, body=body)


def events_in(said: bytes) -> list[dict[str, Any]]:
    """The error reports among what Sentry was sent."""
    lines = [json.loads(line) for line in said.splitlines() if line.startswith(b"{")]
    return [line for line in lines if "exception" in line]


def holds_no_secret(said: bytes, key: str) -> bool:
    return not [secret for secret in (key, key[4:], *SECRETS) if secret.encode() in said]


@pytest.mark.django_db(transaction=True)
def test_an_error_is_reported_under_its_request_without_what_was_sent(sink: Sink, tmp_path: Path) -> None:
    """A database without tables is what goes wrong."""
    key = make_api_key().text
    dsn = f"http://public@localhost:{sink.port}/1"
    with (
        empty_database(f"{connection.settings_dict['NAME']}_bare") as bare,
        running_server(tmp_path, database_name=bare, environment={**QUICKLY, "SENTRY_DSN": dsn}) as server,
    ):
        assert server.send(sent_with_secrets(key, "/api/v1/assets")).status >= 500
        said = sink.at("/api/1/envelope/", holding=b"asked.for-1")
    (report,) = [one for one in events_in(said) if one["tags"].get("request_id") == "asked.for-1"]
    assert "UndefinedTable" in json.dumps(report["exception"])
    assert report["request"]["url"].endswith("/api/v1/assets")
    assert set(report["request"]["headers"]) <= {"Host", "Content-Type", "Content-Length", "X-Request-Id"}
    assert holds_no_secret(said, key)
    assert b'"vars"' not in said


@pytest.mark.django_db(transaction=True)
def test_a_request_is_traced_with_its_statements_and_without_secrets(sink: Sink, tmp_path: Path) -> None:
    key = make_api_key().text
    told = {**QUICKLY, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://localhost:{sink.port}", "OTEL_SERVICE_NAME": "web"}
    with running_server(tmp_path, environment=told) as server:
        answer = server.send(request("GET", "/api/v1/assets", f"X-API-Key: {key}", "X-Request-ID: asked.for-2"))
        assert answer.status == 200
        assert server.send(sent_with_secrets(key, f"/api/v1/assets/{key}", method="PATCH")).status == 422
        said = sink.at("/v1/traces", holding=b"asked.for-1") + sink.at("/v1/traces", holding=b"asked.for-2")
    assert holds_no_secret(said, key)
    resources = [resource for where, body in sink.posted for resource in read(body).resource_spans]
    assert {pair.value.string_value for one in resources for pair in one.resource.attributes} >= {"web"}
    spans = [span for one in resources for scope in one.scope_spans for span in scope.spans]
    (ours,) = [span for span in spans if attribute(span, "leitstand.request_id") == "asked.for-2"]
    beneath = [span for span in spans if span.trace_id == ours.trace_id and span.parent_span_id]
    assert [span for span in beneath if "SELECT" in attribute(span, "db.statement")]
    assert [span for span in spans if not span.parent_span_id and attribute(span, "db.system")] == []


def read(body: bytes) -> ExportTraceServiceRequest:
    """What a collector reads in a body."""
    asked = ExportTraceServiceRequest()
    asked.ParseFromString(body)
    return asked


def attribute(span: Any, name: str) -> str:
    """A span's attribute; nothing where it has none of this name."""
    return next((pair.value.string_value for pair in span.attributes if pair.key == name), "")


def loaded(**variables: str) -> list[str]:
    """Which of the packages that watch a web server's process has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(WATCHING)],
        cwd=BASE_DIR,
        env={**os.environ, **QUICKLY, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.split()


def test_nothing_of_it_is_loaded_where_nobody_asks_for_it() -> None:
    """So a web server is as small and as fast as without it; and the test could fail."""
    nobody = "http://public@localhost:9/1"
    assert loaded() == []
    assert loaded(SENTRY_DSN=nobody) == ["sentry_sdk", "config.watching.reports"]
    assert loaded(OTEL_EXPORTER_OTLP_ENDPOINT=nobody) == ["opentelemetry", "config.watching.traces"]


def test_what_is_said_of_a_request_keeps_what_is_no_secret() -> None:
    known = {
        "url": "https://desk.example/partner/lsp_0123456789?key=1",
        "headers": {"Authorization": "Bearer x", "X-Api-Key": "x", "Cookie": "x", "User-Agent": "curl", "Host": "desk"},
        "query_string": "key=1",
        "data": {"a": 1},
        "cookies": {"sessionid": "x"},
        "method": "GET",
    }
    assert scrubbing.request(known) == {
        "url": "https://desk.example/partner/lsp_...",
        "headers": {"User-Agent": "curl", "Host": "desk"},
        "method": "GET",
    }
    assert scrubbing.scrubbed({"a": ["with lst_0123456789", ("lsp_1",)], "n": 1}) == {
        "a": ["with lst_...", ("lsp_...",)],
        "n": 1,
    }
