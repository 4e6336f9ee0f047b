"""Rows as files: CSV, streamed, and XLSX, of which a spreadsheet takes no cell for a formula."""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, cast

from django.utils.module_loading import import_string
from django.utils.translation import gettext

from config.desk.imports.exports import Row
from config.desk.imports.kinds import ImportKind
from config.desk.imports.words import TableError

WRITER = "openpyxl.Workbook"  # by name, as config/desk/imports/workbooks.py has its reader
# In XLSX: half a minute's work for the server, and about what a spreadsheet still opens gladly.
MOST_IN_WORKBOOK = 50_000
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
FORMULA = ("=", "+", "-", "@")
MARK = "'"  # what config/desk/imports/tables.py takes off again
UTF8_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Lines:
    """Hands on what a CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def csv_file(kind: ImportKind, rows: Iterator[Row]) -> Iterator[str]:
    """The lines of a CSV file; it begins with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(cast("Any", Lines()))
    yield UTF8_MARK + cast("str", writer.writerow([column.name for column in kind.columns]))
    texts = _texts(kind)
    for row in rows:
        cells = [harmless(cell) if is_text else cell for cell, is_text in zip(row, texts, strict=True)]
        yield cast("str", writer.writerow(cells))


def workbook(kind: ImportKind, rows: Iterator[Row]) -> IO[bytes]:
    """A workbook in a file of its own, which is gone once it is closed; TableError where there are too many rows."""
    book = import_string(WRITER)(write_only=True)
    sheet = book.create_sheet(kind.name.capitalize())
    sheet.append([column.name for column in kind.columns])
    texts = _texts(kind)
    flags = [column.is_flag for column in kind.columns]
    for number, row in enumerate(rows, start=1):
        if number > MOST_IN_WORKBOOK:
            said = gettext("There are more than %(most)s rows. Take them as CSV, or fewer days at once.")
            raise TableError(said % {"most": MOST_IN_WORKBOOK})
        sheet.append([_cell(*each) for each in zip(row, texts, flags, strict=True)])
    file = TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _texts(kind: ImportKind) -> Sequence[bool]:
    """Which columns are text: a number may begin with a minus."""
    return [column.name not in kind.numbers for column in kind.columns]


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return MARK + cell if cell.startswith(FORMULA) else cell


def _cell(cell: str, is_text: bool, is_flag: bool) -> object:  # noqa: FBT001
    """A cell as a spreadsheet has it: a number where it can be kept exactly."""
    if not cell:
        return None
    if is_flag:
        return cell == "true"
    if is_text:
        return harmless(cell)
    return Decimal(cell) if len(cell.strip("-").replace(".", "")) <= EXACT_DIGITS else cell
