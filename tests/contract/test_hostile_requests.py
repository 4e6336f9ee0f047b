"""What broken and curious clients send to every operation of the document does no harm.

Each answer is held against the document by the fixtures, as in test_every_operation.py. These take long, and have
a file of their own so that the processes of a run share the work.
"""

import json

import pytest

from tests.contract import hostile
from tests.contract.operations import EVERY, WITH_BODY, WITH_CONTENT, WITH_ROWS, Operation
from tests.contract.test_every_operation import Ids, Permitted, content_for, each

pytestmark = pytest.mark.django_db


@each([one for one in EVERY if one.names])
def test_hostile_ids_do_no_harm(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    for name in operation.names:
        template = operation.path({**ids, name: "HOSTILE"})
        for text in hostile.IDS:
            path = template.replace("HOSTILE", text)
            assert call(operation.method, path, content_for(operation)).status_code in (400, 403, 404, 405, 422)


@each(EVERY)
def test_hostile_queries_do_no_harm(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    path = operation.path(ids)
    for query in hostile.QUERIES:
        call(operation.method, f"{path}?{query}")
    for name in [*operation.query_parameters, "strange"]:
        needed = operation.query(ids, leaving_out=name)
        for value in hostile.QUERY_VALUES:
            call(operation.method, f"{path}?{'&'.join([*needed, f'{name}={value}'])}", content_for(operation))
        call(operation.method, f"{path}?{'&'.join([*needed, f'{name}=1', f'{name}=2'])}", content_for(operation))


@each(WITH_CONTENT)
def test_hostile_bodies_do_no_harm(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    for content in hostile.CONTENTS:
        answer = call(operation.method, operation.path(ids), content)
        # an action takes an empty body, and a patch an empty object; nothing else here is meant for anything
        expected = (204, 404, 409, 422) if content in (b"", b"{}") else (422,)
        assert answer.status_code in expected, content[:100]
        assert len(answer.content) <= 100_000


@each(WITH_BODY)
def test_hostile_fields_do_no_harm(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    for document in hostile.spoiled(operation.example):
        content = json.dumps(document).encode()
        answer = call(operation.method, operation.path(ids), content)
        assert answer.status_code in (200, 201, 204, 403, 404, 409, 422), content[:300]
        assert len(answer.content) <= 100_000 or answer.status_code == 201


@each(WITH_ROWS)
def test_hostile_rows_do_no_harm(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[B3]"""
    call = permitted(operation)
    for media, example in operation.examples_of_rows.items():
        assert call(operation.method, operation.path(ids), example, media).status_code in (200, 201, 204)
        for content in (*hostile.CONTENTS, *hostile.spoiled_rows(example)):
            answer = call(operation.method, operation.path(ids), content, media)
            assert answer.status_code in (200, 201, 204, 404, 409, 422), (media, content[:300])
            assert answer.status_code == 201 or len(answer.content) <= 100_000
