"""Redis Streams as a transport of events [E1].

A stream's consumer group remembers who has what in hand. What is not acknowledged after a while is taken over by
whoever looks next: first many at once, and, what was left several times, one by one. XAUTOCLAIM would raise the count
of all that it hands over and tells none, so we look (XPENDING) and then take (XCLAIM).
"""

import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import redis

from config.desk.ingest.connection import answering, connect, instant_of
from config.desk.ingest.names import GROUP, PAYLOAD, dead_stream, progress_key
from config.desk.ingest.transport import Delivery, Refusal

LEFT_AFTER = 5.0  # seconds without a word after which an event's worker is taken for gone
SUSPECT_AFTER = 3  # deliveries after which an event comes alone
FORGOTTEN_AFTER = 3600.0  # seconds after which a worker that has nothing in hand is not remembered
ANSWER_WITHIN = 5.0

# Whoever's acknowledgement counts writes the dead event: two workers that refuse one event, or one that asks twice
# because the answer was lost, leave one. The original's fields are copied here, and kept when it was trimmed away.
SETTLE = """
local group, now, stored = ARGV[1], ARGV[2], tonumber(ARGV[3])
local settled, dead = 0, 0
if stored > 0 then
    settled = redis.call('XACK', KEYS[1], group, unpack(ARGV, 4, 3 + stored))
end
for at = 4 + stored, #ARGV, 3 do
    if redis.call('XACK', KEYS[1], group, ARGV[at]) == 1 then
        local entry = redis.call('XRANGE', KEYS[1], ARGV[at], ARGV[at])[1]
        local fields = entry and #entry[2] <= 200 and entry[2] or {}
        for _, said in ipairs({
            'reason', ARGV[at + 1], 'original_id', ARGV[at], 'deliveries', ARGV[at + 2], 'died_at', now
        }) do
            fields[#fields + 1] = said
        end
        redis.call('XADD', KEYS[2], '*', unpack(fields))
        dead = dead + 1
    end
end
if settled + dead > 0 then
    redis.call('HSET', KEYS[3], 'last_batch_at', now)
    redis.call('HINCRBY', KEYS[3], 'events', settled)
end
return {settled, dead}
"""


