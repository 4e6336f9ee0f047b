"""Checking a file row by row: each by itself, so that every fault is found and not only the first."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_noop
from pydantic import ValidationError

from config.api.bodies import Body, faults_of
from config.api.row_bodies import columns_named, document_of
from config.api.rows import RowColumn
from config.desk.imports.tables import DECIMAL_COMMA, Table
from config.desk.imports.words import Given, Run, TableError, column_of
from config.errors import InvalidError


def rows_of(table: Table, run: Run) -> Iterator[Given]:
    """The rows that are right by themselves, each with its line and its cells; of others the faults are noted."""
    found, kind = run.found, run.kind
    try:
        columns = columns_named(table.header, kind.columns)
    except InvalidError as error:
        for fault in error.faults:
            found.fault(1, column_of(fault), fault.msg)
        return
    found.columns = [column.name for column in columns]
    numbers = kind.numbers if table.has_decimal_commas else set()
    earlier: dict[Any, int] = {}
    for line, given in table.rows:
        found.rows += 1
        if found.rows > kind.most_rows:
            raise TableError(f"The file has more than {kind.most_rows} rows. Split it.")
        cells = _fitted(given, columns, numbers)
        item = _item(line, cells, columns, run)
        if item is not None and _is_first(line, item, earlier, run):
            yield line, cells, item
    if not found.rows:
        found.fault(0, "", gettext_noop("The file has a header and no row."))


def _fitted(cells: list[str], columns: Sequence[RowColumn], numbers: set[str]) -> list[str]:
    """As many cells as there are columns, unless there are more that say something; numbers and flags as JSON's."""
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    cells += [""] * (len(columns) - len(cells))
    for place, column in enumerate(columns):
        if column.name in numbers and (match := DECIMAL_COMMA.fullmatch(cells[place])):
            cells[place] = f"{match[1]}.{match[2]}"
        if column.is_flag:
            cells[place] = cells[place].lower()
    return cells


def _item(line: int, cells: Sequence[str], columns: Sequence[RowColumn], run: Run) -> Body | None:
    if len(cells) > len(columns):
        run.found.fault(line, "", f"The row has {len(cells)} cells, the header {len(columns)}")
        return None
    try:
        return run.kind.item.model_validate(document_of(columns, cells), by_alias=True, by_name=False)
    except ValidationError as error:
        for fault in faults_of(error, place="body"):
            run.found.fault(line, column_of(fault), fault.msg)
        return None


def _is_first(line: int, item: Body, earlier: dict[Any, int], run: Run) -> bool:
    """Whether no row before has the same key; a new record has none yet."""
    names = run.kind.key
    key = tuple(getattr(item, name) for name in names)
    if not key or key[0] is None:
        return True
    first = earlier.setdefault(key, line)
    if first != line:
        run.found.fault(line, names[-1], f"Line {line} has the same {' and '.join(names)} as line {first}")
    return first == line
