"""Storing what events say, each once [E1] [S2] [D1] [SS1] [C13]."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assets.event_store import forget_events
from assets.events import DispatchEvent, StateSnapshotEvent, StatusEvent
from assets.models import Dispatch, StateSnapshot, StatusEntry, StoredEvent
from assets.recording import record_dispatches, record_snapshot_events, record_statuses
from assets.revisions import revisions_of
from tests.factories.assets import make_asset
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def status(event_id: str, asset_id: str, **fields: Any) -> StatusEvent:
    said = {"event_id": event_id, "asset_id": asset_id, "status": "ONLINE", "effective_at": "2026-05-01T12:00:00Z"}
    return StatusEvent.model_validate(said | fields)


def dispatch(event_id: str, asset_id: str, **fields: Any) -> DispatchEvent:
    said = {
        "event_id": event_id,
        "asset_id": asset_id,
        "start_time": "2026-05-01T12:00:00Z",
        "end_time": "2026-05-01T12:15:00Z",
        "power": "-2.5",
        "source": "TRADING",
        "market": "IDA1",
        "issued_at": "2026-05-01T11:55:00Z",
        "status": "ISSUED",
    }
    return DispatchEvent.model_validate(said | fields)


def snapshot(event_id: str, asset_id: str, energy: str, **fields: Any) -> StateSnapshotEvent:
    said = {
        "event_id": event_id,
        "asset_id": asset_id,
        "effective_at": "2026-05-01T12:00:00Z",
        "energy": {"value": energy, "unit": "MWh"},
    }
    return StateSnapshotEvent.model_validate(said | fields)


def told(asset_id: str) -> list[tuple[str, str]]:
    """Ids and statuses of an asset's entries, beside the one that it was made with."""
    entries = StatusEntry.objects.filter(asset_id=asset_id).exclude(event_id="created").order_by("event_id")
    return list(entries.values_list("event_id", "status"))


def revision(asset_id: str, kind: str) -> int:
    return dict(revisions_of(owner_ids=[asset_id], kind=kind)).get(asset_id, 0)


class TestStatuses:
    def test_an_event_becomes_an_entry_with_its_reasons(self) -> None:
        asset_id = make_asset().pk
        reason = {"category": "GRID", "detail": "Curtailed", "source": "SCADA", "attributes": {"level": 0.6}}
        assert record_statuses(events=[status("e1", asset_id, status="DEGRADED", reasons=[reason])], now=NOON) == {}
        entry = StatusEntry.objects.get(event_id="e1")
        assert (entry.status, entry.reasons, entry.created_at) == ("DEGRADED", [reason], NOON)

    def test_an_event_that_comes_again_is_stored_once_whatever_it_says(self) -> None:
        """[E1]."""
        asset_id = make_asset().pk
        record_statuses(events=[status("e1", asset_id), status("e1", asset_id)], now=NOON)
        record_statuses(events=[status("e1", asset_id, effective_at="2026-05-01T13:00:00Z")], now=LATER)
        assert told(asset_id) == [("e1", "ONLINE")]

    def test_the_revision_is_raised_by_what_is_new_and_by_nothing_else(self) -> None:
        """[C13]."""
        asset_id = make_asset().pk
        before = revision(asset_id, "statuses")
        record_statuses(events=[status("e1", asset_id), status("e2", asset_id)], now=NOON)
        assert revision(asset_id, "statuses") == before + 1
        record_statuses(events=[status("e1", asset_id)], now=LATER)
        assert revision(asset_id, "statuses") == before + 1

    def test_those_of_unknown_assets_are_named_and_the_others_stored(self) -> None:
        asset_id = make_asset().pk
        events = [status("e1", "DE_50HZ_NO_1"), status("e2", asset_id), status("e3", "DE_50HZ_NO_2")]
        unknown = record_statuses(events=events, now=NOON)
        assert unknown == {0: "Unknown asset: DE_50HZ_NO_1", 2: "Unknown asset: DE_50HZ_NO_2"}
        assert told(asset_id) == [("e2", "ONLINE")]

    def test_one_whose_asset_was_unknown_is_stored_when_it_is_not_any_more(self) -> None:
        events = [status("e1", "DE_50HZ_WU_1")]
        record_statuses(events=events, now=NOON)
        assert make_asset().pk == "DE_50HZ_WU_1"
        assert record_statuses(events=events, now=LATER) == {}
        assert told("DE_50HZ_WU_1") == [("e1", "ONLINE")]


