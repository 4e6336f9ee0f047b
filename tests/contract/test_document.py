"""The OpenAPI document is whole, valid, and true to its own examples [C16]."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from config.desk.documents import document
from tests.conformance import METHODS, objects_in, validator_of
from tests.contract.operations import CLOSED, EVERY, OURS, WITH_BODY, WITH_CONTENT, Operation

PAGES = {"api/docs", "api/redoc", "partner/dashboard"}
every_operation = pytest.mark.parametrize("operation", EVERY, ids=str)


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address below a resolver, as Django writes it, with its pattern."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route, pattern


def served() -> dict[str, set[str]]:
    """The methods that the APIs' addresses take, by address as the document writes it."""
    found: dict[str, set[str]] = {}
    for route, pattern in routes(get_resolver()):
        actions = getattr(pattern.callback, "actions", None)
        if not route.startswith(("api/", "partner/", "health", "metrics")) or route in PAGES or actions is None:
            continue
        address = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        found.setdefault(address, set()).update(set(actions) & set(METHODS))
    return found


def test_the_document_is_valid_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document()).validate()


def test_the_document_has_every_address_and_method_that_is_served_and_no_other() -> None:
    documented = {address: set(methods) for address, methods in document()["paths"].items()}
    assert documented == served()


def test_nothing_under_the_apis_is_served_past_the_documented_views() -> None:
    """A plain function may only answer that there is nothing: all else has a declaration."""
    others = {
        route
        for route, pattern in routes(get_resolver())
        if route.startswith(("api/", "partner/", "health", "metrics"))
        and not hasattr(pattern.callback, "actions")
        and route not in PAGES
        and getattr(pattern.callback, "__name__", "") != "no_such_address"
    }
    assert others == set()


def test_addresses_are_whole_and_have_no_trailing_slash() -> None:
    for address in document()["paths"]:
        assert address.startswith(("/api/v1/", "/partner/", "/health", "/metrics"))
        assert not address.endswith("/")


def test_each_operation_has_an_id_of_its_own() -> None:
    repeated = [name for name, count in Counter(one.said["operationId"] for one in EVERY).items() if count > 1]
    assert repeated == []


@every_operation
def test_an_operation_says_what_it_is_and_whom_it_is_for(operation: Operation) -> None:
    said = operation.said
    assert said["summary"]
    assert said["description"]
    assert said["tags"]
    known = document()["components"]["securitySchemes"]
    assert all(scheme in known for one in said["security"] for scheme in one)


@every_operation
def test_an_operation_has_an_example_of_its_body_and_of_each_answer(operation: Operation) -> None:
    parts = [*operation.said["responses"].values(), operation.said.get("requestBody", {})]
    media = [media for part in parts for media in part.get("content", {}).values()]
    assert all("example" in one for one in media)


@every_operation
def test_examples_are_valid_by_the_schemas_they_stand_beside(operation: Operation) -> None:
    for part in objects_in(operation.said):
        if "example" in part and "schema" in part:
            faults = list(validator_of(json.dumps(part["schema"])).iter_errors(part["example"]))
            assert not faults, faults[:3]


def test_examples_within_schemas_are_valid_too() -> None:
    for schema in objects_in(document()):
        for example in schema.get("examples", ()) if isinstance(schema.get("examples"), list) else ():
            bare = {key: value for key, value in schema.items() if key != "examples"}
            assert not list(validator_of(json.dumps(bare)).iter_errors(example)), (schema, example)


@every_operation
def test_every_parameter_has_a_schema_that_does_not_claim_to_be_null(operation: Operation) -> None:
    for parameter in operation.said["parameters"]:
        assert parameter["schema"], parameter
        assert {"type": "null"} not in parameter["schema"].get("anyOf", ()), parameter
    assert [one["name"] for one in operation.said["parameters"] if one["in"] == "path"] == operation.names


@every_operation
def test_an_array_in_a_query_does_not_claim_to_count_duplicates(operation: Operation) -> None:
    """[C6]: duplicates are dropped first, which `maxItems` cannot say."""
    for parameter in operation.said["parameters"]:
        assert "maxItems" not in parameter["schema"], parameter["name"]


@pytest.mark.parametrize("operation", OURS, ids=str)
def test_the_refusals_of_every_endpoint_are_documented(operation: Operation) -> None:
    """[C3]"""
    needed = {"400", "401", "403", "406", "422", "429", "503"}
    needed |= {"411", "413", "415"} if operation in WITH_CONTENT else set()
    needed |= {"404"} if operation.names else set()
    assert needed <= set(operation.said["responses"])


@pytest.mark.parametrize("operation", CLOSED, ids=str)
def test_headers_of_refusals_are_documented(operation: Operation) -> None:
    """[C3]"""
    responses = operation.said["responses"]
    assert "WWW-Authenticate" in responses["401"]["headers"]
    assert "Retry-After" in responses["429"]["headers"]
    assert "Retry-After" in responses["503"]["headers"]


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_bodies_take_nothing_unknown(operation: Operation) -> None:
    """[C4]"""
    for schema in bodies_of(operation):
        assert schema.get("additionalProperties") is False, schema


def bodies_of(operation: Operation) -> Iterator[dict[str, Any]]:
    """The object schemas of what a client sends, nested ones too."""
    waiting: list[Any] = [operation.said["requestBody"]["content"]]
    seen: set[str] = set()
    while waiting:
        for part in objects_in(waiting.pop()):
            name = part.get("$ref", "").rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(document()["components"]["schemas"][name])
            if "properties" in part:
                yield part
