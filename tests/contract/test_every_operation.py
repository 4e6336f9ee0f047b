"""What holds for every operation of the document, whoever adds it.

Each answer is held against the document by the fixtures: its status and media type are documented, its body is valid,
it is no 5xx and no page. So many tests here only send. What is hostile is in test_hostile_requests.py.
"""

import json
from collections.abc import Callable, Mapping

import pytest
from django.http import HttpResponse

from tests.conformance import METHODS
from tests.contract import hostile
from tests.contract.conftest import Call, caller
from tests.contract.operations import CLOSED, EVERY, OURS, WITH_BODY, WITH_CONTENT, Operation
from tests.factories.keys import bearer, make_api_key, make_partner_key
from tests.factories.sites import add_site

pytestmark = pytest.mark.django_db

Permitted = Callable[[Operation], Call]
Ids = Mapping[str, str]


def each(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=str)


def content_for(operation: Operation) -> bytes:
    return b"" if operation.example is None else json.dumps(operation.example).encode()


@each(CLOSED)
def test_without_a_key_it_is_401_before_anything_else(operation: Operation, anonymous: Call) -> None:
    """[C3] [C14] [P2]: also for an id, a query and a body that are wrong."""
    for path in (operation.path({}), operation.path(dict.fromkeys(operation.names, "\x00")) + "?strange=1"):
        answer = anonymous(operation.method, path, b"{", "text/plain" if operation.may_have_content else "")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"]


@each(CLOSED)
def test_a_key_of_the_other_api_is_unknown(operation: Operation) -> None:
    """[C14]: each kind of key is unknown to the other API."""
    text = make_api_key().text if operation.is_partners else make_partner_key(add_site()).text
    for headers in ({"x-api-key": text}, {"Authorization": f"Bearer {text}"}):
        assert caller(headers)(operation.method, operation.path({})).status_code == 401


@each(OURS)
def test_without_the_scope_it_is_403_before_what_was_sent_is_looked_at(operation: Operation) -> None:
    """[C3] [C14]"""
    read_only = caller(bearer("assets:read", "sites:read", "markets:read", "telemetry:read", "snapshots:read"))
    write_only = caller(bearer("assets:write", "sites:write", "markets:write", "telemetry:write", "snapshots:write"))
    call = write_only if operation.method == "GET" else read_only
    assert call(operation.method, operation.path({}) + "?strange=1", b"{", "text/plain").status_code == 403


