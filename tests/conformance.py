"""Holds answers against the OpenAPI document: what is not documented does not happen.

`verify(answer)` takes what Django's test client answers; `ApiClient` of tests/factories/clients.py and `Api` of
tests/clients.py call it for every answer. Bodies are held to exactly the documented fields.
"""

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker

from config.desk.documents import document

JSON = "application/json"
PLACES = {"body", "query", "path", "header"}
METHODS = ("get", "post", "put", "patch", "delete")
# What a method that is not documented for an address can be answered with: a key comes first, then the method.
WITHOUT_OPERATION = {400, 401, 405, 429, 503}
FORMATS = FormatChecker(formats=())
VERIFIED: Counter[str] = Counter()  # answers that were found to be as documented, by operation and status


def _is_instant(text: object) -> bool:
    """Instants are answered in UTC, with `Z`, and with no fraction or all of it [C2]."""
    if not isinstance(text, str):
        return True
    datetime.fromisoformat(text)
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", text, re.ASCII) is not None


def _is_day(text: object) -> bool:
    return not isinstance(text, str) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and date.fromisoformat(text))


FORMATS.checks("date-time", raises=ValueError)(_is_instant)
FORMATS.checks("date", raises=ValueError)(_is_day)


def verify(answer: HttpResponse) -> None:
    """Fail unless the address, the status, the media type and the body are documented, and the body as documented."""
    asked: dict[str, Any] = answer.request  # type: ignore[attr-defined]
    method, path = asked["REQUEST_METHOD"], asked["PATH_INFO"]
    template = template_of(path)
    if template is None or method in ("OPTIONS", "TRACE"):
        return
    _verify_documented(answer, method, template)
    VERIFIED[f"{method} {template} {answer.status_code}"] += 1


def _verify_documented(answer: HttpResponse, method: str, template: str) -> None:
    path: str = answer.request["PATH_INFO"]  # type: ignore[attr-defined]
    content = content_of(answer)
    said = f"{method} {path} answered {answer.status_code} {content[:300]!r}"
    operation = document()["paths"][template].get("get" if method == "HEAD" else method.lower())
    if operation is None or answer.status_code == 405:
        assert answer.status_code in WITHOUT_OPERATION, said
        verify_method(answer, template, said)
        return
    assert str(answer.status_code) in operation["responses"], f"{said}, which is not documented"
    documented = operation["responses"][str(answer.status_code)].get("content")
    if not documented:
        assert content == b"", said
        return
    media = answer["Content-Type"].partition(";")[0]
    assert media in documented, f"{said} as {media}, which is not documented"
    if method != "HEAD" and media == JSON:
        verify_body(answer, documented[media]["schema"], said)


def content_of(answer: Any) -> bytes:
    """What an answer holds; one that is streamed can be read again afterwards."""
    content: bytes = answer.getvalue()
    if answer.streaming:
        answer.streaming_content = [content]
    return content


def verify_method(answer: HttpResponse, template: str, said: str) -> None:
    """405 names in Allow what is documented; whatever the refusal, it has the shape of the address' others."""
    operations = {method: found for method, found in document()["paths"][template].items() if method in METHODS}
    if answer.status_code == 405:
        allowed = {word.strip().lower() for word in answer["Allow"].split(",")}
        assert allowed - {"head", "options"} == set(operations), f"{said} with Allow: {answer['Allow']}"
    if content_of(answer):
        responses = next(iter(operations.values()))["responses"]
        shape = next(found for status, found in responses.items() if status[0] == "4" and status != "422")
        verify_body(answer, shape["content"][JSON]["schema"], said)


def verify_body(answer: HttpResponse, schema: dict[str, Any], said: str) -> None:
    """The body as JSON of the documented schema, with nothing beside it."""
    body = json.loads(content_of(answer), parse_constant=lambda name: _refuse(f"{said} with {name}"))
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator_of(json.dumps(schema)).iter_errors(body)]
    assert not faults, f"{said}, which differs from its schema: {faults[:5]}"
    if answer.status_code == 422:
        assert body["detail"], said
        assert len(body["detail"]) <= 100, f"{said} with more than a hundred faults"
        assert all(fault["loc"][0] in PLACES for fault in body["detail"]), said


def _refuse(sentence: str) -> None:
    raise AssertionError(sentence)


@cache
def template_of(path: str) -> str | None:
    """The documented address that a path belongs to; the most literal of several."""
    found = [template for template in document()["paths"] if _pattern(template).fullmatch(path)]
    return min(found, key=lambda template: template.count("{"), default=None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in _parts(template)))


def _parts(template: str) -> list[str]:
    return re.split(r"(\{\w+\})", template)


@cache
def validator_of(schema: str) -> Draft202012Validator:
    """A validator of a schema (as JSON text) with the document's components, each closed to unknown fields."""
    whole = {**json.loads(schema), "components": closed_components()}
    return Draft202012Validator(whole, format_checker=FORMATS)


@cache
def closed_components() -> dict[str, Any]:
    """The document's components, with `additionalProperties: false` where a schema lists its properties."""
    components: dict[str, Any] = copy.deepcopy(document()["components"])
    for schema in objects_in(components["schemas"]):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return components


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object within a value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)
