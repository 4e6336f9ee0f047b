"""The worker that stores events: each exactly once, and those that never can be with their reason [E1] [E2].

An error of the database is one of two. What the database says of the rows (DataError, IntegrityError) is some event's
fault: the batch is halved until it is alone. Everything else is an outage, nobody's fault: the worker keeps what it has
in hand, tries again, and lets no delivery count against an event.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event as Flag
from typing import TypeVar

import psycopg
from django.db import DataError, Error, IntegrityError, connection

from assets.event_store import forget_events
from assets.events import Event
from config.desk.ingest.intake import Intake, reason_of
from config.desk.ingest.pauses import Pauses, StoppedError
from config.desk.ingest.transport import Delivery, Refusal, Transport, TransportError
from config.errors import Fault, InvalidError
from config.watching.units import unit_of_work

logger = logging.getLogger(__name__)

LARGEST_BATCH = 1_000
MOST_DELIVERIES = 6  # of which the last three were of the event alone, and each time its worker died
PATIENCE = 1.0  # seconds that it waits for events before it looks whether to stop
LOOK_AFTER = 2.0  # seconds between two looks at what others left
FORGET_AFTER = 30.0  # seconds between two times that old ids are forgotten
# How long an id is remembered after its event was stored: so long may a producer send the same event again. What the
# transport may still deliver is remembered in any case.
REMEMBERED = timedelta(days=7)
CLOCKS_DIFFER = timedelta(hours=1)  # the transport's and ours, at most
TOO_MUCH = "54"  # the class of PostgreSQL's errors that say that a statement asks for more than there can be

Answer = TypeVar("Answer")
Read = list[tuple[Delivery, Event]]


@dataclass(kw_only=True)
class Worker:
    """Reads streams and stores what they hold until `stop` is set; finishes the batch in hand first."""

    transport: Transport
    intakes: Mapping[str, Intake]
    clock: Callable[[], datetime]
    stop: Flag
    pauses: Pauses = field(init=False)
    patience: float = PATIENCE
    look_at: float = 0.0
    forget_at: float = 0.0

    def __post_init__(self) -> None:
        self.pauses = Pauses(self.stop)

    def run(self) -> None:
        """Work until it is time to stop; whatever is gone meanwhile is waited for."""
        while not self.stop.is_set():
            try:
                self.transport.open()
                self._work()
            except TransportError as error:
                logger.warning("The transport is gone: %s", error)
                self.pauses.wait()
            except StoppedError:
                logger.warning("Stopped with events in hand; another worker takes them over")
        self.transport.close()

    def _work(self) -> None:
        while not self.stop.is_set():
            if time.monotonic() >= self.look_at:
                taken = self._take_over()
                self.transport.tidy()
                self.look_at = time.monotonic() + (0 if taken else LOOK_AFTER)
            if time.monotonic() >= self.forget_at:
                self._forget()
                self.forget_at = time.monotonic() + FORGET_AFTER
            for stream, deliveries in self.transport.receive(most=LARGEST_BATCH, patience=self.patience).items():
                with unit_of_work(f"ingest {stream}"):
                    self._ingest(stream, deliveries)
            self.pauses.reset()

    def _take_over(self) -> int:
        """Store what others have left; answers how many."""
        # asked first: while the database does not answer nobody takes over what another has in hand and waits with
        self._of_database(_ask_database)
        taken = 0
        for stream, deliveries in self.transport.take_over(most=LARGEST_BATCH):
            logger.info("Taking over %d events of %s", len(deliveries), stream)
            self._ingest(stream, deliveries)
            taken += len(deliveries)
            if self.stop.is_set():
                break
        return taken

    def _forget(self) -> None:
        """Forget the ids of events that nobody will deliver any more."""
        for stream in self.intakes:
            oldest = self.transport.oldest_open(stream) or self.clock()
            before = min(self.clock() - REMEMBERED, oldest - CLOCKS_DIFFER)
            while self._of_database(partial(forget_events, stream=stream, before=before)) and not self.stop.is_set():
                pass

    def _ingest(self, stream: str, deliveries: Sequence[Delivery]) -> None:
        """Store a batch, and settle every event of it."""
        intake = self.intakes[stream]
        read, refused = self._read(intake, deliveries)
        refused += self._record(intake, stream, read)
        dead = {one.delivery.id for one in refused}
        for one in refused:
            logger.warning("Dead: %s of %s: %s", one.delivery.id, stream, one.reason)
        stored = [one for one in deliveries if one.id not in dead]
        self._settle(stream, stored=stored, refused=refused)

    def _read(self, intake: Intake, deliveries: Sequence[Delivery]) -> tuple[Read, list[Refusal]]:
        read: Read = []
        refused = []
        for delivery in deliveries:
            try:
                read.append((delivery, _event_of(delivery, intake)))
            except InvalidError as error:
                refused.append(Refusal(delivery, reason_of(error)))
            except Exception as error:  # noqa: BLE001  whatever a payload does to the reader, the others are read
                refused.append(Refusal(delivery, _said(error)))
        return read, refused

    def _record(self, intake: Intake, stream: str, read: Read) -> list[Refusal]:
        """Store what was read; what the database refuses, or no code of ours can take, is found by halving."""
        if not read:
            return []
        deliveries, events = [delivery for delivery, _ in read], [event for _, event in read]
        try:
            unknown = self._of_database(
                lambda: intake.store(events, now=self.clock()), meanwhile=lambda: self._forgive(stream, deliveries)
            )
        except StoppedError:
            raise
        except Exception as error:
            if len(read) == 1:
                logger.exception("An event of %s cannot be stored", stream)
                return [Refusal(deliveries[0], _said(error))]
            half = len(read) // 2
            return self._record(intake, stream, read[:half]) + self._record(intake, stream, read[half:])
        return [Refusal(deliveries[index], reason) for index, reason in unknown.items()]

    def _of_database(self, act: Callable[[], Answer], *, meanwhile: Callable[[], object] = lambda: None) -> Answer:
        def look_around() -> None:
            connection.close()  # what it was connected to may be gone
            meanwhile()

        return self.pauses.until_done(act, is_outage=_is_outage, meanwhile=look_around)

    def _forgive(self, stream: str, deliveries: Sequence[Delivery]) -> None:
        with suppress(TransportError):
            self.transport.forgive(stream, deliveries)

    def _settle(self, stream: str, *, stored: Sequence[Delivery], refused: Sequence[Refusal]) -> None:
        """Settle what is done with, and do not go on before: it was no delivery's fault that the transport was away."""
        self.pauses.until_done(
            lambda: self.transport.settle(stream, stored=stored, refused=refused, now=self.clock()),
            is_outage=lambda error: isinstance(error, TransportError),
        )


def _ask_database() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _is_outage(error: Exception) -> bool:
    """Whether it is the database that is in trouble, and not the rows that it was given."""
    if not isinstance(error, Error) or isinstance(error, DataError | IntegrityError):
        return False
    cause = error.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    return not (state or "").startswith(TOO_MUCH)


def _event_of(delivery: Delivery, intake: Intake) -> Event:
    if delivery.count > MOST_DELIVERIES:
        said = f"It was delivered {delivery.count - 1} times, and each time the worker that had it in hand ended"
        raise InvalidError([Fault(("payload",), said, "deadly")])
    return intake.read(delivery.payload)


def _said(error: Exception) -> str:
    """The error in one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:500]}"
