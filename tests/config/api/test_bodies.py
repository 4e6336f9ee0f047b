"""Bodies: validated once, with every fault and its place, and without reading more junk than is worth it [B1] [C3]."""

import json
import time
import tracemalloc
from typing import Any

import pytest

from config.api.bodies import LARGEST_BATCH, Body, batch_of, left_out, validated
from config.api.json_text import parse_json
from config.api.values import Amount, Instant, JsonFlag
from config.errors import InvalidError


class Item(Body):
    """A period, as batches have them."""

    asset_id: str
    start_time: Instant
    power: Amount
    locked: JsonFlag | None = None


class Batch(Body):
    """A batch of them."""

    items: batch_of(Item)  # type: ignore[valid-type]


class Few(Body):
    """A list of at most three."""

    items: batch_of(Item, most=3)  # type: ignore[valid-type]


class Patch(Body):
    """A patch with a field that may be left out but not be null."""

    name: str = left_out()


GOOD = {"asset_id": "DE_50HZ_WU_1", "start_time": "2026-05-01T00:00:00Z", "power": 1}
WRONG = {**GOOD, "power": "much"}


def faults(model: type[Body], document: Any) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(InvalidError) as refused:
        validated(model, document, place="body")
    return [(fault.loc, fault.type) for fault in refused.value.faults]


def test_every_fault_is_named_with_its_place() -> None:
    """[C3]: `loc` starts with the place, and indices are integers."""
    document = {"items": [GOOD, {"asset_id": 5, "power": "1"}, {**GOOD, "strange": 1}], "more": 1}
    assert faults(Batch, document) == [
        (("body", "items", 1, "asset_id"), "string_type"),
        (("body", "items", 1, "start_time"), "missing"),
        (("body", "items", 2, "strange"), "extra_forbidden"),
        (("body", "more"), "extra_forbidden"),
    ]


def test_what_is_no_object_is_said_without_the_names_of_our_classes() -> None:
    with pytest.raises(InvalidError) as refused:
        validated(Batch, [1], place="body")
    [fault] = refused.value.faults
    assert fault.loc == ("body",)
    assert fault.msg == "Input should be a JSON object"


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250, LARGEST_BATCH])
def test_a_batch_takes_1_to_10_000_items(count: int) -> None:
    """[B1]"""
    batch = validated(Batch, {"items": [GOOD] * count}, place="body")
    assert len(batch.items) == count


def test_a_batch_of_no_or_of_too_many_items_is_refused_before_any_of_them_is_looked_at() -> None:
    """[B1]"""
    assert faults(Batch, {"items": []}) == [(("body", "items"), "too_short")]
    assert faults(Batch, {"items": [1] * (LARGEST_BATCH + 1)}) == [(("body", "items"), "too_long")]
    assert faults(Few, {"items": [GOOD] * 4}) == [(("body", "items"), "too_long")]
    assert faults(Batch, {"items": "abc"}) == [(("body", "items"), "list_type")]


def test_faults_far_back_in_a_batch_have_the_index_of_their_item() -> None:
    items = [GOOD] * 1_000
    items[99], items[100], items[999] = WRONG, WRONG, WRONG
    places = [loc for loc, _ in faults(Batch, {"items": items})]
    assert places == [("body", "items", index, "power") for index in (99, 100, 999)]


def test_at_most_a_hundred_faults_are_named() -> None:
    """[C3]"""
    assert len(faults(Batch, {"items": [{}] * 5_000})) == 100


def test_a_body_of_junk_costs_little_time_and_memory() -> None:
    """A list of junk items cost 22 s and 1.4 GB before lengths were checked first and validation stopped."""
    bodies = [
        json.dumps({"items": [{f"k{number}": 1 for number in range(150)}] * LARGEST_BATCH}).encode(),
        json.dumps({f"k{number}": 1 for number in range(500_000)}).encode(),
        json.dumps({"items": [1] * LARGEST_BATCH}).encode(),
    ]
    for content in bodies:
        document = parse_json(content)
        tracemalloc.start()
        started = time.monotonic()
        assert len(faults(Batch, document)) <= 100
        assert time.monotonic() - started < 10
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
        tracemalloc.stop()


def test_a_batch_of_10_000_items_takes_no_long_time() -> None:
    content = json.dumps({"items": [GOOD] * LARGEST_BATCH}).encode()
    started = time.process_time()
    validated(Batch, parse_json(content), place="body")
    assert time.process_time() - started < 5


def test_what_may_be_left_out_may_still_not_be_null() -> None:
    assert validated(Patch, {}, place="body").model_fields_set == set()
    assert faults(Patch, {"name": None}) == [(("body", "name"), "string_type")]
    assert "default" not in Patch.model_json_schema()["properties"]["name"]


def test_a_body_is_frozen() -> None:
    with pytest.raises(Exception, match="frozen"):
        setattr(validated(Patch, {"name": "a"}, place="body"), "name", "b")  # noqa: B010


def test_names_from_clients_are_repeated_short() -> None:
    assert faults(Patch, {"x" * 500: 1}) == [(("body", "x" * 100), "extra_forbidden")]
