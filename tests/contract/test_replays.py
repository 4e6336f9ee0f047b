"""A batch that comes again, whole or in halves, leaves what it left the first time [C10] [B1]."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.contract.conftest import Call
from tests.contract.operations import EVERY, WITH_BODY, Operation, example_of

ITEMS = 6
WINDOW = ("from=2026-05-01T00:00:00Z", "to=2026-05-08T00:00:00Z", "limit=1000")
STAMPS = re.compile(r'"(created|updated)_at": ?"[^"]+"')


def list_of(operation: Operation) -> str | None:
    """The field of a batch's body that holds its items."""
    lists = [
        name for name, value in operation.example.items() if isinstance(value, list) and isinstance(value[0], dict)
    ]
    return lists[0] if lists else None


BATCHES = [one for one in WITH_BODY if list_of(one)]
each_batch = pytest.mark.parametrize("operation", BATCHES, ids=str)
Permitted = Callable[[Operation], Call]
Ids = Mapping[str, str]


def items_of(operation: Operation) -> list[dict[str, Any]]:
    """The example's items at several times, all different."""
    examples = operation.example[list_of(operation)]
    return [moved(one, number) for number in range(ITEMS) for one in examples]


def moved(item: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The item so many quarters of an hour later; a window that holds for days, so many days later."""
    later = dict(item)
    for name in {"start_time", "end_time", "effective_at", "time"} & item.keys():
        if "T" in item[name]:
            instant = datetime.fromisoformat(item[name]) + timedelta(minutes=15 * number)
            later[name] = f"{instant:%Y-%m-%dT%H:%M:%SZ}"
    if "valid_from" in item:
        day = date.fromisoformat(item["valid_from"]) + timedelta(days=number)
        later |= {"valid_from": str(day), "valid_until": str(day)}
    return later


def address_of(operation: Operation, ids: Ids) -> str:
    """Where what was written can be read."""
    found = next(one for one in EVERY if (one.method, one.template) == ("GET", operation.template))
    needed = [one for one in found.said["parameters"] if one["in"] == "query" and one["name"].endswith("s")]
    owners = [(one["name"], ids.get(one["name"].rstrip("s"), example_of(one["schema"]))) for one in needed]
    chosen = [f"{name}={value}" for name, value in owners if name in ("asset_ids", "inverter_ids", "site_ids")]
    chosen += ["delivery_areas=50HZ" for name, _ in owners if name == "delivery_areas"]
    return f"{operation.path(ids)}?{'&'.join([*chosen, *WINDOW])}"


def send(call: Call, operation: Operation, ids: Ids, items: list[dict[str, Any]], **headers: str) -> bytes:
    content = json.dumps({list_of(operation): items}).encode()
    answer = call(operation.method, operation.path(ids), content, **headers)
    assert answer.status_code in (200, 201, 204), answer.content
    return answer.content


def stored(call: Call, operation: Operation, ids: Ids) -> str:
    answer = call("GET", address_of(operation, ids))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@each_batch
@pytest.mark.django_db
def test_a_batch_sent_again_changes_nothing(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[C10]: whole, twice, and in halves: byte for byte, created_at and updated_at too."""
    call, items = permitted(operation), items_of(operation)
    send(call, operation, ids, items)
    first = stored(call, operation, ids)
    assert first.count("start_time") + first.count("effective_at") + first.count('"time"') >= ITEMS
    half = len(items) // 2
    for again in (items, items, items[:half], items[half:]):
        answer = send(call, operation, ids, again, Prefer="return=representation")
        assert operation.method == "POST" or not re.search(rb'"(inserted|updated)": ?[1-9]', answer)
        assert stored(call, operation, ids) == first


@each_batch
@pytest.mark.django_db
def test_two_halves_are_the_whole(operation: Operation, permitted: Permitted, ids: Ids) -> None:
    """[B1]: but for when they were stored."""
    call, items = permitted(operation), items_of(operation)
    half, found = len(items) // 2, []
    for parts in ([items], [items[:half], items[half:]]):
        with transaction.atomic():
            for part in parts:
                send(call, operation, ids, part)
            found.append(STAMPS.sub("", stored(call, operation, ids)))
            transaction.set_rollback(True)
    assert found[0] == found[1]
