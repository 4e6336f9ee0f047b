"""P10: no event is lost and none is stored twice, whoever is killed, restarted or frozen meanwhile [E1] [E2]."""

import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import redis

from tests.trust.conftest import Promise, promises
from tests.trust.event_desk import EventDesk

EVENTS, DUPLICATES, POISONOUS, KILLS, WORKERS = 20_000, 1_000, 20, 20, 3
SEND_AT_ONCE = 50
CLEAR = "TRUNCATE assets_statesnapshot, assets_dispatch, sites_inverterreading"  # of what the demo has
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def desk() -> Iterator[EventDesk]:
    # not one of pytest's folders: their root is closed, again at each run's start, to the account of the servers
    with TemporaryDirectory(prefix="leitstand-events-") as folder:
        made = EventDesk(Path(folder) / "data")
        try:
            made.prepare()
            yield made
        finally:
            made.close()


Sent = list[tuple[str, str]]


def stamp(number: int) -> str:
    return f"{START + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"


def event_of(number: int, *, asset_ids: list[str], inverter_ids: list[str]) -> tuple[str, dict[str, Any]]:
    """The event of this number and its stream: all four take turns."""
    asset_id, event_id = asset_ids[number % len(asset_ids)], f"event-{number:06}"
    if number % 4 == 0:
        return "statuses", {
            "asset_id": asset_id,
            "event_id": event_id,
            "status": "ONLINE",
            "effective_at": stamp(number),
        }
    if number % 4 == 1:
        window = {"start_time": stamp(number), "end_time": stamp(number + 900), "issued_at": stamp(number)}
        order = {"power": -2.5, "source": "TRADING", "market": "IDA1", "status": "ISSUED"}
        return "dispatches", {"asset_id": asset_id, "event_id": event_id, **window, **order}
    if number % 4 == 2:
        energy = {"value": number, "unit": "MWh"}
        return "state-snapshots", {
            "asset_id": asset_id, "event_id": event_id, "effective_at": stamp(number), "energy": energy,
        }  # fmt: skip
    inverter_id = inverter_ids[number % len(inverter_ids)]
    return "telemetry", {"inverter_id": inverter_id, "event_id": event_id, "time": stamp(number), "ac_power_kw": number}


def events(desk: EventDesk) -> Sent:
    """20,000 events, 1,000 of them once more later, and 20 that can never be stored, in the order of sending."""
    chance = random.Random(10)
    owners = {
        "asset_ids": [row[0] for row in desk.query("SELECT id FROM assets_asset ORDER BY id")],
        "inverter_ids": [row[0] for row in desk.query("SELECT id FROM sites_inverter ORDER BY id")],
    }
    made = [event_of(number, **owners) for number in range(EVENTS)]
    sent = [(stream, json.dumps(event)) for stream, event in made]
    for number in sorted(chance.sample(range(EVENTS), DUPLICATES), reverse=True):
        sent.insert(min(len(sent), number + chance.randrange(1, 3000)), sent[number])
    poison = ["{", "[]", "{}", json.dumps(event_of(0, asset_ids=["DE_50HZ_NONE_1"], inverter_ids=["x"])[1])]
    for number in range(POISONOUS):
        sent.insert(chance.randrange(len(sent)), ("statuses", poison[number % len(poison)]))
    return sent


def produce(desk: EventDesk, sent: Sent, *, seconds: float) -> None:
    """Send all, evenly, each until Redis has said that it has it: an answer that is lost makes one more duplicate."""
    pause = seconds / (len(sent) / SEND_AT_ONCE)
    client = desk.client()
    for start in range(0, len(sent), SEND_AT_ONCE):
        while True:
            try:
                with client.pipeline() as together:  # all of them or none
                    for stream, payload in sent[start : start + SEND_AT_ONCE]:
                        together.xadd(stream, {"payload": payload})
                    together.execute()
                break
            except redis.RedisError:
                time.sleep(0.1)
        time.sleep(pause)


