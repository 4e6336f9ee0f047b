"""Files as tables: a header, and rows of cells that are text, whichever program has written them.

What operators send is anything: every fault of a file is a sentence, and memory stays bounded whatever it holds.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext_noop

from config.desk.imports.words import TableError
from config.desk.imports.workbooks import is_workbook, read_workbook, swollen_size

LARGEST_FILE = 32 * 1024 * 1024
LONGEST_LINE = 64 * 1024  # bytes
MOST_COLUMNS = 100
# What is looked at while its sender waits; anything larger is the worker's.
SMALL_TEXT = 1024 * 1024
SMALL_WORKBOOK = 8 * 1024 * 1024

UTF8_MARK = b"\xef\xbb\xbf"
FOREIGN = {
    b"\xff\xfe": gettext_noop("The file is UTF-16. Save it as CSV UTF-8."),
    b"\xfe\xff": gettext_noop("The file is UTF-16. Save it as CSV UTF-8."),
    b"\xd0\xcf\x11\xe0": gettext_noop(
        "The file is an old or a protected Excel file. Save it as XLSX without a password."
    ),
    b"%PDF": gettext_noop("The file is a PDF, not a table."),
}
# A cell that a spreadsheet would take for a formula is written with this mark, and read without it.
MARKED = re.compile(r"'(?=[=+\-@])")
DECIMAL_COMMA = re.compile(r"(-?\d+),(\d+)", re.ASCII)

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A file's header, and its other rows with the line of each; blank ones are left out.

    `has_decimal_commas`: cells are parted by semicolons, so that 2,5 is a number and not two cells.
    """

    header: Sequence[str]
    rows: Iterator[Row]
    has_decimal_commas: bool = False


def read_table(content: bytes) -> Table:
    """The table of a file's bytes; TableError where it is none. Its rows may raise it too, as they are read."""
    if not content:
        raise TableError(gettext_noop("The file is empty."))
    for mark, sentence in FOREIGN.items():
        if content.startswith(mark):
            raise TableError(sentence)
    if is_workbook(content):
        return _table(read_workbook(content))
    delimiter = _delimiter(content)
    return _table(_rows_of_text(content, delimiter), has_decimal_commas=delimiter == ";")


def is_small(content: bytes, *, rows: int) -> bool:
    """Whether a file is read in a moment, and has so many rows at most."""
    if is_workbook(content):
        return swollen_size(content) <= SMALL_WORKBOOK and all(line <= rows + 1 for line, _ in read_workbook(content))
    return len(content) <= SMALL_TEXT and content.count(b"\n") <= rows + 1


def _table(rows: Iterator[Row], *, has_decimal_commas: bool = False) -> Table:
    given = ((line, [_read(cell) for cell in cells]) for line, cells in rows)
    filled = ((line, cells) for line, cells in given if any(cells))
    _, header = next(filled, (0, []))
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise TableError(gettext_noop("The file has no header."))
    if len(header) > MOST_COLUMNS:
        raise TableError(f"The header has {len(header)} columns; no file needs more than {MOST_COLUMNS}.")
    return Table(header, filled, has_decimal_commas)


def _read(cell: str) -> str:
    return MARKED.sub("", cell.strip(), count=1) if cell else cell


def _delimiter(content: bytes) -> str:
    first = content[:LONGEST_LINE].partition(b"\n")[0]
    return ";" if first.count(b";") > first.count(b",") else ","


def _rows_of_text(content: bytes, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(_lines(content.removeprefix(UTF8_MARK)), strict=True, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise TableError(f"Line {line} is not valid CSV: {error}.") from None
        if cells is None:
            return
        yield line, cells


def _lines(content: bytes) -> Iterable[str]:
    for number, line in enumerate(BytesIO(content), start=1):
        if len(line) > LONGEST_LINE:
            raise TableError(f"Line {number} is longer than {LONGEST_LINE} bytes; this is no table.")
        if b"\0" in line:
            raise TableError(f"Line {number} holds NUL, which no text has; this is no CSV file.")
        try:
            yield line.decode()
        except UnicodeDecodeError:
            raise TableError(f"Line {number} is not UTF-8. Save the file as CSV UTF-8.") from None
