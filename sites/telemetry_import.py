"""Importing telemetry row by row: good rows are stored in batches, bad ones are reported [T1]."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from django.db import transaction

from assets.period_store import put_periods
from config.api.batches import Stored
from config.api.bodies import LARGEST_BATCH
from config.database.refusals import retried
from config.errors import DomainError
from sites.readings import InverterReadingItem, SiteReadingItem
from sites.telemetry import INVERTERS, SITES
from sites.telemetry_columns import Kind, Reading, RejectedError, Rejection, RowReader

NOTHING = Stored(inserted=0, updated=0, unchanged=0)

Row = tuple[int, list[str]]


class UnreadableFileError(DomainError):
    """The file is not what it should be; what was read before may be stored."""


@dataclass
class Report:
    """What became of a file's rows. `stored` counts the readings of each kind."""

    rows: int = 0
    rejected: int = 0
    readings: int = 0
    stored: dict[Kind, Stored] = field(default_factory=dict)


def rows_of(source: IO[bytes], *, delimiter: str) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8, its header first, each with the number of its last line; without empty ones.

    Raises UnreadableFileError for what has no row, is not UTF-8 or not CSV.
    """
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    empty = True
    try:
        for cells in reader:
            if cells:
                empty = False
                yield reader.line_num, cells
    except UnicodeDecodeError:
        raise UnreadableFileError(f"The file is not UTF-8 after line {reader.line_num}.") from None
    except csv.Error as error:
        raise UnreadableFileError(f"Line {reader.line_num} of the file is not CSV: {error}.") from None
    if empty:
        raise UnreadableFileError("The file is empty.")


def import_rows(
    rows: Iterable[Row],
    *,
    reader: RowReader,
    reject: Callable[[Rejection], None],
    clock: Callable[[], datetime],
    dry_run: bool = False,
) -> Report:
    """Store the readings in these rows (line number and cells), 10,000 at a time, and `reject` what is wrong.

    Each batch is a transaction of its own. A row is stored whole or not at all. `dry_run`: nothing is stored.
    """
    report = Report()
    batch: list[Reading] = []

    def flush() -> None:
        if not dry_run:
            for kind, stored in _store(batch, now=clock()).items():
                report.stored[kind] = _sum(report.stored.get(kind, NOTHING), stored)
        batch.clear()

    for line, cells in rows:
        report.rows += 1
        try:
            readings = reader.read(line, cells)
        except RejectedError as error:
            report.rejected += 1
            for rejection in error.rejections:
                reject(rejection)
            continue
        report.readings += len(readings)
        if len(batch) + len(readings) > LARGEST_BATCH:
            flush()
        batch.extend(readings)
    flush()
    return report


@retried
def _store(batch: Sequence[Reading], *, now: datetime) -> dict[Kind, Stored]:
    """Store what a batch holds of each kind, in one transaction."""
    stored: dict[Kind, Stored] = {}
    with transaction.atomic():
        if of_inverters := [reading for reading in batch if isinstance(reading, InverterReadingItem)]:
            stored["inverter"] = put_periods(INVERTERS, items=of_inverters, now=now)
        if of_sites := [reading for reading in batch if isinstance(reading, SiteReadingItem)]:
            stored["site"] = put_periods(SITES, items=of_sites, now=now)
    return stored


def _sum(one: Stored, other: Stored) -> Stored:
    return Stored(
        inserted=one.inserted + other.inserted,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
    )
