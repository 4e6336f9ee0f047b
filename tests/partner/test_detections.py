"""What a signal is called, and since when it is known: the same from run to run (contract 13.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from partner import signal_documents
from partner.anomalies import SLOT, Anomaly
from partner.detections import Detection, identified
from partner.documents import instant_text

DAY = datetime(2026, 5, 1, tzinfo=UTC)
NOW = DAY + timedelta(days=1)
SITE = "DE_50HZ_SUN_SITE_1"
Slots = frozenset[tuple[str, int]]


def at(slot: int) -> datetime:
    return DAY + slot * SLOT


def anomaly(first: int, last: int, inverter: str = "A", type_: str = "Zero Production") -> Anomaly:
    """From the start of the first slot to the end of the last."""
    return Anomaly(inverter, type_, at(first), at(last + 1))


def run(
    anomalies: Iterable[Anomaly], known: Sequence[Detection] = (), *, looked_from: datetime = DAY, now: datetime = NOW
) -> list[Detection]:
    found = identified(anomalies, known=known, looked_from=looked_from, site_id=SITE, now=now)
    return [detection for _, detection in found]


def test_the_same_data_has_the_same_ids_whoever_computes() -> None:
    one, other = run([anomaly(40, 44)]), run([anomaly(40, 44)], now=NOW + SLOT)
    assert one[0].signal_id == other[0].signal_id
    assert len({run([each])[0].signal_id for each in (anomaly(40, 44), anomaly(41, 44), anomaly(40, 44, "B"))}) == 3
    assert run([anomaly(40, 44, type_="Temperature")])[0].signal_id != one[0].signal_id


def test_a_signal_that_grows_stays_the_same() -> None:
    (first,) = run([anomaly(40, 41)])
    (grown,) = run([anomaly(40, 50)], [first], now=NOW + SLOT)
    assert grown == replace(first, end_time=at(51))


def test_a_signal_whose_beginning_leaves_the_window_keeps_it() -> None:
    (first,) = run([anomaly(10, 50)])
    (later,) = run([anomaly(28, 60)], [first], looked_from=at(30), now=NOW + SLOT)
    assert later == replace(first, end_time=at(61))


def test_late_readings_move_the_ends_of_a_signal_and_not_its_name() -> None:
    (first,) = run([anomaly(40, 44)])
    (longer,) = run([anomaly(36, 44)], [first], now=NOW + SLOT)
    (shorter,) = run([anomaly(42, 44)], [longer], now=NOW + 2 * SLOT)
    assert (longer.start_time, shorter.start_time) == (at(36), at(42))
    assert {one.signal_id for one in (first, longer, shorter)} == {first.signal_id}
    assert {one.first_detected_at for one in (first, longer, shorter)} == {NOW}


def test_what_is_found_of_yesterday_is_detected_today() -> None:
    known = run([anomaly(60, 64)])
    (_, late) = run([anomaly(60, 64), anomaly(20, 24)], known, now=NOW + SLOT)
    assert late.start_time == at(20)
    assert late.first_detected_at == NOW + SLOT


def test_a_clock_that_stands_still_puts_nothing_behind_the_cursor() -> None:
    known = run([anomaly(60, 64)])
    (_, late) = run([anomaly(60, 64), anomaly(20, 24)], known, now=NOW)
    assert late.first_detected_at > NOW


def test_a_signal_that_falls_in_two_is_the_first_of_them_and_a_new_one() -> None:
    known = run([anomaly(40, 60)])
    first, second = run([anomaly(40, 45), anomaly(50, 60)], known, now=NOW + SLOT)
    assert first.signal_id == known[0].signal_id
    assert (second.signal_id != first.signal_id, second.first_detected_at) == (True, NOW + SLOT)


def test_two_signals_that_grow_together_are_the_earlier_one() -> None:
    known = run([anomaly(40, 45), anomaly(50, 60)])
    (one,) = run([anomaly(40, 60)], known, now=NOW + SLOT)
    assert one.signal_id == known[0].signal_id


def test_an_id_that_has_moved_away_is_not_given_twice() -> None:
    (moved,) = run([anomaly(44, 48)], run([anomaly(40, 48)]), now=NOW + SLOT)
    kept, new = run([anomaly(44, 48), anomaly(40, 41)], [moved], now=NOW + 2 * SLOT)
    assert kept.signal_id == moved.signal_id
    assert new.signal_id != moved.signal_id


def gathered(slots: Slots, window: int) -> list[Anomaly]:
    """Runs of consecutive slots of each inverter that end in the window, without what lies more than 4 before it."""
    found = []
    for inverter in ("A", "B"):
        own = sorted(slot for one, slot in slots if one == inverter and slot >= window - 4)
        starts = [slot for slot in own if slot - 1 not in own]
        ends = [slot for slot in own if slot + 1 not in own]
        found += [anomaly(*ends_of_run, inverter) for ends_of_run in zip(starts, ends, strict=True)]
    return [one for one in found if one.end_time > at(window)]


def document(detections: Iterable[Detection]) -> dict[str, Any]:
    """As far as a client who polls looks at it."""
    signals = signal_documents.ordered(
        {
            "id": one.signal_id,
            "timestamp": instant_text(one.first_detected_at),
            "severity": "High",
            "type": one.type,
            "asset_id": one.inverter_id,
        }
        for one in detections
    )
    return {"signals": signals, "cursor": signals[0]["timestamp"] if signals else None}


slots = st.frozensets(st.tuples(st.sampled_from("AB"), st.integers(0, 40)), max_size=40)
steps = st.lists(st.tuples(slots, st.integers(0, 3), st.integers(1, 2)), min_size=2, max_size=8)


@given(steps)
def test_whoever_polls_with_the_cursor_sees_every_signal(steps: list[tuple[Slots, int, int]]) -> None:
    """However readings change and days pass: no signal appears behind a cursor already given."""
    known: list[Detection] = []
    window, now = 0, NOW
    cursor: datetime | None = None
    published: set[str] = set()
    for changed, moved, waited in steps:
        window, now = window + moved, now + timedelta(seconds=waited)
        known = run(gathered(changed, window), known, looked_from=at(window), now=now)
        ids = [one.signal_id for one in known]
        assert len(ids) == len(set(ids))
        page = document(known)
        seen = {one["id"] for one in signal_documents.filtered(page, since=cursor)["signals"]}
        assert set(ids) - published <= seen
        assert not seen & (set(ids) & published)
        published = set(ids)
        if page["cursor"]:
            cursor = max(filter(None, (cursor, datetime.fromisoformat(page["cursor"]))))


@given(slots, st.lists(st.integers(0, 5), max_size=6))
def test_a_window_that_moves_changes_no_id_no_start_and_no_time(found: Slots, moves: list[int]) -> None:
    window, now = 0, NOW
    known = first = run(gathered(found, window))
    for moved in moves:
        window, now = window + moved, now + SLOT
        known = run(gathered(found, window), known, looked_from=at(window), now=now)
    assert {*known} <= {*first}
    assert {one.end_time > at(window) for one in known} <= {True}
    assert len(known) == sum(one.end_time > at(window) for one in first)