def stored(desk: EventDesk) -> dict[str, int]:
    """How many rows there are of the events that were sent, by stream; each row's value is its event's."""
    since = START - timedelta(seconds=1)
    counts = {
        "statuses": "SELECT count(*), count(DISTINCT event_id) FROM assets_statusentry WHERE event_id LIKE 'event-%%'",
        "dispatches": "SELECT count(*), count(DISTINCT id) FROM assets_dispatch WHERE id LIKE 'event-%%'",
        "state-snapshots": "SELECT count(*), count(DISTINCT energy) FROM assets_statesnapshot WHERE effective_at > %s",
        "telemetry": "SELECT count(*), count(DISTINCT ac_power_kw) FROM sites_inverterreading WHERE time > %s",
    }
    found = {}
    for stream, statement in counts.items():
        ((rows, distinct),) = desk.query(statement, *([since] if statement.endswith("%s") else []))
        assert rows == distinct
        found[stream] = rows
    return found


@promises("P10")
def test_nothing_is_lost_and_nothing_stored_twice(desk: EventDesk, promise: Promise) -> None:
    chance = random.Random(20)
    desk.run(CLEAR)
    sent = events(desk)
    for _ in range(WORKERS):
        desk.start_worker()
    producer = threading.Thread(target=produce, args=(desk, sent), kwargs={"seconds": 45}, daemon=True)
    producer.start()
    for kill in range(KILLS):
        time.sleep(chance.uniform(1, 3))
        desk.kill_worker(kill % WORKERS)
        if kill == KILLS // 3:
            desk.broker.kill()
            desk.start_broker()
        if kill == 2 * KILLS // 3:
            desk.database.kill()
            desk.start_database()
    producer.join()
    seconds = desk.seconds_until_settled(patience=60)
    rows, dead = stored(desk), desk.dead()
    ids = desk.query("SELECT count(*) FROM assets_storedevent WHERE event_id LIKE 'event-%%'")[0][0]
    promise("P10", "events stored, of 20,000 with 5 % sent twice, 20 kills, both servers killed",
            figure=f"{sum(rows.values())}, each once", target="20000")  # fmt: skip
    promise("P10", "dead events, of 20 poisonous ones", figure=dead, target="20")
    promise("P10", "pending afterwards", figure=desk.waiting(), target="0")
    promise("P10", "caught up after the last fault", figure=f"{seconds:.1f} s", target="30 s")
    assert rows == dict.fromkeys(rows, EVENTS // 4)
    assert ids == 3 * EVENTS // 4  # a dispatch's id is its own
    assert dead == POISONOUS
    assert desk.waiting() == 0
    assert seconds < 30


@promises("P10", "P19")
def test_a_frozen_database_loses_nothing_and_kills_no_event(desk: EventDesk, promise: Promise) -> None:
    """P19: SIGSTOP to all of PostgreSQL for 30 seconds, while events go on coming in."""
    desk.run(CLEAR)
    sent = [(stream, payload) for stream, payload in events(desk)[:5_000] if '"event_id"' in payload]
    sent = [one for one in sent if "DE_50HZ_NONE_1" not in one[1]]
    for _ in range(WORKERS):
        desk.start_worker()
    producer = threading.Thread(target=produce, args=(desk, sent), kwargs={"seconds": 40}, daemon=True)
    producer.start()
    time.sleep(5)
    desk.signal_database(signal.SIGSTOP)
    time.sleep(30)
    waiting = desk.waiting()
    desk.signal_database(signal.SIGCONT)
    thawed = time.monotonic()
    while desk.waiting() >= waiting:
        assert time.monotonic() - thawed < 30
        time.sleep(0.02)
    resumed = time.monotonic() - thawed
    producer.join()
    desk.seconds_until_settled(patience=30)
    rows = sum(stored(desk).values())
    promise("P19", "ingestion goes on after PostgreSQL was frozen for 30 s", figure=f"{resumed:.1f} s", target="5 s")
    promise("P10", "events lost or dead by it", figure=len(set(sent)) - rows + desk.dead(), target="0")
    assert resumed < 5
    assert rows == len(set(sent))
    assert desk.dead() == 0
