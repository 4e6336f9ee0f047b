"""`manage.py import_telemetry FILE.csv --site SITE_ID --map ...`: measured data out of a file [T1]."""

import csv
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.errors import DomainError
from sites.management.progress import ProgressBar
from sites.queries import UnknownInverterError, list_inverters
from sites.telemetry_columns import Rejection, RowReader, Target, targets_of
from sites.telemetry_import import Report, Row, import_rows, rows_of

MOST_SHOWN = 20
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
EXAMPLE = """
example:
  manage.py import_telemetry plant.csv --site DE_50HZ_SIBAYA_SITE_1 --time logged_at --tz Africa/Johannesburg \\
    --map inverter:DE_50HZ_SIBAYA_SITE_1_INV_1:ac_power_kw=inv1_kw \\
    --map site:poa_irradiance_wm2=irradiance
"""


class Rejects:
    """What is wrong with the file: the first few faults to be shown, all of them to be written where that is wanted."""

    def __init__(self, file: IO[str] | None) -> None:
        self.writer = csv.writer(file) if file else None
        self.shown: list[Rejection] = []
        self.count = 0
        if self.writer:
            self.writer.writerow(["line", "column", "value", "reason"])

    def add(self, rejection: Rejection) -> None:
        """Note one fault."""
        self.count += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append(rejection)
        if self.writer:
            self.writer.writerow([rejection.line, rejection.column, rejection.value, rejection.reason])


class Command(BaseCommand):
    """Stores the good rows, reports the bad ones, and ends with 1 if there were any."""

    help = "Import telemetry of a site and its inverters from a CSV file. What is stored already is overwritten."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """The parser, with an example behind its help that keeps its lines."""
        parser = super().create_parser(prog_name, subcommand, epilog=EXAMPLE, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv", help="UTF-8, with a header")
        parser.add_argument("--site", required=True, metavar="SITE_ID")
        parser.add_argument("--time", default="time", metavar="COLUMN", help="where the instants are (default: time)")
        parser.add_argument(
            "--map",
            action="append",
            required=True,
            help="site:FIELD=COLUMN or inverter:ID:FIELD=COLUMN; once for each column",
        )
        parser.add_argument("--tz", metavar="ZONE", help="of instants without an offset, such as Europe/Berlin")
        parser.add_argument("--delimiter", choices=DELIMITERS, default="comma", help="between cells (default: comma)")
        parser.add_argument("--rejects", type=Path, metavar="FILE.csv", help="write everything that is rejected here")
        parser.add_argument("--dry-run", action="store_true", help="check all rows and store none")

    def handle(self, **options: Any) -> None:
        path, site_id, dry_run = options["file"], options["site"], options["dry_run"]
        zone = _zone(options["tz"])
        try:
            targets = targets_of(options["map"], site_id=site_id)
            _check_inverters(targets, site_id=site_id)
            with path.open("rb") as source, _rejects_in(options["rejects"], beside=path) as rejects:
                rows = rows_of(source, delimiter=DELIMITERS[options["delimiter"]])
                _, header = next(rows)
                reader = RowReader(header, time=options["time"], zone=zone, targets=targets)
                with closing(self._shown(rows, source=source, size=path.stat().st_size)) as shown:
                    report = import_rows(shown, reader=reader, reject=rejects.add, clock=timezone.now, dry_run=dry_run)
        except DomainError as error:
            raise CommandError(error.sentence) from error
        except OSError as error:
            raise CommandError(f"{error.filename or path}: {error.strerror}.") from error
        self._tell(report, rejects, dry_run=dry_run)

    def _shown(self, rows: Iterator[Row], *, source: IO[bytes], size: int) -> Generator[Row]:
        """The rows, with a bar that moves as they are read."""
        bar = ProgressBar(self.stderr, total=size)
        try:
            for line, cells in rows:
                yield line, cells
                bar.show(source.tell(), of=f"line {line:,}")
        finally:
            bar.clear()

    def _tell(self, report: Report, rejects: Rejects, *, dry_run: bool) -> None:
        self.stdout.write(f"{report.rows:,} rows read, {report.rejected:,} rejected.")
        if dry_run:
            self.stdout.write(f"{report.readings:,} readings would be stored; this was a dry run.")
        for kind, stored in report.stored.items():
            counts = f"{stored.inserted:,} added, {stored.updated:,} changed, {stored.unchanged:,} as they were"
            self.stdout.write(f"{kind} readings: {counts}")
        if not report.rejected:
            return
        for one in rejects.shown:
            where = f"line {one.line}, {one.column}" if one.column else f"line {one.line}"
            self.stderr.write(f"{where}: {one.reason}{f' ({one.value[:80]!r})' if one.value else ''}")
        if rejects.count > MOST_SHOWN:
            self.stderr.write(f"and {rejects.count - MOST_SHOWN:,} more; --rejects FILE.csv writes them all")
        others = "would be" if dry_run else "are"
        raise CommandError(f"{report.rejected:,} of {report.rows:,} rows were rejected; the others {others} stored.")


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    if name not in available_timezones():
        raise CommandError(f"{name!r} is not a time zone such as Europe/Berlin.")
    return ZoneInfo(name)


def _check_inverters(targets: Sequence[Target], *, site_id: str) -> None:
    """All inverters that columns are mapped to stand at the site, which exists."""
    known = {inverter.pk for inverter in list_inverters(site_id=site_id)}
    named = {target.owner_id for target in targets if target.kind == "inverter"}
    if unknown := named - known:
        raise UnknownInverterError(unknown)


@contextmanager
def _rejects_in(path: Path | None, *, beside: Path) -> Iterator[Rejects]:
    """Where rejections go; `beside` is the file that is read, which they must not overwrite."""
    if path is None:
        yield Rejects(None)
        return
    if path.exists() and path.samefile(beside):
        raise CommandError(f"{path} is the file to import; name another one for --rejects.")
    with path.open("w", encoding="utf-8", newline="") as file:
        yield Rejects(file)
