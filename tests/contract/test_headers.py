"""What every answer says to browsers, whatever it is; and whom they may tell of it [C14] [P1]."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.views.generic import RedirectView
from pytest_django import Settings

from config.api.browser_features import POLICY
from tests.contract.conftest import Call
from tests.contract.operations import CLOSED, EVERY, Operation

pytestmark = pytest.mark.django_db

EVIL = "https://evil.example"
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Permissions-Policy": POLICY}
PREFLIGHT = {"Origin": EVIL, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
# what each answers: pages, files, documents, refusals of routing, of the form's token, of methods, redirects
ELSEWHERE = {
    "/admin/login/": 200,
    "/admin/": 302,
    "/": 302,
    "/static/desk/desk.css": 200,
    "/static/nowhere.css": 404,
    "/health": 200,
    "/metrics": 200,
    "/api/docs": 200,
    "/api/v1/schema": 200,
    "/api/v1/nowhere": 404,
    "/partner/nowhere": 404,
    "/nowhere": 404,
}


@pytest.fixture
def behind_https(settings: Settings) -> Client:
    """A browser that came over TLS to a desk that is told so."""
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    return Client(headers={"Origin": EVIL}, raise_request_exception=False)


@pytest.mark.parametrize("path", ELSEWHERE)
def test_every_answer_has_the_headers(behind_https: Client, path: str) -> None:
    answer = behind_https.get(path, secure=True)
    assert answer.status_code == ELSEWHERE[path]
    assert {name: answer.get(name) for name in ALWAYS} == ALWAYS
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert answer["X-Frame-Options"] == "DENY"


def test_an_error_of_ours_has_them_too(behind_https: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(RedirectView, "get_redirect_url", broken)
    answer = behind_https.get("/", secure=True)
    assert answer.status_code == 500
    assert {name: answer.get(name) for name in ALWAYS} == ALWAYS
    assert "Strict-Transport-Security" in answer
    assert "ZeroDivision" not in answer.content.decode()


@pytest.mark.parametrize("operation", EVERY, ids=str)
def test_other_origins_may_read_what_partners_may_and_nothing_else(
    operation: Operation, permitted: Callable[[Operation], Call], anonymous: Call, ids: dict[str, str]
) -> None:
    """Answered, refused, or asked beforehand: the Partner API says `*`, all else says nothing."""
    said = "*" if operation.is_partners else None
    body = b"" if operation.example is None else json.dumps(operation.example).encode()
    path = operation.address(ids)
    answers = [
        permitted(operation)(operation.method, path, body, Origin=EVIL),
        permitted(operation)(operation.method, f"{path}?strange=1", body, Origin=EVIL),
        *([anonymous(operation.method, path, body, Origin=EVIL)] if operation in CLOSED else []),
    ]
    assert {one.get("Access-Control-Allow-Origin") for one in answers} == {said}
    assert not [one for one in answers if "Access-Control-Allow-Credentials" in one]
    preflight = Client(headers=PREFLIGHT).options(path)
    assert (preflight.get("Access-Control-Allow-Origin"), preflight.status_code < 300) == (said, said is not None)


def test_a_session_is_sent_to_nobody_else(settings: Settings) -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"
