"""What Django itself refuses: JSON under the APIs, pages in the back office alone [C1] [C3]."""

import json

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.desk import refusals


def get(path: str, **headers: str) -> HttpResponse:
    return Client(raise_request_exception=False).get(path, headers=headers)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/assets",
        "/api/v1/nowhere",
        "/api/v1/assets/",
        "/api/v1/assets/DE_50HZ_WU_1/",
        "/api/v1/assets/DE_50HZ_WU_1/actions",
        "/api/v1/assets/DE_50HZ_WU_1/actions/explode",
        "//api/v1/assets",
        "/API/v1/assets",
        "/api/v1/assets%2F",
        "/api/v1/assets/a%2Fb",
        "/administrator",
        "/adminx/",
        "/partnership",
        "/favicon.ico",
        "/.env",
        "/api/v1/" + "a" * 10_000,
        "/%00",
        "/%F0%9F%92%A5",
    ],
)
def test_an_unknown_address_is_404_in_json(path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert json.loads(answer.content) == {"detail": "There is nothing at this address."}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT", "OPTIONS"])
def test_a_slash_too_many_is_never_a_redirect(method: str) -> None:
    """[C1]: it would lose the body."""
    answer = Client().generic(method, "/api/v1/assets/", b"{}", content_type="application/json")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1:80:80", "a b", "[", "\u00fc", ""]
)
@pytest.mark.parametrize("path", ["/health", "/nowhere", "/api/v1/assets", "/api/docs", "/partner/kpi-rollup"])
def test_a_host_that_is_not_ours_is_400_and_says_so(path: str, host: str) -> None:
    answer = get(path, Host=host)
    assert answer.status_code == 400
    assert "host" in json.loads(answer.content)["detail"]


def test_x_forwarded_host_is_not_believed() -> None:
    answer = get("/api/v1/assets", X_Forwarded_Host="evil.example")
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/admin/nowhere", "/admin/assets/nowhere/"])
def test_the_back_office_has_its_own_pages(path: str, db: None) -> None:
    assert get(path, Host="evil.example")["Content-Type"].startswith("text/html")


def test_partners_are_refused_in_their_own_shape() -> None:
    request = RequestFactory().get("/partner/kpi-rollup")
    for refused, status in (
        (refusals.bad_request(request, Exception()), 400),
        (refusals.forbidden(request, Exception()), 403),
        (refusals.not_found(request, Exception()), 404),
        (refusals.server_error(request), 500),
        (refusals.csrf_failure(request), 403),
    ):
        assert refused.status_code == status
        assert set(json.loads(refused.content)) == {"error", "detail"}
        assert refused["Access-Control-Allow-Origin"] == "*"


def test_all_others_are_refused_with_one_sentence() -> None:
    request = RequestFactory().get("/api/v1/assets")
    for refused, status in (
        (refusals.bad_request(request, Exception()), 400),
        (refusals.forbidden(request, Exception()), 403),
        (refusals.not_found(request, Exception()), 404),
        (refusals.server_error(request), 500),
        (refusals.csrf_failure(request), 403),
    ):
        assert refused.status_code == status
        assert isinstance(json.loads(refused.content)["detail"], str)
