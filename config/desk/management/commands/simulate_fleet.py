"""`manage.py simulate_fleet`: the demo fleet's events, in real time."""

import json
import logging
import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection
from django.utils import timezone

from config.desk.demo.presence import is_seeded
from config.desk.demo.simulation.events import Payload, Simulation
from config.desk.demo.simulation.fleet import fleet_in_place
from config.desk.ingest.connection import answering, connect
from config.desk.ingest.names import PAYLOAD
from config.desk.ingest.transport import TransportError

MOST_KEPT = 100_000  # entries of a stream that nobody takes
DEFAULT_INTERVAL = 15.0
SHORTEST_INTERVAL = 1.0  # the ids of events tell seconds apart

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Runs until it gets SIGTERM or SIGINT."""

    help = "Send statuses, dispatches, state snapshots and telemetry of the demo fleet to the streams of REDIS_URL."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=DEFAULT_INTERVAL, help="seconds between two readings")
        parser.add_argument("--seed", type=int, default=1, help="another one is another fleet's behaviour")
        parser.add_argument("--ticks", type=int, help="end after so many readings")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["interval"] < SHORTEST_INTERVAL:
            raise CommandError(f"--interval is at least {SHORTEST_INTERVAL:g} s.")
        if not is_seeded():
            raise CommandError("There is no demo fleet in this database.")
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        simulation = Simulation(seed=options["seed"])
        ticks = 0
        while not stop.is_set():
            _tick(simulation)
            ticks += 1
            if ticks == options["ticks"] or stop.wait(options["interval"]):
                return


def _tick(simulation: Simulation) -> None:
    """Send what has happened since the last tick; where PostgreSQL or Redis does not answer, it is left out."""
    try:
        send(simulation.events_until(timezone.now(), fleet=fleet_in_place()))
    except (Error, TransportError) as error:
        logger.warning("Nothing is sent this time: %s", error)
        connection.close()


def send(events: list[tuple[str, Payload]]) -> None:
    """Put each event on its stream; TransportError where Redis does not take them."""
    with answering(), connect() as client, client.pipeline(transaction=False) as pipeline:
        for stream, payload in events:
            pipeline.xadd(stream, {PAYLOAD: json.dumps(payload)}, maxlen=MOST_KEPT, approximate=True)
        pipeline.execute()
