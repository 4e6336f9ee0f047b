"""A write that is no batch and comes again leaves what it left the first time [C10] [C12] [P6]."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.contract.conftest import Call
from tests.contract.operations import EVERY, WITH_BODY, WITH_CONTENT, Operation
from tests.contract.test_replays import list_of

Permitted = Callable[[Operation], Call]
Ids = Mapping[str, str]

CORRECTIONS = [one for one in WITH_BODY if one.method in ("PATCH", "PUT") and not list_of(one)]
POSTS = [one for one in WITH_CONTENT if one.method == "POST" and not (one.example and list_of(one))]
pytestmark = pytest.mark.django_db


def content_of(operation: Operation) -> bytes:
    return b"" if operation.example is None else json.dumps(operation.example).encode()


def where_it_is_read(operation: Operation, ids: Ids) -> str:
    """The address of what the operation writes."""
    found = [one for one in EVERY if one.method == "GET" and one.template == operation.template]
    return found[0].address(ids) if found else operation.path(ids)


@pytest.mark.parametrize("operation", CORRECTIONS, ids=str)
def test_a_correction_sent_again_changes_nothing(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[C10]: twice more, and field by field: byte for byte, created_at and updated_at too."""
    call, path, read = permitted(operation), operation.path(ids), where_it_is_read(operation, ids)
    assert call(operation.method, path, content_of(operation)).status_code in (200, 204)
    first = call("GET", read)
    for document in (operation.example, operation.example, *parts_of(operation)):
        answer = call(operation.method, path, json.dumps(document).encode())
        assert answer.status_code in (200, 204), answer.content
        again = call("GET", read)
        assert (again.content, again["ETag"]) == (first.content, first["ETag"])


def parts_of(operation: Operation) -> list[dict[str, Any]]:
    """Its example in halves, where half of it is one too; what names the record is in both."""
    if operation.method == "PUT":
        return []
    named = {name: value for name, value in operation.example.items() if name in ("asset_id", "valid_from")}
    values = [(name, value) for name, value in operation.example.items() if name not in named]
    half = len(values) // 2
    return [named | dict(part) for part in (values[:half], values[half:]) if part]


@pytest.mark.parametrize("operation", POSTS, ids=str)
def test_a_post_with_its_idempotency_key_is_done_once(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[C12]: whatever it came to, it is told again, and nothing is done."""
    call, path, content = permitted(operation), operation.path(ids), content_of(operation)
    first = call("POST", path, content, Idempotency_Key="once")
    before = [call("GET", address).content for address in ("/api/v1/assets", "/api/v1/sites?expand=inverters")]
    for _ in range(2):
        again = call("POST", path, content, Idempotency_Key="once")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again["Idempotent-Replayed"] == "true"
    assert before == [call("GET", one).content for one in ("/api/v1/assets", "/api/v1/sites?expand=inverters")]


@pytest.mark.parametrize("operation", [one for one in EVERY if one.method == "DELETE"], ids=str)
def test_a_deletion_sent_again_finds_nothing_and_does_nothing(
    operation: Operation, permitted: Permitted, ids: Ids
) -> None:
    call, path = permitted(operation), operation.address(ids)
    first, second = call("DELETE", path).status_code, call("DELETE", path).status_code
    # the asset is listed by an inverter, and the site has one: those are not deleted at all
    assert (first, second) in ((204, 404), (409, 409), (204, 204))
