"""Runs rows and says what they found."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from django.core.management import call_command

from tests.benchmarks.bench import Bench
from tests.benchmarks.machine import Machine
from tests.benchmarks.results import Line, table, write
from tests.benchmarks.rows import growth, ingest, latest, memory, reads, regeneration, snapshots, upserts


@dataclass(frozen=True)
class Row:
    """A part of the run."""

    title: str
    measure: Callable[[Bench], Sequence[Line]]
    long: bool = False  # only run when it is named


ROWS: Mapping[str, Row] = {
    "reservations": Row("Upsert 1,000 reservations", upserts.reservations),
    "forecasts": Row("Upsert 1,000 forecasts", upserts.forecasts),
    "expansion": Row("Expand and upsert 31 days of limits of three sources", upserts.expansion),
    "pages": Row("Read a page of 1,000 reservations", reads.reservations),
    "limits": Row("Read a page of 1,000 limits with what they come to", reads.limits),
    "snapshots": Row("A partner's document", snapshots.delivered),
    "ingest": Row("Store events", ingest.ingest),
    "regeneration": Row("Computing partners' documents again", regeneration.regeneration),
    "memory": Row("A web worker's memory", memory.memory),
    "growth": Row("At 100 times the rows", growth.growth),
    "latest": Row("The latest status of 500 assets", latest.latest, long=True),
    "scale": Row("At 50 million rows of limits", growth.scale, long=True),
}


def run(machine: Machine, arguments: Sequence[str]) -> None:
    """Measure what is asked for, print each table, and write them to docs/benchmarks.md where that is wanted."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}; all but the long ones if none")
    parser.add_argument("--write", action="store_true", help="write the page also if only some rows are run")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"There is no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}.")
    chosen = asked.rows or [name for name, row in ROWS.items() if not row.long]
    call_command("migrate", verbosity=0)
    bench = Bench(machine)
    with psycopg.connect(machine.server) as connection:
        server = f"PostgreSQL {connection.info.server_version // 10_000}"
    for name in chosen:
        row = ROWS[name]
        begin = time.monotonic()
        lines = list(row.measure(bench))
        sys.stdout.write("\n".join(["", f"{row.title} ({time.monotonic() - begin:.0f} s)", *table(lines), ""]))
        sys.stdout.flush()
        if asked.write or not asked.rows or row.long:
            write(name, row.title, lines, server=server)
