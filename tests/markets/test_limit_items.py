"""How many rows items of limits come to, and whether two of them meet [L2] [L3]; what is stored: tests/model."""

from hypothesis import given
from hypothesis import strategies as st

from markets.limit_items import LimitItem, are_overlapping
from tests.factories.limits import limit_item
from tests.model import limits

items = limits.items(["DE_50HZ_WU_1", "DE_50HZ_WV_1"])


def test_the_first_slot_of_a_day_is_free_until_an_item_takes_it() -> None:
    """[L3]"""
    first = limit_item("DE_50HZ_WU_1", start_time="00:00", end_time="00:15")
    second = limit_item("DE_50HZ_WU_1", start_time="00:15", end_time="00:30")
    assert not are_overlapping([LimitItem.model_validate(item) for item in (first, second)])


@given(st.lists(items, max_size=8))
def test_items_overlap_when_two_of_them_name_the_same_slot(batch: list[dict[str, str]]) -> None:
    """[L3]"""
    keys = [key for item in batch for key in limits.keys_of(item)]
    parsed = [LimitItem.model_validate(item) for item in batch]
    assert are_overlapping(parsed) == (len(keys) != len(set(keys)))
    assert sum(item.rows for item in parsed) == len(keys)
