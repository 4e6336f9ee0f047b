"""What a transport of events has to do; Redis Streams are one, and another is one more class [E1].

A transport delivers each event at least once, to one worker at a time, and again to another when that worker is gone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class TransportError(Exception):
    """The transport does not answer as it should; whoever waits and opens it again may have more luck."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it was delivered. `id` is the transport's own, `payload` the text of it, None where it has none.

    `count` says how often it was delivered, this time included, while nothing but the event itself was in the way.
    """

    id: str
    payload: bytes | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that can never be stored, and why."""

    delivery: Delivery
    reason: str


class Transport(Protocol):
    """Where a worker gets events from. Each method raises TransportError."""

    def open(self) -> None:
        """Make whatever the streams need that is not there; called before all else, and again after each error."""

    def receive(self, *, most: int, patience: float) -> Mapping[str, Sequence[Delivery]]:
        """New events by stream, up to `most` of each; waits so many seconds for the first."""

    def take_over(self, *, most: int) -> Iterator[tuple[str, Sequence[Delivery]]]:
        """What workers that are gone have left, a stream's batch at a time.

        An event that was left several times comes alone, so that it alone is to blame when it is left once more.
        """

    def forgive(self, stream: str, deliveries: Sequence[Delivery]) -> None:
        """Keep these, and count their deliveries anew: it is not their fault that they are not stored yet."""

    def settle(self, stream: str, *, stored: Sequence[Delivery], refused: Sequence[Refusal], now: datetime) -> None:
        """Acknowledge what is stored, and move what is refused to the dead events in the step that acknowledges it.

        Doing it again changes nothing.
        """

    def tidy(self) -> None:
        """Let go of events that nobody needs any more."""

    def oldest_open(self, stream: str) -> datetime | None:
        """When the oldest event came in that is not acknowledged; None where all are."""

    def close(self) -> None:
        """Leave, after everything in hand is settled or given up."""


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """An event that could not be stored: its id among the dead of its stream, the original, and why.

    `event_id` is the one in the payload, where one can be read.
    """

    stream: str
    id: str
    payload: str
    reason: str
    died_at: datetime
    deliveries: int
    event_id: str | None


class DeadEvents(Protocol):
    """What became of events that could not be stored. Each method raises TransportError."""

    def count(self, stream: str) -> int:
        """How many of a stream are dead."""

    def listed(self, stream: str, *, most: int, after: str | None = None) -> Sequence[DeadEvent]:
        """The oldest of them, or those that follow one."""

    def replay(self, stream: str, ids: Sequence[str]) -> int:
        """Send these once more, as they were; answers how many there were."""

    def drop(self, stream: str, ids: Sequence[str]) -> int:
        """Forget these; answers how many there were."""
