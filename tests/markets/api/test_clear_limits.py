"""DELETE /limits: taking back what a source says [L6]."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from assets.revisions import revisions_of
from markets.models import Limit
from tests.factories.clients import ApiClient
from tests.factories.limits import NOW, limit_item, make_limits, slot_item, stored_rows

pytestmark = pytest.mark.django_db

NIL = (None, None, None, None)


def address(asset_id: str, /, **given: str | None) -> str:
    """The path that clears the customer's limits of a day."""
    query = {
        "asset_id": asset_id,
        "start_time": "2026-05-01T00:00:00Z",
        "end_time": "2026-05-02T00:00:00Z",
        "source": "CUSTOMER",
        **given,
    }
    return f"/limits?{urlencode({name: value for name, value in query.items() if value is not None})}"


def cleared(api: ApiClient, asset_id: str, /, **given: str) -> tuple[int, int]:
    """How many rows a DELETE updates and deletes."""
    counts = api.represented("DELETE", address(asset_id, **given), None)
    assert set(counts) == {"updated", "deleted"}
    return counts["updated"], counts["deleted"]


def left() -> list[tuple[Any, ...]]:
    """Hour and values of the rows that are left."""
    return [(start.hour, *values) for _, start, _, *values in stored_rows()]


def test_values_go_and_locks_stay(api: ApiClient, battery: str) -> None:
    """[L6] A row that says nothing any more and is not locked is removed: an open lock, or none, says nothing."""
    make_limits(
        slot_item(battery, 1, power_charge=-5, energy_low=1),
        slot_item(battery, 2, power_discharge=5, trading_locked=True),
        slot_item(battery, 3, energy_high=5, trading_locked=False),
        slot_item(battery, 4, trading_locked=False),
    )
    answer = api.call("DELETE", address(battery))
    assert (answer.status_code, answer.content) == (204, b"")
    assert left() == [(2, *NIL, True)]


def test_rows_are_counted_by_what_became_of_them(api: ApiClient, battery: str) -> None:
    """[C11] [C10] A locked row without values stays as it is, with its updated_at."""
    make_limits(slot_item(battery, 1), slot_item(battery, 2, trading_locked=True))
    make_limits(slot_item(battery, 3, energy_low=1, trading_locked=True), slot_item(battery, 4, energy_low=1))
    assert cleared(api, battery) == (1, 2)
    locked, emptied = Limit.objects.order_by("start_time")
    assert locked.updated_at == NOW < emptied.updated_at
    assert emptied.created_at == NOW
    assert cleared(api, battery) == (0, 0)


def test_only_the_window_of_the_source_and_asset_is_cleared(api: ApiClient, battery: str, neighbour: str) -> None:
    """[L6] By start_time in [start_time, end_time)."""
    make_limits(
        limit_item(battery, start_time="05:45", end_time="06:45"),
        limit_item(battery, source="PV"),
        limit_item(neighbour),
    )
    window = {"start_time": "2026-05-01T06:00:00Z", "end_time": "2026-05-01T08:30:00+02:00"}
    assert cleared(api, battery, **window) == (0, 2)
    kept = [(asset_id, start.strftime("%H:%M"), source) for asset_id, start, source, *_ in stored_rows()]
    assert kept == [
        (battery, "05:45", "CUSTOMER"),
        (battery, "06:00", "PV"),
        (battery, "06:15", "PV"),
        (battery, "06:30", "CUSTOMER"),
        (neighbour, "06:00", "CUSTOMER"),
        (neighbour, "06:15", "CUSTOMER"),
    ]


def test_an_empty_window_clears_nothing(api: ApiClient, battery: str) -> None:
    """[C7]"""
    make_limits(slot_item(battery))
    six = {"start_time": "2026-05-01T06:00:00Z", "end_time": "2026-05-01T06:00:00Z"}
    assert cleared(api, battery, **six) == (0, 0)
    assert len(stored_rows()) == 1