@each(OURS)
def test_its_own_example_is_accepted(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[C16]: so the hostile variations of it below reach as far as they can."""
    answer = permitted(operation)(operation.method, operation.address(ids), content_for(operation))
    # the asset is new and an inverter lists it: some actions, and its deletion, are not open to it
    refused = (409,) if operation.example is None else ()
    assert answer.status_code in (200, 201, 204, *refused), answer.content


@each(EVERY)
def test_an_unknown_query_parameter_is_refused(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[C4] [P5]"""
    path = f"{operation.path(ids)}?{'&'.join([*operation.query(ids), 'strange=1'])}"
    answer = permitted(operation)(operation.method, path, content_for(operation))
    if operation.is_partners:
        assert answer.status_code == 400
    else:
        assert ["query", "strange"] in [fault["loc"] for fault in json.loads(answer.content)["detail"]]


@each(EVERY)
def test_other_methods_are_405_and_allow_names_those_there_are(operation: Operation, permitted: Permitted) -> None:
    """[C3]: the fixtures hold Allow against the document; what pretends to be another method stays what it is."""
    call = permitted(operation)
    taken = {one.method for one in EVERY if one.template == operation.template}
    others = {*map(str.upper, METHODS), "TRACE", "PROPFIND", "BREW", *([] if operation.is_partners else ["OPTIONS"])}
    for method in others - taken:
        answer = call(method, operation.path({}), X_HTTP_Method_Override=operation.method)
        assert answer.status_code == 405, method
        assert "Allow" in answer


@each(EVERY)
def test_a_trailing_slash_is_404(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[C1]: never a redirect."""
    answer = permitted(operation)(operation.method, operation.path(ids) + "/", content_for(operation))
    assert answer.status_code == 404


@each(OURS)
def test_an_answer_that_is_not_json_is_406(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    answer = permitted(operation)(operation.method, operation.address(ids), content_for(operation), Accept="text/html")
    assert answer.status_code == 406


@each([one for one in EVERY if one.method == "GET"])
def test_head_is_get_without_its_body(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    got, head = call("GET", operation.address(ids)), call("HEAD", operation.address(ids))
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.get("Content-Type") == got.get("Content-Type")


@each(WITH_CONTENT)
@pytest.mark.parametrize("media_type", hostile.MEDIA_TYPES)
def test_another_media_type_is_415(operation: Operation, media_type: str, permitted: Permitted) -> None:
    """[C2], looked at before what is in it [C3]."""
    assert permitted(operation)(operation.method, operation.path({}), b"{", media_type).status_code == 415


@each(WITH_CONTENT)
def test_an_encoded_body_is_415(operation: Operation, permitted: Permitted) -> None:
    answer = permitted(operation)(operation.method, operation.path({}), b"{}", Content_Encoding="gzip")
    assert answer.status_code == 415


@each(WITH_CONTENT)
def test_a_body_of_unknown_length_is_411(operation: Operation, permitted: Permitted) -> None:
    """[C3]: it would look empty."""
    answer = permitted(operation)(
        operation.method, operation.path({}), b"{}", Content_Length="", Transfer_Encoding="chunked"
    )
    assert answer.status_code == 411


@each(WITH_CONTENT)
def test_a_body_of_more_than_16_mib_is_413_without_being_read(operation: Operation, permitted: Permitted) -> None:
    """[B1] [C3]"""
    answer = permitted(operation)(operation.method, operation.path({}), b"{}", Content_Length="16777217")
    assert answer.status_code == 413


@each(WITH_BODY)
def test_a_body_comes_before_an_unknown_id(operation: Operation, permitted: Permitted) -> None:
    """[C3]: 422 before 404."""
    answer = permitted(operation)(operation.method, operation.path({}), b'{"strange": 1}')
    assert ["body", "strange"] in [fault["loc"] for fault in json.loads(answer.content)["detail"]]


@each([one for one in WITH_CONTENT if one.example is None])
def test_an_operation_without_a_body_takes_none(operation: Operation, permitted: Permitted) -> None:
    """[C4]: but what says nothing is nothing."""
    call = permitted(operation)
    assert call(operation.method, operation.path({}), b'{"strange": 1}').status_code == 422
    assert call(operation.method, operation.path({}), b"{}").status_code in (404, 422)


@each([one for one in OURS if one.names])
def test_an_unknown_id_is_404_and_named(operation: Operation, permitted: Permitted) -> None:
    """[C3]"""
    answer = permitted(operation)(operation.method, operation.address({}), content_for(operation))
    assert answer.status_code == 404
    assert "UNKNOWN" in json.loads(answer.content)["detail"]


@each([one for one in WITH_CONTENT if not one.examples_of_rows])
@pytest.mark.parametrize("media", ["text/csv", "application/x-ndjson"])
def test_rows_are_415_where_they_are_not_documented(operation: Operation, media: str, permitted: Permitted) -> None:
    """[C2] [B3]"""
    assert permitted(operation)(operation.method, operation.path({}), b"a\n1\n", media).status_code == 415


@each([one for one in EVERY if one.method == "GET"])
def test_an_answer_comes_in_each_documented_media_type(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    for media in operation.media_of_answers:
        answer = call("GET", operation.address(ids), Accept=media)
        if answer.status_code != 404:
            assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, media)


@each(EVERY)
def test_a_host_that_is_not_ours_is_400(operation: Operation, permitted: Permitted) -> None:
    """[C3]"""
    for host in ("evil.example", "", "localhost:80a", "a" * 300, "127.0.0.1 evil"):
        assert permitted(operation)(operation.method, operation.path({}), Host=host).status_code == 400


@each(EVERY)
def test_the_request_id_comes_back(operation: Operation, permitted: Permitted) -> None:
    """[C15]"""
    answer: HttpResponse = permitted(operation)(operation.method, operation.path({}), X_Request_ID="a.B_9-z")
    assert answer["X-Request-ID"] == "a.B_9-z"
