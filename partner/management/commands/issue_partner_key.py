"""`manage.py issue_partner_key NAME --site ...`: a new key of the Partner API, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.errors import DomainError
from partner.models.keys import DEFAULT_PARTNER_RATE
from partner.operations.keys import issue_partner_key


class Command(BaseCommand):
    """Prints the key and nothing else."""

    help = "Issue a key of the Partner API and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="whose key it is")
        parser.add_argument("--site", nargs="+", action="extend", required=True, help="public names or ids of sites")
        parser.add_argument("--rate", type=int, default=DEFAULT_PARTNER_RATE, help="requests a minute; 0: no limit")

    def handle(self, **options: Any) -> str:
        try:
            return issue_partner_key(
                name=options["name"],
                sites=options["site"],
                rate_per_minute=options["rate"],
                by="command:issue_partner_key",
                now=timezone.now(),
            ).text
        except DomainError as error:
            raise CommandError(error.sentence) from error