def test_a_cleared_value_can_be_set_again(api: ApiClient, battery: str) -> None:
    """[L3] [L6] What one source shares with a lock: neither wipes out the other."""
    make_limits(slot_item(battery, power_charge=-5), slot_item(battery, trading_locked=True))
    assert cleared(api, battery) == (1, 0)
    make_limits(slot_item(battery, power_charge=-4))
    assert left() == [(6, Decimal(-4), None, None, None, True)]


def test_only_what_changes_raises_the_revision(api: ApiClient, battery: str) -> None:
    """[C13]"""
    make_limits(slot_item(battery))
    assert cleared(api, battery, source="PV") == (0, 0)
    assert revisions_of(owner_ids=[battery], kind="limits") == [(battery, 1)]
    assert cleared(api, battery) == (0, 1)
    assert revisions_of(owner_ids=[battery], kind="limits") == [(battery, 2)]


def test_any_window_takes_the_same_statements(api: ApiClient, battery: str, django_assert_num_queries: Any) -> None:
    """The key, a transaction's beginning and end, and in it: the asset is locked, rows cleared, a revision raised."""
    make_limits(limit_item(battery, start_time="00:00", end_time="24:00"))
    with django_assert_num_queries(6):
        api.call("DELETE", address(battery))
    assert stored_rows() == []


def test_an_unknown_asset_is_404(api: ApiClient, battery: str, neighbour: str) -> None:
    """[L6] [C14] So is one that the key is not bound to."""
    assert api.refusal("DELETE", address("NONE")) == (404, "Unknown asset: NONE.")
    bound = ApiClient(asset_ids=[neighbour])
    assert bound.refusal("DELETE", address(battery)) == (404, f"Unknown asset: {battery}.")


def test_a_source_that_a_key_is_not_bound_to_is_forbidden(battery: str) -> None:
    """[C14]"""
    make_limits(slot_item(battery, source="PV"))
    status, sentence = ApiClient(sources=["CUSTOMER"]).refusal("DELETE", address(battery, source="PV"))
    assert (status, sentence) == (403, "This key cannot write limits of source PV.")
    assert len(stored_rows()) == 1


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({"asset_id": None}, ["asset_id"]),
        ({"start_time": None, "end_time": None, "source": None}, ["start_time", "end_time", "source"]),
        ({"source": "GRID"}, ["source"]),
        ({"source": "CUSTOMER,PV"}, ["source"]),
        ({"start_time": "2026-05-01T00:00:00"}, ["start_time"]),
        ({"start_time": "2026-05-03T00:00:00Z"}, ["end_time"]),
        ({"end_time": "2026-05-02"}, ["end_time"]),
        ({"asset_id": "x" * 10_000}, ["asset_id"]),
        ({"asset_id": ""}, ["asset_id"]),
        ({"trading_locked": "true"}, ["trading_locked"]),
        ({"asset_ids": "A"}, ["asset_ids"]),
    ],
)
def test_a_wrong_query_is_refused_where_it_is(
    api: ApiClient, battery: str, given: dict[str, str | None], places: list[str]
) -> None:
    """[C3] [C4]"""
    make_limits(slot_item(battery))
    faults = api.faults("DELETE", address(battery, **given))
    assert [loc for loc, _ in faults] == [["query", place] for place in places]
    assert len(stored_rows()) == 1


def test_a_delete_takes_no_body(api: ApiClient, battery: str) -> None:
    """[C4]"""
    assert api.call("DELETE", address(battery), {"asset_id": battery}).status_code == 422


def test_the_whole_of_time_can_be_cleared(api: ApiClient, battery: str) -> None:
    make_limits(slot_item(battery))
    edges = {"start_time": "0001-01-01T00:00:00Z", "end_time": "9999-12-31T23:59:59.999999Z"}
    assert cleared(api, battery, **edges) == (0, 1)
