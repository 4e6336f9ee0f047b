"""`manage.py seed_demo`: the demo fleet, once, into a database that holds nothing else."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.desk.demo.seeding import seed


class Command(BaseCommand):
    """Prints what was done, or why nothing was."""

    help = "Seed the demo fleet, once, into a database that holds nothing else. LEITSTAND_DEMO=0 turns it off."

    def handle(self, **_options: Any) -> str:
        return seed(now=timezone.now())
