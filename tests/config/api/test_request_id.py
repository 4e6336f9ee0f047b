"""One id per request: answered, logged and written to the audit trail [C15]."""

import logging
import re

import pytest
from django.test import Client

from config.api.request_id import RequestIdFilter
from tests.clients import Api, read
from tests.factories.assets import asset_body, make_asset


@pytest.mark.parametrize("given", ["a", "6f0f1b1c", "A.b_C-9", "-", "x" * 64])
def test_an_id_that_fits_is_taken(given: str) -> None:
    assert Client().get("/health", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "x" * 65, "a,b", "\u00fc", "\u0661", "a\n", "<b>", "a/b", "\x00"])
def test_another_is_replaced(given: str) -> None:
    answered = Client().get("/health", headers={"X-Request-ID": given})["X-Request-ID"]
    assert answered != given
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answered)


def test_without_one_each_request_gets_its_own() -> None:
    answered = {Client().get("/health")["X-Request-ID"] for _ in range(20)}
    assert len(answered) == 20


@pytest.mark.parametrize(
    "path", ["/health", "/nowhere", "/api/v1/assets", "/partner/kpi-rollup", "/admin", "/static/x", "/api/docs"]
)
def test_every_answer_has_it(path: str, db: None) -> None:
    assert Client().get(path, headers={"X-Request-ID": "mine"})["X-Request-ID"] == "mine"
    assert Client().get(path, headers={"X-Request-ID": "mine", "Host": "evil.example"})["X-Request-ID"] == "mine"


def logged(caplog: pytest.LogCaptureFixture, path: str) -> logging.LogRecord:
    """What the log has of a GET of this path with the id `mine`."""
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.INFO, logger="config.api.request_id"):
        Client().get(path, headers={"X-Request-ID": "mine"})
    [record] = [one for one in caplog.records if one.name == "config.api.request_id"]
    return record


def test_every_request_is_logged_with_it_and_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    record = logged(caplog, "/nowhere?key=secret")
    assert record.getMessage() == "GET /nowhere 404"
    assert record.request_id == "mine"  # type: ignore[attr-defined]


def test_a_client_writes_no_lines_of_its_own_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    record = logged(caplog, "/health%0A2026-11-20%20ERROR%20forged")
    assert record.getMessage() == "GET /health%0A2026-11-20%20ERROR%20forged 404"


@pytest.mark.django_db
def test_the_audit_trail_has_it() -> None:
    api = Api.with_key()
    made = read(api.post("/assets", asset_body(), X_Request_ID="first"), 201)["id"]
    api.patch(f"/assets/{made}", {"name": "x"}, X_Request_ID="second")
    history = read(api.get(f"/assets/{made}/history"))["history"]
    assert [change["request_id"] for change in history] == ["second", "first"]


@pytest.mark.django_db
def test_a_change_outside_of_a_request_has_none() -> None:
    asset = make_asset()
    assert read(Api.with_key().get(f"/assets/{asset.pk}/history"))["history"][0]["request_id"] is None
