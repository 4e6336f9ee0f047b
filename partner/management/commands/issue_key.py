"""`manage.py issue_key NAME --scope ...`: a new key of the Asset Service, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.errors import DomainError
from partner.management.expiry import expiry
from partner.operations.keys import issue_key


class Command(BaseCommand):
    """Prints the key and nothing else."""

    help = "Issue a key of the Asset Service and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="whose key it is")
        parser.add_argument("--scope", nargs="+", action="extend", required=True, help="such as assets:read")
        parser.add_argument("--asset", nargs="+", action="extend", help="ids of the only assets that the key sees")
        parser.add_argument("--source", nargs="+", action="extend", help="the only limit sources that it writes")
        parser.add_argument("--expires", type=expiry, help="an instant with offset, such as 2027-01-01T00:00:00Z")

    def handle(self, **options: Any) -> str:
        try:
            return issue_key(
                name=options["name"],
                scopes=options["scope"],
                asset_ids=options["asset"],
                sources=options["source"],
                expires_at=options["expires"],
                by="command:issue_key",
                now=timezone.now(),
            ).text
        except DomainError as error:
            raise CommandError(error.sentence) from error
