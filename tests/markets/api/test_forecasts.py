"""Forecasts [F1] [F2]."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.clients import ApiClient
from tests.factories.periods import forecast, window_of

pytestmark = pytest.mark.django_db

PATH = "/forecasts"
MORNING = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"


def put(api: ApiClient, *items: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = api.represented("PUT", PATH, {"forecasts": list(items)})
    return counts


def test_a_forecast_is_stored_and_listed_as_it_was_sent(api: ApiClient, battery: str) -> None:
    """[F1] [C2] Decimals come back in their shortest plain form, edges without fraction."""
    answer = api.call(
        "PUT", PATH, {"forecasts": [forecast(battery, generation_p10="1.20", generation_p90=2.3, consumption="0.0")]}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    (stored,) = api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["forecasts"]
    assert stored.pop("created_at") == stored.pop("updated_at")
    assert stored == {
        "asset_id": battery,
        "start_time": "2026-05-01T06:00:00Z",
        "end_time": "2026-05-01T06:15:00Z",
        "delivery_day": "2026-05-01",
        "generation": "1.8",
        "consumption": "0",
        "generation_p10": "1.2",
        "generation_p90": "2.3",
    }


def test_every_value_is_overwritten_and_what_is_left_out_becomes_null(api: ApiClient, battery: str) -> None:
    """[F1] The natural key is (asset_id, start_time)."""
    put(api, forecast(battery, generation_p10=1, generation_p90=2))
    longer = window_of()["start_time"], "2026-05-01T07:00:00+00:00"
    assert put(api, forecast(battery, generation=3, start_time=longer[0], end_time=longer[1])) == {
        "inserted": 0,
        "updated": 1,
        "unchanged": 0,
    }
    (stored,) = api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["forecasts"]
    assert (stored["generation"], stored["generation_p10"], stored["generation_p90"]) == ("3", None, None)
    assert stored["end_time"] == "2026-05-01T07:00:00Z"
    assert stored["updated_at"] > stored["created_at"]


def test_the_same_forecast_again_changes_nothing(api: ApiClient, battery: str) -> None:
    """[C10] A write that changes nothing keeps updated_at."""
    put(api, forecast(battery))
    before = api.get(f"{PATH}?asset_ids={battery}&{MORNING}")
    assert put(api, forecast(battery, generation="1.800000")) == {"inserted": 0, "updated": 0, "unchanged": 1}
    assert api.get(f"{PATH}?asset_ids={battery}&{MORNING}") == before


@pytest.mark.parametrize(("day", "longer"), [("06:00:00Z", "06:15:00Z"), ("08:00:00+02:00", "08:15:00+02:00")])
def test_a_window_may_be_a_whole_day_long(api: ApiClient, battery: str, day: str, longer: str) -> None:
    """[F1] 15 minutes to 24 hours, both included, whether the batch is in plain form or not."""
    put(api, forecast(battery, end_time=f"2026-05-02T{day}"))
    ((loc, _),) = api.faults("PUT", PATH, {"forecasts": [forecast(battery, end_time=f"2026-05-02T{longer}")]})
    assert loc == ["body", "forecasts", 0]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"generation": -1}, "generation"),
        ({"generation": "1.1234567"}, "generation"),
        ({"consumption": None}, "consumption"),
        ({"generation_p10": 2}, None),
        ({"generation_p90": 1}, None),
        ({"start_time": "2026-05-01T06:01:00Z"}, "start_time"),
        ({"start_time": "2026-05-01T06:00:00"}, "start_time"),
        ({"end_time": "2026-05-01T06:00:00Z"}, None),
        ({"end_time": "2026-05-02T06:45:00Z"}, None),
        ({"delivery_day": "2026-05-01"}, "delivery_day"),
    ],
)
def test_a_bad_item_is_named_and_nothing_is_written(
    api: ApiClient, battery: str, values: dict[str, Any], place: str | None
) -> None:
    """[F1] [B1] All values >= 0, p10 <= generation <= p90, windows on the grid, 15 minutes to 24 hours."""
    batch = {"forecasts": [forecast(battery, 1), forecast(battery, 2) | values, forecast(battery, 3)]}
    ((loc, _),) = api.faults("PUT", PATH, batch)
    assert loc == ["body", "forecasts", 1, *([place] if place else [])]
    assert api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["forecasts"] == []


def test_two_offsets_of_one_instant_are_the_same_key(api: ApiClient, battery: str) -> None:
    """[B2] Both indices are named."""
    here = {"start_time": "2026-05-01T08:00:00+02:00", "end_time": "2026-05-01T08:15:00+02:00"}
    ((loc, sentence),) = api.faults(
        "PUT", PATH, {"forecasts": [forecast(battery, 4), forecast(battery), forecast(battery) | here]}
    )
    assert loc == ["body", "forecasts", 2]
    assert "Item 2" in sentence
    assert "item 1" in sentence


def test_all_unknown_assets_are_named(api: ApiClient, battery: str) -> None:
    """[C8] 404, and nothing is written."""
    batch = {"forecasts": [forecast("DE_50HZ_NO_2"), forecast(battery), forecast("DE_50HZ_NO_1")]}
    assert api.refusal("PUT", PATH, batch) == (404, "Unknown assets: DE_50HZ_NO_1, DE_50HZ_NO_2.")
    assert api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["forecasts"] == []


@pytest.mark.parametrize(("day", "slots"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-05-01", 96)])
def test_a_delivery_day_is_the_market_s_day(api: ApiClient, battery: str, day: str, slots: int) -> None:
    """[C7] 92, 96 or 100 slots, from midnight to midnight in Europe/Berlin."""
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    put(api, *(forecast(battery) | window_of(slot, since=midnight) for slot in range(-96, 192)))
    found = api.get(f"{PATH}?asset_ids={battery}&delivery_day={day}&limit=1000")["forecasts"]
    assert len(found) == slots
    assert {one["delivery_day"] for one in found} == {day}


def test_forecasts_are_listed_by_asset_and_start_and_paged(api: ApiClient, battery: str, neighbour: str) -> None:
    """[F2] [C5] A cursor goes on where the page before ended."""
    put(api, *(forecast(asset, slot) for slot in (2, 0, 1) for asset in (neighbour, battery)))
    query = f"{PATH}?asset_ids={neighbour},{battery},DE_50HZ_NO_1&{MORNING}"
    everything = api.get(query)["forecasts"]
    assert [(one["asset_id"], one["start_time"][11:16]) for one in everything] == [
        (asset, time) for asset in (battery, neighbour) for time in ("06:00", "06:15", "06:30")
    ]
    seen = []
    path: str | None = f"{query}&limit=2"
    while path:
        answer = api.call("GET", path)
        seen += json.loads(answer.content)["forecasts"]
        path = answer["Link"].split("/api/v1")[1].split(">")[0] if "Link" in answer else None
    assert seen == everything
    assert api.get(f"{query}&limit=2&offset=3")["forecasts"] == everything[3:5]


def test_the_window_is_half_open(api: ApiClient, battery: str) -> None:
    """[F2] [C7] start_time in [from, to); from = to is empty, from > to is 422."""
    put(api, forecast(battery, 0), forecast(battery, 1))
    first, second = window_of(0)["start_time"], window_of(1)["start_time"]
    query = f"{PATH}?asset_ids={battery}&from="
    assert [one["start_time"] for one in api.get(f"{query}{first}&to={second}")["forecasts"]] == [first]
    assert api.get(f"{query}{first}&to={first}")["forecasts"] == []
    assert [loc for loc, _ in api.faults("GET", f"{query}{second}&to={first}")] == [["query", "to"]]


def test_a_key_bound_to_assets_sees_and_writes_no_others(battery: str, neighbour: str) -> None:
    """[C14] Others are as if unknown."""
    put(ApiClient(), forecast(neighbour))
    bound = ApiClient(asset_ids=[battery])
    assert bound.refusal("PUT", PATH, {"forecasts": [forecast(neighbour)]}) == (404, f"Unknown asset: {neighbour}.")
    assert bound.get(f"{PATH}?asset_ids={battery},{neighbour}&{MORNING}")["forecasts"] == []


def test_any_number_of_forecasts_takes_the_same_statements(
    api: ApiClient, battery: str, django_assert_num_queries: Any
) -> None:
    """Pinned: the key, and one statement that locks, upserts and revises; in tests within a savepoint."""
    put(api, forecast(battery, 500))
    for items in ([forecast(battery)], [forecast(battery, slot, generation=7) for slot in range(200)]):
        with django_assert_num_queries(4):
            put(api, *items)
    with django_assert_num_queries(3):
        api.get(f"{PATH}?asset_ids={battery}&{MORNING}&limit=1000")


def test_amounts_keep_all_their_digits(api: ApiClient, battery: str) -> None:
    """[C2] Twelve digits before the point and six behind it, from a number or its text."""
    amount = Decimal("999999999999.999999")
    put(api, forecast(battery, generation=str(amount)))
    (stored,) = api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["forecasts"]
    assert stored["generation"] == str(amount)
