"""Refusals: their order, their shape and what a lost database looks like [C3]."""

import json
from collections.abc import Iterator

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError, connections
from django.http import Http404
from django.test import Client
from pytest_django import DjangoDbBlocker
from rest_framework.exceptions import Throttled

from config.api.errors import exception_handler, problem
from config.errors import ConflictError, Fault, ForbiddenError, InvalidError, UnknownError
from partner.keys import API_PREFIX, make_key
from tests.clients import Api, detail_of
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key

# Requests that are wrong in more and more ways; each is refused for the first of them.
WRONG_FROM_HERE_ON: tuple[tuple[str, str, bytes, str, dict[str, str], int], ...] = (
    ("POST", "/assets", b"{", "text/plain", {}, 401),
    ("PUT", "/assets/UNKNOWN?strange=1", b"{", "text/plain", {"key": ""}, 405),
    ("PATCH", "/assets/UNKNOWN?strange=1", b"{", "text/plain", {"key": "assets:read"}, 403),
    ("PATCH", "/assets/UNKNOWN?strange=1", b"{", "text/plain", {"key": "", "Content-Length": "16777217"}, 415),
    ("PATCH", "/assets/UNKNOWN?strange=1", b"{", "application/json", {"key": "", "Content-Length": "16777217"}, 413),
    ("PATCH", "/assets/UNKNOWN?strange=1", b"{}", "application/json", {"key": ""}, 422),
    ("PATCH", "/assets/UNKNOWN", b"{}", "application/json", {"key": ""}, 404),
    ("DELETE", "/assets/LIVE", b"{}", "application/json", {"key": ""}, 409),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "content", "media_type", "headers", "status"), WRONG_FROM_HERE_ON)
def test_the_order_of_checks(
    method: str, path: str, content: bytes, media_type: str, headers: dict[str, str], status: int
) -> None:
    """[C3]: 401, 405, 403, 415, 411 or 413, 422, 404, 409."""
    live = make_asset()
    Api.with_key().post(f"/assets/{live.pk}/actions/commission")
    scopes = headers.get("key")
    key = {} if scopes is None else {"X-API-Key": make_api_key(*filter(None, [scopes])).text}
    sent = {name: value for name, value in headers.items() if name != "key"}
    path = path.replace("LIVE", live.pk)
    answer = Api(key).send(method, path, content=content, content_type=media_type, headers=sent)
    assert answer.status_code == status


@pytest.mark.django_db
def test_faults_of_the_query_and_of_the_body_are_named_together() -> None:
    answer = Api.with_key().send("PATCH", "/assets/UNKNOWN?strange=1", {"name": "", "more": 1})
    assert [fault["loc"] for fault in json.loads(answer.content)["detail"]] == [
        ["query", "strange"],
        ["body", "name"],
        ["body", "more"],
    ]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownError("Unknown asset: X."), 404),
        (ConflictError("Not now."), 409),
        (ForbiddenError("Not you."), 403),
        (PermissionDenied("inside"), 403),
        (Http404("inside"), 404),
        (BadRequest("inside"), 400),
        (SuspiciousOperation("inside"), 400),
        (Throttled(wait=7), 429),
        (OperationalError("gone"), 503),
        (InterfaceError("closed"), 503),
        (IntegrityError("duplicate"), 409),
        (ProgrammingError("no such column"), 500),
        (RuntimeError("a defect"), 500),
    ],
)
def test_every_error_is_answered_in_json_with_one_sentence(error: Exception, status: int) -> None:
    answer = exception_handler(error, {})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    sentence = json.loads(answer.content)["detail"]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert str(error) not in sentence or isinstance(error, UnknownError | ConflictError | ForbiddenError | Throttled)


def test_what_the_database_cannot_store_is_422() -> None:
    assert exception_handler(DataError("out of range"), {}).status_code == 422


@pytest.mark.parametrize(("wait", "seconds"), [(7.4, "8"), (0.1, "1"), (None, "1")])
def test_429_says_when_to_come_again(wait: float | None, seconds: str) -> None:
    assert exception_handler(Throttled(wait=wait), {})["Retry-After"] == seconds


def test_a_422_keeps_indices_as_integers_and_stays_small() -> None:
    faults = [Fault(("body", "limits", 17, "source"), "x" * 10_000, "value_error")] * 500
    answer = exception_handler(InvalidError(faults), {})
    detail = json.loads(answer.content)["detail"]
    assert detail[0]["loc"] == ["body", "limits", 17, "source"]
    assert len(detail) == 100
    assert len(answer.content) <= 100_000


def test_text_of_any_kind_can_be_named() -> None:
    assert json.loads(problem(404, "Unknown: \ud800\0\U0001f4a5.").content)["detail"] == "Unknown: \ud800\0\U0001f4a5."


# --- A database that is gone ------------------------------------------------------------------------------------------
@pytest.fixture
def lost_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The settings' database at a port where nobody listens."""
    connection = connections["default"]
    kept = connection.settings_dict.copy()
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1", "OPTIONS": {"connect_timeout": 2}}
        yield
        connection.close()
    connection.settings_dict |= kept


@pytest.mark.usefixtures("lost_database")
def test_without_a_database_the_api_is_503_and_says_when_to_try_again() -> None:
    answer = Api({"X-API-Key": make_key(API_PREFIX)}).get("/assets")
    assert detail_of(answer, 503)
    assert int(answer["Retry-After"]) >= 1


@pytest.mark.usefixtures("lost_database")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_database_a_session_is_503_too(method: str) -> None:
    """The session is read before any endpoint runs."""
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    answer = Api(client=client).send(method, "/assets")
    assert detail_of(answer, 503)
    assert int(answer["Retry-After"]) >= 1


@pytest.mark.usefixtures("lost_database")
def test_without_a_database_partners_get_503_in_their_own_shape() -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    answer = client.post("/partner/kpi-rollup", headers={"x-api-key": "lsp_x"})
    assert answer.status_code in (401, 503)
    assert set(json.loads(answer.content)) == {"error", "detail"}


@pytest.mark.usefixtures("lost_database")
def test_without_a_database_the_back_office_is_503() -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/admin/")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) >= 1


@pytest.mark.usefixtures("lost_database")
def test_health_and_the_document_need_no_database() -> None:
    assert Client().get("/health").status_code == 200
    assert Client().get("/api/v1/schema").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_dropped_is_503_once_and_then_made_anew() -> None:
    api = Api.with_key()
    assert api.get("/assets").status_code == 200
    connection = connections["default"]
    connection.connection.close()
    answer = api.get("/assets")
    assert answer.status_code in (200, 503)
    connection.close()
    assert api.get("/assets").status_code == 200
