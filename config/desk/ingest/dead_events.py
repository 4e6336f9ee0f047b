"""Dead events on Redis: listed, sent once more, or dropped [E1]."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import redis

from config.desk.ingest.connection import answering, instant_of
from config.desk.ingest.names import PAYLOAD, STREAMS, dead_stream
from config.desk.ingest.transport import DeadEvent
from config.errors import Fault, InvalidError, UnknownError

AT_ONCE = 500
# Back on its stream and out of the dead in one step, so that a second click finds nothing. What was added at its death
# is left behind.
REPLAY = """
local added = {reason = true, original_id = true, deliveries = true, died_at = true}
local replayed = 0
for _, id in ipairs(ARGV) do
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
    if entry then
        local fields = {}
        for at = 1, #entry[2], 2 do
            if not added[entry[2][at]] then
                fields[#fields + 1] = entry[2][at]
                fields[#fields + 1] = entry[2][at + 1]
            end
        end
        if #fields > 0 then
            redis.call('XADD', KEYS[2], '*', unpack(fields))
            replayed = replayed + redis.call('XDEL', KEYS[1], id)
        end
    end
end
return replayed
"""


class UnknownStreamError(UnknownError):
    """There is no such stream."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"Unknown stream: {stream[:100]}; there are {', '.join(STREAMS)}.")


class RedisDeadEvents:
    """The dead events of all streams; DeadEvents on Redis."""

    def __init__(self, client: "redis.Redis") -> None:
        self.client = client

    def count(self, stream: str) -> int:
        """How many of a stream are dead."""
        with answering():
            return int(self.client.xlen(_dead(stream)))

    def listed(self, stream: str, *, most: int, after: str | None = None) -> Sequence[DeadEvent]:
        """The oldest of them, or those that follow one."""
        first = "-" if after is None else f"({_checked([after])[0]}"
        with answering():
            entries: Any = self.client.xrange(_dead(stream), first, "+", count=most)
        return [_dead_event(stream, entry_id, fields) for entry_id, fields in entries]

    def replay(self, stream: str, ids: Sequence[str]) -> int:
        """Put these on their stream again, at its end. One whose original is gone stays dead."""
        with answering():
            parts: list[Any] = [self.client.eval(REPLAY, 2, _dead(stream), stream, *some) for some in _parts(ids)]
        return sum(int(part) for part in parts)

    def drop(self, stream: str, ids: Sequence[str]) -> int:
        """Forget these."""
        with answering():
            return sum(int(self.client.xdel(_dead(stream), *some)) for some in _parts(ids))

    def ids(self, stream: str) -> list[str]:
        """All of them, as they are now: what is replayed and dies again is behind them."""
        found: list[str] = []
        while page := self.listed(stream, most=AT_ONCE, after=found[-1] if found else None):
            found += [one.id for one in page]
        return found


def _dead(stream: str) -> str:
    if stream not in STREAMS:
        raise UnknownStreamError(stream)
    return dead_stream(stream)


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    checked = _checked(ids)
    return [checked[start : start + AT_ONCE] for start in range(0, len(checked), AT_ONCE)]


def _checked(ids: Sequence[str]) -> Sequence[str]:
    """The ids, if they look like a dead event's: two numbers that Redis can hold, `1795184756711-0`."""
    for one in ids:
        parts = one.split("-")
        if len(parts) != 2 or not all(part.isascii() and part.isdigit() and int(part) < 2**63 for part in parts):
            said = f"A dead event's id looks like 1795184756711-0, not {one[:50]!r}"
            raise InvalidError([Fault(("path", "id"), said)])
    return ids


def _dead_event(stream: str, entry_id: bytes, fields: Mapping[bytes, bytes]) -> DeadEvent:
    said = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in fields.items()}
    return DeadEvent(
        stream=stream,
        id=entry_id.decode(),
        payload=said.get(PAYLOAD, ""),
        reason=said.get("reason", ""),
        died_at=_instant(said.get("died_at")) or instant_of(entry_id),
        deliveries=int(said.get("deliveries", "0")),
        event_id=_event_id(said.get(PAYLOAD, "")),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _event_id(payload: str) -> str | None:
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    found = document.get("event_id") if isinstance(document, dict) else None
    return found[:64] if isinstance(found, str) else None
