"""XLSX workbooks, read row by row and only after their XML was seen to be harmless.

A workbook is a ZIP of XML, and a small one can be made to swell into gigabytes. The declared sizes are looked at first
(zipfile reads no member beyond its own), then every part is parsed once without keeping anything, so that openpyxl
never builds more of it than a row at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from config.desk.imports.words import TableError

# By name, when a workbook comes: it loads numpy where that is installed, which the web server does not need otherwise.
READER = "openpyxl.load_workbook"
ZIP_MARK = b"PK\x03\x04"
MOST_PARTS = 1_000
LARGEST_SHEETS = 128 * 1024 * 1024  # bytes, unpacked
LARGEST_REST = 24 * 1024 * 1024  # of what is kept in memory whole: shared texts, styles
MOST_ELEMENTS_AT_ONCE = 20_000  # of a row, of a shared text, or between them
MOST_STYLES = 200_000  # elements of any other part
LONGEST_TEXT = 64 * 1024
WIDEST_ROW = 101  # one more than any file needs; a cell far to the right makes no row of thousands
LAST_ROW = 1_048_576
SHEETS = "xl/worksheets/"
PIECE = 64 * 1024

NO_WORKBOOK = gettext_noop("The file is not an XLSX workbook that can be read.")
TOO_LARGE = gettext_noop(
    "The workbook holds more than can be read at once. Keep only the sheet with the table, or save it as CSV."
)


def is_workbook(content: bytes) -> bool:
    """Whether a file's bytes begin as a workbook's do."""
    return content.startswith(ZIP_MARK)


def swollen_size(content: bytes) -> int:
    """How many bytes the sheets and texts of a workbook have once they are unpacked."""
    with _opened(content) as (_, parts):
        return sum(part.file_size for part in parts)


def read_workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet, with their numbers; TableError where there is none that can be read."""
    with _opened(content) as (archive, parts):
        for part in parts:
            _look_through(archive, part)
    with _understood():
        book = import_string(READER)(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise TableError(gettext_noop("The workbook has no sheet."))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_row=LAST_ROW, max_col=WIDEST_ROW)
        for number, row in enumerate(rows, start=1):
            cells = list(row)
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                yield number, [_text(cell) for cell in cells]


@contextmanager
def _opened(content: bytes) -> Iterator[tuple[ZipFile, list[ZipInfo]]]:
    """A workbook's archive, and those parts of it that are parsed; TableError where they are too large."""
    with _understood(), ZipFile(BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MOST_PARTS:
            raise TableError(TOO_LARGE)
        parts = [member for member in members if member.filename.lower().endswith((".xml", ".rels"))]
        sheets = sum(part.file_size for part in parts if part.filename.startswith(SHEETS))
        rest = sum(part.file_size for part in parts if not part.filename.startswith(SHEETS))
        if sheets > LARGEST_SHEETS or rest > LARGEST_REST:
            raise TableError(TOO_LARGE)
        yield archive, parts


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (TableError, GeneratorExit, MemoryError):
        raise
    except (BadZipFile, expat.ExpatError) as error:
        raise TableError(NO_WORKBOOK) from error
    except Exception as error:  # openpyxl raises whatever it stumbles over in a file that is made up
        raise TableError(NO_WORKBOOK) from error


def _look_through(archive: ZipFile, part: ZipInfo) -> None:
    """Parse a part without keeping it; TableError where whoever builds it would need much memory."""
    guard = _Guard(is_listed=part.filename.startswith(SHEETS) or part.filename.endswith("sharedStrings.xml"))
    parser = expat.ParserCreate()
    parser.StartElementHandler = guard.begin
    parser.CharacterDataHandler = guard.say
    parser.EntityDeclHandler = guard.declare
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
    parser.Parse(b"", True)


class _Guard:
    """Counts what stands between two rows, or two shared texts, and the length of each text."""

    def __init__(self, *, is_listed: bool) -> None:
        self.most = MOST_ELEMENTS_AT_ONCE if is_listed else MOST_STYLES
        self.is_listed = is_listed
        self.elements = self.length = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self.is_listed and name.rpartition(":")[2] in ("row", "si"):
            self.elements = 0
        self.elements += 1
        self.length = 0
        if self.elements > self.most or sum(map(len, attributes.values())) > LONGEST_TEXT:
            raise TableError(TOO_LARGE)

    def say(self, text: str) -> None:
        """There is text."""
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise TableError(TOO_LARGE)

    def declare(self, *_declared: object) -> None:
        """An entity is declared, which no workbook has need of."""
        raise TableError(NO_WORKBOOK)


def _text(cell: object) -> str:
    """A cell as CSV would have it; numbers with the fifteen digits that a spreadsheet shows."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes") if not cell.second else cell.isoformat()
    return str(cell).replace("\0", "")
