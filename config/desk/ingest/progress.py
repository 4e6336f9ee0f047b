"""How far ingestion has come: what waits, what is in hand, what is dead, and when a batch was last stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis

from config.desk.ingest.connection import answering, connect
from config.desk.ingest.names import GROUP, STREAMS, dead_stream, progress_key

MOST_COUNTED = 10_000
# Redis before 7 does not say how many entries a group has not read yet: they are counted, so far.
COUNT_BEHIND = "return #redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])"


@dataclass(frozen=True)
class StreamProgress:
    """One stream: events that no worker has read yet (`lag`; 10,000 may mean more), events that a worker has in hand
    or that a dead one left (`pending`), dead ones, and how many were stored until now, the last ones when."""

    stream: str
    lag: int
    pending: int
    dead: int
    events: int
    last_batch_at: datetime | None


def progress(client: "redis.Redis | None" = None) -> list[StreamProgress]:
    """Each stream's progress; TransportError when Redis does not answer within two seconds."""
    with answering():
        if client is not None:
            return [_progress_of(stream, client) for stream in STREAMS]
        with connect(patience=2.0) as own:
            return [_progress_of(stream, own) for stream in STREAMS]


def _progress_of(stream: str, client: "redis.Redis") -> StreamProgress:
    found: Any = client.hgetall(progress_key(stream))
    at = found.get(b"last_batch_at")
    lag, pending = _waiting(stream, client)
    return StreamProgress(
        stream=stream,
        lag=lag,
        pending=pending,
        dead=int(client.xlen(dead_stream(stream))),
        events=int(found.get(b"events", 0)),
        last_batch_at=datetime.fromisoformat(at.decode()) if at else None,
    )


def _waiting(stream: str, client: "redis.Redis") -> tuple[int, int]:
    """How many entries our group has not read, and how many it has not acknowledged."""
    if not client.exists(stream):
        return 0, 0
    groups: Any = client.xinfo_groups(stream)
    ours = next((group for group in groups if group["name"] == GROUP.encode()), None)
    if ours is None:
        return int(client.xlen(stream)), 0
    lag = ours.get("lag")
    if lag is None:
        lag = client.eval(COUNT_BEHIND, 1, stream, ours["last-delivered-id"], MOST_COUNTED)
    return int(lag), int(ours["pending"])
