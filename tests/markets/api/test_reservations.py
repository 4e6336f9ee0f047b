"""Reservations [R1] [R2]."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets.revisions import revisions_of
from tests.factories.clients import ApiClient
from tests.factories.periods import reservation

pytestmark = pytest.mark.django_db

PATH = "/reservations"
MORNING = "from=2026-05-01T00:00:00Z&to=2026-05-20T00:00:00Z"


def put(api: ApiClient, *items: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = api.represented("PUT", PATH, {"reservations": list(items)})
    return counts


def test_a_reservation_is_listed_as_it_was_sent(api: ApiClient, battery: str) -> None:
    """[R1] Power and energy change are signed."""
    assert api.call("PUT", PATH, {"reservations": [reservation(battery)]}).status_code == 204
    (stored,) = api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["reservations"]
    assert {name: stored[name] for name in ("market", "source", "power", "energy_change", "energy_buffer_high")} == {
        "market": "DAA",
        "source": "OPT",
        "power": "-2.5",
        "energy_change": "0.625",
        "energy_buffer_high": "0.1",
    }
    assert stored["delivery_day"] == "2026-05-01"


def test_markets_and_sources_of_one_window_stand_beside_each_other(api: ApiClient, battery: str) -> None:
    """[R1] The natural key is (asset_id, start_time, market, source); rows not named are left alone."""
    put(api, reservation(battery), reservation(battery, market="IDA"), reservation(battery, source="SWAP"))
    assert put(api, reservation(battery, power=1)) == {"inserted": 0, "updated": 1, "unchanged": 0}
    found = api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["reservations"]
    assert [(one["market"], one["source"], one["power"]) for one in found] == [
        ("DAA", "OPT", "1"),
        ("DAA", "SWAP", "-2.5"),
        ("IDA", "OPT", "-2.5"),
    ]


def test_a_thousand_reservations_count_as_inserted_unchanged_and_updated(api: ApiClient, battery: str) -> None:
    """Issue 3, done when 3: again they are unchanged, with their stamps and their ETag; one row changed is one."""
    path = f"{PATH}?asset_ids={battery}&{MORNING}&limit=1000"
    batch = [reservation(battery, slot) for slot in range(1000)]
    assert put(api, *batch) == {"inserted": 1000, "updated": 0, "unchanged": 0}
    before, tag = api.get(path), api.call("GET", path)["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert put(api, *reversed(batch)) == {"inserted": 0, "updated": 0, "unchanged": 1000}
    assert len([one for one in captured if "INSERT INTO markets_reservation" in one["sql"]]) == 1
    assert api.get(path) == before
    assert len({one["updated_at"] for one in before["reservations"]}) == 1
    assert api.call("GET", path)["ETag"] == tag
    assert revisions_of(owner_ids=[battery], kind="reservations") == [(battery, 1)]
    batch[500]["energy_buffer_low"] = "0.000001"
    assert put(api, *batch) == {"inserted": 0, "updated": 1, "unchanged": 999}
    assert revisions_of(owner_ids=[battery], kind="reservations") == [(battery, 2)]
    assert api.call("GET", path)["ETag"] != tag
    old = before["reservations"][0]["updated_at"]
    assert [place for place, one in enumerate(api.get(path)["reservations"]) if one["updated_at"] != old] == [500]


def test_a_batch_has_at_most_a_thousand(api: ApiClient, battery: str) -> None:
    """[B1] And at least one."""
    too_many = {"reservations": [reservation(battery, slot) for slot in range(1001)]}
    assert [loc for loc, _ in api.faults("PUT", PATH, too_many)] == [["body", "reservations"]]
    assert [loc for loc, _ in api.faults("PUT", PATH, {"reservations": []})] == [["body", "reservations"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("market", ""),
        ("market", "day ahead"),
        ("market", "x" * 65),
        ("market", 5),
        ("source", "ö"),
        ("source", "a\n"),
        ("power", None),
        ("power", True),
        ("power", "NaN"),
        ("energy_change", "1e13"),
        ("energy_buffer_low", -0.5),
        ("energy_buffer_high", "-0.000001"),
    ],
)
@pytest.mark.parametrize("position", [0, 2])
def test_a_bad_value_in_any_position_is_named_and_nothing_is_written(
    api: ApiClient, battery: str, field: str, value: Any, position: int
) -> None:
    """[R1] [B1] Words of `[A-Za-z0-9_.:-]`, all values required, buffers >= 0."""
    batch = [reservation(battery, slot) for slot in range(3)]
    batch[position][field] = value
    ((loc, _),) = api.faults("PUT", PATH, {"reservations": batch})
    assert loc == ["body", "reservations", position, field]
    assert api.get(f"{PATH}?asset_ids={battery}&{MORNING}")["reservations"] == []


def test_markets_and_sources_filter_repeated_or_by_comma(api: ApiClient, battery: str) -> None:
    """[R2] [C6]"""
    pairs = [(market, source) for market in ("DAA", "FCR", "IDA") for source in ("OPT", "SWAP")]
    put(api, *(reservation(battery, market=market, source=source) for market, source in pairs))

    def listed(query: str) -> list[tuple[str, str]]:
        found = api.get(f"{PATH}?asset_ids={battery}&{MORNING}&{query}")["reservations"]
        return [(one["market"], one["source"]) for one in found]

    assert listed("markets=IDA&markets=DAA,DAA") == [pair for pair in pairs if pair[0] != "FCR"]
    assert listed("sources=SWAP&markets=FCR") == [("FCR", "SWAP")]
    assert listed("markets=XBID") == []
