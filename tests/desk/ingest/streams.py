"""Producers and workers of tests, on the run's own Redis."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.desk.ingest.intake import INTAKES
from config.desk.ingest.names import GROUP, STREAMS
from config.desk.ingest.redis_streams import RedisStreams
from config.desk.ingest.worker import Worker
from tests.desk.desks import eventually

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def send(stream: str, *events: "dict[str, Any] | str") -> None:
    """Put events on a stream, all at once; a text as it is."""
    with client() as producer, producer.pipeline() as together:
        for event in events:
            together.xadd(stream, {"payload": event if isinstance(event, str) else json.dumps(event)})
        together.execute()


def status(event_id: str, asset_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "asset_id": asset_id,
        "status": "ONLINE",
        "effective_at": "2026-05-01T12:00:00Z",
        **fields,
    }


def dispatch(event_id: str, asset_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "asset_id": asset_id,
        "start_time": "2026-05-01T12:00:00Z",
        "end_time": "2026-05-01T12:15:00Z",
        "power": -2.5,
        "source": "TRADING",
        "market": "IDA1",
        "issued_at": "2026-05-01T11:55:00Z",
        "status": "ISSUED",
        **fields,
    }


def snapshot(event_id: str, asset_id: str, **fields: Any) -> dict[str, Any]:
    energy = {"value": "1.5", "unit": "MWh"}
    return {
        "event_id": event_id,
        "asset_id": asset_id,
        "effective_at": "2026-05-01T12:00:00Z",
        "energy": energy,
    } | fields


def a_worker(*, left_after: float = 5.0, **changes: Any) -> Worker:
    stop = threading.Event()
    made = {"transport": RedisStreams(STREAMS, left_after=left_after), "intakes": INTAKES, "clock": timezone.now}
    return Worker(**{**made, "stop": stop, "patience": 0.05, **changes})


@contextmanager
def working(**settings_: Any) -> Iterator[Worker]:
    """A worker in a thread of its own, stopped in the end as SIGTERM stops it."""
    worker = a_worker(**settings_)

    def run() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.set()
        thread.join(timeout=30)
        assert not thread.is_alive()


def all_settled(*, patience: float = 20.0) -> bool:
    """Whether everything that was sent is acknowledged before long."""
    return eventually(lambda: waiting() == 0, patience=patience)


def waiting() -> int:
    """Events that nobody has read, and events that are in somebody's hand."""
    with client() as looking:
        total = 0
        for stream in STREAMS:
            groups: Any = looking.xinfo_groups(stream) if looking.exists(stream) else []
            ours = [group for group in groups if group["name"] == GROUP]
            if not ours:
                total += int(looking.xlen(stream))
            for group in ours:
                unread: Any = looking.xrange(stream, f"({group['last-delivered-id']}", "+")
                total += group["pending"] + len(unread)
        return total


def dead(stream: str) -> list[dict[str, str]]:
    """The dead events of a stream, as they lie there."""
    with client() as looking:
        entries: Any = looking.xrange(f"{stream}:dead")
        return [fields for _, fields in entries]


def ingest(**settings_: Any) -> None:
    """Let a worker work, here and on this connection, until everything that was sent is settled."""
    worker = a_worker(**settings_)

    def watch() -> None:
        worker.settled = all_settled()  # type: ignore[attr-defined]
        worker.stop.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    worker.run()
    watcher.join()
    assert worker.settled  # type: ignore[attr-defined]
