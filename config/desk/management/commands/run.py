import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.desk.launch import run_desk
from config.desk.supervisor import notice_interrupts_of
from config.processes import ProcessError, follow_parent


class Command(BaseCommand):
    help = "Start the whole desk: embedded servers where none are named, web server, worker and beat; Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000")
        parser.add_argument(
            "--stop-with-parent",
            type=int,
            metavar="PID",
            help="stop with the process that started it: make, which may be gone before we can ask who it was",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["port"].isdecimal() or not 0 < int(options["port"]) < 65536:
            raise CommandError(f"PORT is a number from 1 to 65535, not {options['port']!r}.")
        if parent := options["stop_with_parent"]:
            follow_parent(parent=parent, orphan_signal=signal.SIGTERM)
            notice_interrupts_of(parent)
        try:
            run_desk(data=settings.DATA_DIR, port=int(options["port"]), announce=self.announce, report=self.report)
        except ProcessError as error:
            raise CommandError(str(error)) from error

    def announce(self, line: str) -> None:
        _say(line, stream=sys.stdout)

    def report(self, line: str) -> None:
        _say(line, stream=sys.stderr)


def _say(line: str, *, stream: TextIO) -> None:
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:  # whoever listened has heard enough (`make run | grep -m1 ready`): the desk goes on
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
