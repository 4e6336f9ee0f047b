"""What looks right and is not is refused, in every field and parameter of every operation [C2] [C3]."""

import json
from collections.abc import Callable, Mapping

import pytest

from tests.contract import plausible
from tests.contract.conftest import Call
from tests.contract.hostile import at
from tests.contract.operations import EVERY, WITH_BODY, Operation
from tests.contract.refusals import faults_of

pytestmark = pytest.mark.django_db

Permitted = Callable[[Operation], Call]
Ids = Mapping[str, str]
WITH_QUERY = [one for one in EVERY if one.query_parameters]


# A partner's document is whatever its own schema says: of its body only what is around it is ours.
FREE = "/api/v1/snapshots/{kind}/{site_id}"


def found_at(place: tuple[str | int, ...], places: list[tuple[str | int, ...]]) -> bool:
    """Whether a fault was found there, in what it is a part of, or in a part of it."""
    return any(one[: len(place)] == place or place[: len(one)] == one for one in places)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_wrong_values_in_a_body_are_refused_each_at_its_place(
    operation: Operation, permitted: Permitted, ids: Ids
) -> None:
    call = permitted(operation)
    taken = []
    for places, content in plausible.wrong_documents(operation):
        answer = call(operation.method, operation.path(ids), content)
        assert answer.status_code == 422, content
        assert not faults_of("/api/", 422, {"content-type": "application/json"}, answer.content, sent=content)
        found = [tuple(fault["loc"][1:]) for fault in json.loads(answer.content)["detail"]]
        ours = [place for place in places if operation.template != FREE or place[0] != "document"]
        taken += [(place, at(json.loads(content), place)) for place in ours if not found_at(place, found)]
    assert taken == []


@pytest.mark.parametrize("operation", WITH_QUERY, ids=str)
def test_a_wrong_value_in_a_query_is_refused(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    call = permitted(operation)
    refused = 400 if operation.is_partners else 422
    found = {
        (name, address): call(operation.method, address).status_code
        for name, address in plausible.wrong_queries(operation, ids)
    }
    assert {where: status for where, status in found.items() if status != refused} == {}
