"""`manage.py partition_periods KIND`: partition a table of periods by month (docs/scaling.md)."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from config.database.partitions import PartitionError, partition
from config.desk.retention import AGING


class Command(BaseCommand):
    """Who reads or writes the table meanwhile waits; everything else goes on."""

    help = "Partition a table of periods by month, so that old months can be dropped at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=AGING, help="whose table")

    def handle(self, *_args: Any, **options: Any) -> None:
        table, began = AGING[options["kind"]].table, time.monotonic()
        try:
            partition(table, now=timezone.now())
        except PartitionError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"{table.name} is in use; nothing is changed, try again: {error}") from error
        self.stdout.write(f"{table.name} is partitioned by month, after {time.monotonic() - began:.1f} s.")