class RedisStreams:
    """One worker's way to its streams; a Transport."""

    def __init__(self, streams: Sequence[str], *, left_after: float = LEFT_AFTER) -> None:
        self.streams = tuple(streams)
        self.left_after = int(left_after * 1000)
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.client = connect(patience=ANSWER_WITHIN)

    def open(self) -> None:
        """Make the groups that are not there, also after Redis has lost them: they begin with the oldest event."""
        with answering():
            for stream in self.streams:
                with suppress(redis.ResponseError):  # it is there
                    self.client.xgroup_create(stream, GROUP, id="0", mkstream=True)

    def receive(self, *, most: int, patience: float) -> Mapping[str, Sequence[Delivery]]:
        """New events by stream."""
        wanted: Any = dict.fromkeys(self.streams, ">")
        with answering():
            found: Any = self.client.xreadgroup(
                GROUP, self.worker, wanted, count=most, block=max(1, int(patience * 1000))
            )
        return {stream.decode(): [_delivery(*entry) for entry in entries] for stream, entries in found or ()}

    def take_over(self, *, most: int) -> Iterator[tuple[str, Sequence[Delivery]]]:
        """What other workers, or we before an error, have left."""
        for stream in self.streams:
            for counts in self._left(stream, most=most):
                if taken := self._taken(stream, counts):
                    yield stream, taken

    def _left(self, stream: str, *, most: int) -> Iterator[dict[str, int]]:
        """The events that are left, each with its deliveries so far; together, but for suspects."""
        with answering():
            found: Any = self.client.xpending_range(stream, GROUP, "-", "+", most, idle=self.left_after)
        counts = {entry["message_id"].decode(): int(entry["times_delivered"]) for entry in found}
        if innocent := {one: count for one, count in counts.items() if count < SUSPECT_AFTER}:
            yield innocent
        yield from ({one: count} for one, count in counts.items() if count >= SUSPECT_AFTER)

    def _taken(self, stream: str, counts: Mapping[str, int]) -> list[Delivery]:
        """What we have got of these. One that somebody cut out of the stream unread is a delivery without payload."""
        with answering(), self.client.pipeline(transaction=False) as look:
            for one in counts:
                look.xrange(stream, one, one)
            lost = [one for one, entries in zip(counts, look.execute(), strict=True) if not entries]
            there: Any = [one for one in counts if one not in lost]
            taken: Any = self.client.xclaim(stream, GROUP, self.worker, self.left_after, there) if there else []
        return [
            *(_delivery(*entry, count=counts[entry[0].decode()] + 1) for entry in taken if entry[0] is not None),
            *(Delivery(one, None, counts[one] + 1) for one in lost),
        ]

    def forgive(self, stream: str, deliveries: Sequence[Delivery]) -> None:
        """Say that we are there, and that these were delivered once."""
        ids: Any = [one.id for one in deliveries]
        with answering():
            self.client.xclaim(stream, GROUP, self.worker, 0, ids, idle=0, retrycount=1, justid=True)

    def settle(self, stream: str, *, stored: Sequence[Delivery], refused: Sequence[Refusal], now: datetime) -> None:
        """Acknowledge, and write the dead events, in one script."""
        dead = (word for one in refused for word in (one.delivery.id, one.reason, one.delivery.count))
        said: Any = [GROUP, now.isoformat(), len(stored), *(one.id for one in stored), *dead]
        with answering():
            self.client.eval(SETTLE, 3, stream, dead_stream(stream), progress_key(stream), *said)

    def tidy(self) -> None:
        """Cut what every group has acknowledged off the streams, and forget workers that are gone."""
        for stream in self.streams:
            with answering():
                groups: Any = self.client.xinfo_groups(stream)
                # in this order: what is delivered in between is behind the mark
                marks = [self._first_needed(stream, group) for group in groups]
                self.client.xtrim(stream, minid=min(marks, key=_place).decode(), approximate=False)
                self._forget_workers(stream)

    def _first_needed(self, stream: str, group: Mapping[str, Any]) -> bytes:
        """The oldest entry that a group has in hand, else the last that it has read."""
        pending: Any = self.client.xpending(stream, group["name"])
        oldest: bytes | None = pending["min"]
        return oldest if oldest and _place(oldest) < _place(group["last-delivered-id"]) else group["last-delivered-id"]

    def _forget_workers(self, stream: str) -> None:
        workers: Any = self.client.xinfo_consumers(stream, GROUP)
        for worker in workers:
            if not worker["pending"] and worker["idle"] > FORGOTTEN_AFTER * 1000:
                self.client.xgroup_delconsumer(stream, GROUP, worker["name"])

    def oldest_open(self, stream: str) -> datetime | None:
        """When the oldest event came in that is in somebody's hand or not read yet."""
        with answering():
            pending: Any = self.client.xpending(stream, GROUP)
            groups: Any = self.client.xinfo_groups(stream)
            read = next(group["last-delivered-id"] for group in groups if group["name"] == GROUP.encode())
            unread: Any = self.client.xrange(stream, f"({read.decode()}", "+", count=1)
        waiting = [*([pending["min"]] if pending["min"] else []), *(entry_id for entry_id, _ in unread)]
        return min((instant_of(entry_id) for entry_id in waiting), default=None)

    def close(self) -> None:
        """Leave the groups, unless something is still in hand."""
        with suppress(redis.RedisError):
            for stream in self.streams:
                workers: Any = self.client.xinfo_consumers(stream, GROUP)
                if any(one["name"] == self.worker.encode() and not one["pending"] for one in workers):
                    self.client.xgroup_delconsumer(stream, GROUP, self.worker)
        self.client.close()


def _delivery(entry_id: bytes, fields: Mapping[bytes, bytes], *, count: int = 1) -> Delivery:
    return Delivery(entry_id.decode(), fields.get(PAYLOAD.encode()), count)


def _place(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, number = entry_id.decode().partition("-")
    return int(milliseconds), int(number or 0)
