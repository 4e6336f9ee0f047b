"""One bad item in any position: nothing is written, and it is pointed at (issue 3, done when 5) [B1] [B2] [C8]."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import Api, detail_of, read
from tests.factories.limits import limit_item
from tests.factories.periods import forecast, price, reservation

pytestmark = pytest.mark.django_db

ITEMS = 250


def limit(asset_id: str, slot: int = 0, **values: Any) -> dict[str, Any]:
    day = f"2026-05-{1 + slot // 24:02}"
    hour = slot % 24
    window = {"start_time": f"{hour:02}:00", "end_time": f"{hour + 1:02}:00", "valid_from": day, "valid_until": day}
    return limit_item(asset_id, **window, **values)


Make = Callable[..., dict[str, Any]]
ENDPOINTS: list[tuple[str, str, Make, str]] = [
    ("PATCH", "limits", limit, "power_charge"),
    ("PUT", "forecasts", forecast, "consumption"),
    ("PUT", "reservations", reservation, "energy_buffer_low"),
    ("PUT", "prices", lambda _asset, slot=0, **values: price(slot=slot, **values), "price"),
]
each = pytest.mark.parametrize(("method", "field", "make", "value"), ENDPOINTS, ids=[one[1] for one in ENDPOINTS])


def stored(api: Api, battery: str, field: str) -> list[Any]:
    owner = "delivery_areas=50HZ" if field == "prices" else f"asset_ids={battery}"
    found: list[Any] = read(api.get(f"/{field}?{owner}&from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z"))[field]
    return found


@each
@pytest.mark.parametrize("position", [0, 1, 99, 100, 173, ITEMS - 1])
def test_a_bad_item_in_any_position_writes_nothing_and_is_pointed_at(
    battery: str, method: str, field: str, make: Make, value: str, position: int
) -> None:
    api = Api.with_key()
    batch = [make(battery, slot) for slot in range(ITEMS)]
    batch[position][value] = "bad"
    (fault,) = read(api.send(method, f"/{field}", {field: batch}), 422)["detail"]
    assert fault["loc"] == ["body", field, position, value]
    assert stored(api, battery, field) == []


@pytest.mark.parametrize(("method", "field", "make", "_value"), ENDPOINTS[:3])
def test_two_unknown_assets_are_both_named(battery: str, method: str, field: str, make: Make, _value: str) -> None:
    api = Api.with_key()
    batch = [make("DE_50HZ_NO_2"), make(battery, 1), make("DE_50HZ_NO_1", 2), make("DE_50HZ_NO_2", 3)]
    answer = api.send(method, f"/{field}", {field: batch})
    assert detail_of(answer, 404) == "Unknown assets: DE_50HZ_NO_1, DE_50HZ_NO_2."
    assert stored(api, battery, field) == []


@pytest.mark.parametrize(("method", "field", "make", "_value"), ENDPOINTS[1:])
def test_the_same_key_twice_names_both_indices_also_as_two_offsets(
    battery: str, method: str, field: str, make: Make, _value: str
) -> None:
    """[B2] Limits are the exception [L3]."""
    api = Api.with_key()
    twin = {"start_time": "2026-05-01T08:00:00+02:00", "end_time": "2026-05-01T08:15:00+02:00"}
    batch = [make(battery, 1), make(battery), make(battery, 2), make(battery) | twin]
    (fault,) = read(api.send(method, f"/{field}", {field: batch}), 422)["detail"]
    assert fault["loc"] == ["body", field, 3]
    assert fault["msg"].startswith("Item 3 has the same ")
    assert fault["msg"].endswith(" as item 1")
    assert stored(api, battery, field) == []
