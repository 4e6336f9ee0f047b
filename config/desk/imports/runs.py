"""Running over a file: every row checked, every fault found, and all of it stored or nothing.

A dry run is the same run, rolled back: what it says is what applying does.
"""

from collections.abc import Callable

from django.db import transaction

from config.desk.imports.checking import rows_of
from config.desk.imports.storing import store
from config.desk.imports.tables import read_table
from config.desk.imports.words import Findings, Run, TableError


def run_over(content: bytes, run: Run, *, keep: Callable[[Findings], None] | None = None) -> Findings:
    """What a file comes to; with `keep`, called in the same transaction, it is stored if nothing in it is wrong."""
    found = run.found
    with transaction.atomic():
        try:
            store(list(rows_of(read_table(content), run)), run)
        except TableError as error:
            found.fault(0, "", error.sentence)
        if keep and not found.faults_total:
            keep(found)
        else:
            transaction.set_rollback(True)
    found.faults.sort()
    return found
