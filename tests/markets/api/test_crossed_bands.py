"""PATCH /limits: a row's energy_low is never above its energy_high, as it is after the merge [L7]."""

from decimal import Decimal
from typing import Any

import pytest

from markets.limit_items import LimitItem
from markets.models import Limit
from markets.operations import limits as operations
from markets.queries import limits as queries
from tests.factories.clients import ApiClient
from tests.factories.limits import NOW, limit_item, make_limits, patch, slot_item, slots_of, stored_rows

pytestmark = pytest.mark.django_db


def crossed(api: ApiClient, *items: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Index, field and sentence of each item that is said to cross a band."""
    before = stored_rows()
    faults = api.faults("PATCH", "/limits", {"limits": list(items)})
    assert stored_rows() == before
    return [(int(loc[2]), str(loc[3]), sentence) for loc, sentence in faults if loc[:2] == ["body", "limits"]]


def places(faults: list[tuple[int, str, str]]) -> list[tuple[int, str]]:
    return [(index, field) for index, field, _ in faults]


def test_an_item_that_crosses_its_own_band_is_named(api: ApiClient, battery: str) -> None:
    """The sentence names asset, slot and source; it is said before an asset is looked up [C3]."""
    expected = "energy_low 9.5 would be above energy_high 3 for {} at 2026-05-01T06:00:00Z, source CUSTOMER"
    bad: dict[str, Any] = {"energy_low": "9.50", "energy_high": 3}
    assert crossed(api, slot_item(battery, 7), slot_item(battery, **bad)) == [
        (1, "energy_low", expected.format(battery))
    ]
    assert crossed(api, slot_item("NONE", **bad)) == [(0, "energy_low", expected.format("NONE"))]


@pytest.mark.parametrize(
    ("stored", "sent", "field"),
    [({"energy_high": 5}, {"energy_low": 6}, "energy_low"), ({"energy_low": 6}, {"energy_high": 5}, "energy_high")],
)
def test_an_item_that_crosses_what_is_stored_is_named(
    api: ApiClient, battery: str, stored: dict[str, int], sent: dict[str, int], field: str
) -> None:
    """The first slot where it does is named."""
    make_limits(slot_item(battery, 8, **stored))
    sentence = f"energy_low 6 would be above energy_high 5 for {battery} at 2026-05-01T08:00:00Z, source CUSTOMER"
    whole = limit_item(battery, start_time="00:00", end_time="24:00", **sent)
    assert crossed(api, slot_item(battery, source="PV"), whole) == [(1, field, sentence)]


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ({"energy_low": 6}, {"energy_high": 5}, (1, "energy_high")),
        ({"energy_high": 5}, {"energy_low": 6}, (1, "energy_low")),
        ({"energy_low": 6, "energy_high": 5}, {"power_charge": -1}, (0, "energy_low")),
        ({"energy_low": 6, "energy_high": 9}, {"energy_high": 5}, (1, "energy_high")),
    ],
)
def test_of_two_items_that_cross_a_band_the_later_is_named(
    api: ApiClient, battery: str, first: dict[str, int], second: dict[str, int], fault: tuple[int, str]
) -> None:
    """[L3] They apply in order, so it is the later one that crosses it."""
    assert places(crossed(api, slot_item(battery, **first), slot_item(battery, **second))) == [fault]


def test_a_later_item_may_set_right_what_an_earlier_one_crosses(api: ApiClient, battery: str) -> None:
    """[L3] Only the row as it is after the merge counts."""
    make_limits(slot_item(battery, 7, energy_high=5))
    patch(
        api,
        slot_item(battery, energy_low=6, energy_high=5),
        slot_item(battery, energy_high=8),
        slot_item(battery, 7, energy_low=6),
        slot_item(battery, 7, energy_high=7),
    )
    assert [(row[5], row[6]) for row in stored_rows()] == [(Decimal(6), Decimal(8)), (Decimal(6), Decimal(7))]


def test_all_items_that_cross_a_band_are_named_up_to_a_hundred(api: ApiClient, battery: str) -> None:
    """[C3] In the order of the batch, one fault each, however many slots it crosses."""
    make_limits(limit_item(battery, start_time="00:00", end_time="24:00", valid_until="2026-05-31", energy_high=5))
    days = [f"2026-05-{day:02}" for day in range(31, 0, -1)]
    items = [
        limit_item(battery, start_time=f"{hour:02}:00", end_time=f"{hour + 1:02}:00", energy_low=low, valid_from=day)
        | {"valid_until": day}
        for day in days
        for hour, low in enumerate((6, 5, 7, 8, 9))
    ]
    crossing = [(index, "energy_low") for index in range(len(items)) if index % 5 != 1]
    assert places(crossed(api, *items)) == crossing[:100]
    assert places(crossed(api, *items[:10])) == crossing[:8]


def test_equal_bounds_are_a_band(api: ApiClient, battery: str) -> None:
    assert patch(api, slot_item(battery, energy_low=5, energy_high="5.000"))["inserted"] == 1


def test_a_band_that_sources_cross_between_them_is_reported_as_it_is(api: ApiClient, battery: str) -> None:
    patch(api, slot_item(battery, energy_low=9), slot_item(battery, source="PV", energy_high=2))
    [slot] = slots_of(api, battery)
    assert (slot["computed"]["energy_low"], slot["computed"]["energy_high"]) == ("9", "2")


def test_a_batch_is_tried_again_when_what_it_crossed_is_gone(battery: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the refusal and the look at who caused it, another client may take its values back."""
    make_limits(slot_item(battery, energy_high=5))
    find = queries.find_crossed_bands

    def take_back_and_find(*args: Any) -> Any:
        Limit.objects.update(energy_high=None)
        return find(*args)

    monkeypatch.setattr(operations, "find_crossed_bands", take_back_and_find)
    item = LimitItem.model_validate(slot_item(battery, energy_low=6))
    assert operations.put_limits(items=[item], now=NOW).updated == 1
