"""`manage.py dead_events list|replay|drop`: what could not be stored, and what becomes of it [E1]."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.desk.ingest.connection import connect
from config.desk.ingest.dead_events import RedisDeadEvents
from config.desk.ingest.names import STREAMS
from config.desk.ingest.transport import TransportError
from config.errors import DomainError


class Command(BaseCommand):
    """Does what the page of dead events in the back office does."""

    help = "List the events that could not be stored, send them once more, or drop them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="print them, the oldest first")
        listing.add_argument("stream", nargs="?", choices=STREAMS, help="default: all streams")
        listing.add_argument("--limit", type=int, default=50, help="how many of each stream; default: 50")
        for verb, meaning in (("replay", "send them once more, as they were"), ("drop", "forget them")):
            acting = verbs.add_parser(verb, help=meaning)
            acting.add_argument("stream", choices=STREAMS)
            acting.add_argument("ids", nargs="*", metavar="ID", help="as `list` prints it")
            acting.add_argument("--all", action="store_true", help="all that are dead now")

    def handle(self, *_args: Any, **options: Any) -> None:
        verb = options["verb"]
        if verb != "list" and bool(options["ids"]) == options["all"]:
            raise CommandError("Name the ids, or say --all.")
        try:
            with connect() as client:
                dead = RedisDeadEvents(client)
                if verb == "list":
                    self._list(
                        dead, streams=[options["stream"]] if options["stream"] else STREAMS, most=options["limit"]
                    )
                else:
                    ids = dead.ids(options["stream"]) if options["all"] else options["ids"]
                    self.stdout.write(f"{getattr(dead, verb)(options['stream'], ids)} of {len(ids)}")
        except (TransportError, DomainError) as error:
            raise CommandError(str(error)) from error

    def _list(self, dead: RedisDeadEvents, *, streams: Any, most: int) -> None:
        for stream in streams:
            for one in dead.listed(stream, most=max(1, most)):
                self.stdout.write(f"{stream} {one.id} {one.died_at:%Y-%m-%dT%H:%M:%SZ} {one.reason}\n    {one.payload}")
