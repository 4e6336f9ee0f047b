"""`manage.py ingest_events`: one worker that stores events [E2]."""

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.desk.ingest.intake import INTAKES
from config.desk.ingest.names import STREAMS
from config.desk.ingest.redis_streams import RedisStreams
from config.desk.ingest.worker import Worker


class Command(BaseCommand):
    """Runs until it gets SIGTERM or SIGINT, and finishes the batch in hand."""

    help = "Store what comes in as events on the streams of REDIS_URL. Several may run, also on several machines."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Worker(transport=RedisStreams(STREAMS), intakes=INTAKES, clock=timezone.now, stop=stop).run()
