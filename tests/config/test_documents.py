"""The OpenAPI document and its pages [C16]."""

import json
import re

import pytest
import yaml
from django.http import HttpResponse
from django.test import Client

from config.desk.documents import document

SCHEMA = "/api/v1/schema"
PAGES = ("/api/docs", "/api/redoc")


def get(path: str, **headers: str) -> HttpResponse:
    return Client(raise_request_exception=False).get(path, headers=headers)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "accept", ["application/json", "application/json, */*;q=0.1", "application/*+json, application/json"]
)
def test_who_accepts_json_gets_json(accept: str) -> None:
    answer = get(SCHEMA, Accept=accept)
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content) == json.loads(json.dumps(document()))


@pytest.mark.parametrize("accept", ["", "*/*", "application/yaml", "text/html", "text/html,*/*;q=0.8", "nonsense"])
def test_all_others_get_yaml(accept: str) -> None:
    answer = get(SCHEMA, Accept=accept)
    assert answer["Content-Type"] == "application/yaml"
    assert answer.content.startswith(b"openapi: 3.1.0\n")
    assert "Accept" in answer["Vary"]


def test_the_yaml_says_what_the_json_says() -> None:
    assert yaml.safe_load(get(SCHEMA).content) == json.loads(get(SCHEMA, Accept="application/json").content)


@pytest.mark.parametrize("accept", ["application/json", "application/yaml"])
def test_who_has_the_document_hears_304(accept: str) -> None:
    """[C13]"""
    first = get(SCHEMA, Accept=accept)
    again = get(SCHEMA, Accept=accept, If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    assert "Accept" in again["Vary"]


def test_the_two_media_types_of_the_document_have_a_tag_each() -> None:
    """[C13]"""
    assert get(SCHEMA)["ETag"] != get(SCHEMA, Accept="application/json")["ETag"]
    stated = document()["paths"][SCHEMA]["get"]
    assert "304" in stated["responses"]
    assert "ETag" in stated["responses"]["200"]["headers"]


@pytest.mark.parametrize("path", [f"{SCHEMA}?format=json", f"{SCHEMA}?version=%0D%0AX-Evil:1", f"{SCHEMA}?lang=xx"])
def test_the_document_takes_no_parameters(path: str) -> None:
    """[C4]"""
    assert get(path).status_code == 422


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_load_nothing_from_outside(path: str) -> None:
    page = get(path).content.decode()
    loaded = re.findall(r"""<(?:script|img|link|iframe)\b[^>]*?\b(?:src|href)=["']([^"']+)""", page)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/")
        assert Client().get(address).status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_show_this_document_whatever_the_address_says(path: str) -> None:
    page = get(f"{path}?version=%3Cscript%3Eevil&lang=evil&url=//evil.example").content.decode()
    assert f'"{SCHEMA}"' in page
    assert "evil" not in page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_the_pages_are_only_read(path: str, method: str) -> None:
    answer = Client(raise_request_exception=False).generic(method, path)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", [*PAGES, SCHEMA])
def test_a_trailing_slash_is_404(path: str) -> None:
    """[C1]"""
    assert get(f"{path}/").status_code == 404