class TestDispatches:
    def stored(self) -> list[tuple[Any, ...]]:
        return list(Dispatch.objects.order_by("id").values_list("id", "status", "power", "created_at"))

    def test_a_later_status_updates_the_entry_and_keeps_when_it_was_made(self) -> None:
        """[D1] [C10]."""
        asset_id = make_asset().pk
        record_dispatches(events=[dispatch("d1", asset_id)], now=NOON)
        record_dispatches(events=[dispatch("d1", asset_id, status="EXECUTED", power="-2.4")], now=LATER)
        assert [(*row[:2], str(row[2]), row[3]) for row in self.stored()] == [("d1", "EXECUTED", "-2.400000", NOON)]

    @pytest.mark.parametrize("batches", ["together", "apart", "apart, the wrong way round", "together, likewise"])
    def test_what_is_stored_does_not_depend_on_how_events_arrive(self, batches: str) -> None:
        asset_id = make_asset().pk
        events = [dispatch("d1", asset_id), dispatch("d1", asset_id, status="EXECUTED", power="-2.4")]
        ordered = events if batches in {"together", "apart"} else events[::-1]
        for batch in [ordered] if batches.startswith("together") else [[event] for event in ordered]:
            record_dispatches(events=batch, now=NOON)
        assert [(row[1], str(row[2])) for row in self.stored()] == [("EXECUTED", "-2.400000")]

    def test_the_same_again_changes_nothing_and_raises_no_revision(self) -> None:
        """[C13]."""
        asset_id = make_asset().pk
        record_dispatches(events=[dispatch("d1", asset_id)], now=NOON)
        record_dispatches(events=[dispatch("d1", asset_id, power="7")], now=LATER)
        assert revision(asset_id, "dispatches") == 1
        assert [str(row[2]) for row in self.stored()] == ["-2.500000"]


class TestStateSnapshots:
    def test_of_two_events_of_one_instant_the_later_one_holds_also_when_the_first_comes_again(self) -> None:
        """[E1] [SS1]."""
        asset_id = make_asset().pk
        first, second = snapshot("e1", asset_id, "1"), snapshot("e2", asset_id, "2")
        record_snapshot_events(events=[first, second], now=NOON)
        record_snapshot_events(events=[first], now=LATER)
        assert [str(row.energy) for row in StateSnapshot.objects.all()] == ["2.000000"]
        assert revision(asset_id, "state_snapshots") == 1


class TestIds:
    def test_old_ids_are_forgotten_a_few_at_a_time_and_others_kept(self) -> None:
        asset_id = make_asset().pk
        record_statuses(events=[status(f"e{n}", asset_id) for n in range(5)], now=NOON)
        record_statuses(events=[status("new", asset_id)], now=LATER)
        assert [forget_events(stream="statuses", before=LATER, most=3) for _ in range(3)] == [3, 2, 0]
        assert list(StoredEvent.objects.values_list("event_id", flat=True)) == ["new"]


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_assets_neither_deadlock_nor_lose() -> None:
    """[E1]: shuffled batches over the same assets, each id in two of them."""
    assets = [make_asset().pk for _ in range(6)]
    ids = [f"e{n:03}" for n in range(120)]

    def batch(turn: int) -> list[StatusEvent]:
        mine = sorted(ids, key=lambda one: hash((turn, one)))[:60] if turn % 2 else ids[::-1]
        return [status(one, assets[int(one[1:]) % len(assets)]) for one in mine]

    at_once(*(lambda turn=turn: record_statuses(events=batch(turn), now=NOON) for turn in range(6)))
    assert sorted(one for asset in assets for one, _ in told(asset)) == ids
