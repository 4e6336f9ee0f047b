"""Bodies of rows, read from the wire in pieces and checked as they come: memory stays flat [B3].

`line` in a fault's `loc` is that of the body, counted from 1: in CSV the header is line 1, and a row whose cells hold
line breaks has the number of its first line.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from pydantic import BaseModel, TypeAdapter, ValidationError

from config.api.bodies import SLICE, check_envelope, faults_of
from config.api.idempotency import HEADER
from config.api.json_text import parse_json, printable
from config.api.rows import CSV, MOST_ROWS, RowColumn, columns_of
from config.errors import MOST_FAULTS, Fault, InvalidError

PIECE = 64 * 1024
LARGEST_BODY_OF_ROWS = 256 * 1024 * 1024
LONGEST_ROW = 64 * 1024  # bytes; no item comes near it
FLAGS = {"true": True, "false": False}
UTF8_MARK = b"\xef\xbb\xbf"

Item = TypeVar("Item", bound=BaseModel)
Document = tuple[int, Any]


def open_rows(request: HttpRequest, *, item: type[Item], types: Sequence[str]) -> "SentRows[Item]":
    """The rows of a body whose envelope is right; 415, 411 or 413 for one that is not, in this order [C3].

    An answer to rows is not stored: an Idempotency-Key is InvalidError.
    """
    length = check_envelope(request, expected=True, types=types, largest=LARGEST_BODY_OF_ROWS)
    if HEADER in request.headers and request.method == "POST":
        sentence = f"Rows come without {HEADER}: what is sent again is found to be stored already"
        raise InvalidError([Fault(("header", HEADER), sentence, "idempotency_key")])
    return SentRows(request, length=length or 0, item=item)


class SentRows(Generic[Item]):
    """The rows of a body, to be read once. `count` is how many there were when all are read."""

    def __init__(self, request: HttpRequest, *, length: int, item: type[Item]) -> None:
        self.request = request
        self.length = length
        self.item = item
        self.count = 0
        self._faults: list[Fault] = []

    def slices(self) -> Iterator[tuple[list[int], list[Item]]]:
        """The items, some at a time, and the lines that they stand in.

        After the first fault there are none any more, only further faults are looked for: InvalidError names them, up
        to a hundred. What comes after those is not read.
        """
        adapter = TypeAdapter(list[self.item])  # type: ignore[name-defined]
        documents = self._documents()
        while piece := list(islice(documents, SLICE)):
            lines = [line for line, _ in piece]
            try:
                items = adapter.validate_python([found for _, found in piece], by_alias=True, by_name=False)
            except ValidationError as error:
                self._faults += _placed(error, lines)
                continue
            if not self._faults:
                yield lines, items
        if not self.count and not self._faults:
            self._faults.append(Fault(("body",), "The body should have at least one row", "too_short"))
        if self._faults:
            raise InvalidError(sorted(self._faults, key=_line_of))

    def _documents(self) -> Iterator[Document]:
        """Each row as the JSON object that it stands for; what is no row is noted."""
        rows = self._of_csv() if self.request.content_type == CSV else self._of_ndjson()
        try:
            for line, document in rows:
                self.count += 1
                if self.count > MOST_ROWS:
                    raise _fault(line, f"A body should have at most {MOST_ROWS} rows", "too_long")
                yield line, document
                if len(self._faults) >= MOST_FAULTS:
                    return
        except InvalidError as error:  # what comes after it cannot be read
            self._faults += error.faults

    def _of_ndjson(self) -> Iterator[Document]:
        blank = 0
        for number, text in enumerate(self._lines(), start=1):
            if not text.strip(b" \t\r"):
                blank = blank or number
                continue
            self._note_blank(blank)
            blank = 0
            try:
                yield number, parse_json(text)
            except InvalidError as error:
                self._faults += [
                    Fault(("body", number, *fault.loc[1:]), fault.msg.replace("body", "line", 1), fault.type)
                    for fault in error.faults
                ]
                if len(self._faults) >= MOST_FAULTS:
                    return

    def _of_csv(self) -> Iterator[Document]:
        lines = _Text(self._lines())
        reader = csv.reader(lines, strict=True)
        columns = columns_named(_next(reader, lines) or [], columns_of(self.item))
        blank = 0
        while True:
            line = lines.begin_row()
            cells = _next(reader, lines)
            if cells is None:
                return
            if not cells:
                blank = blank or line
                continue
            self._note_blank(blank)
            blank = 0
            if len(cells) == len(columns):
                yield line, document_of(columns, cells)
            else:
                sentence = f"The row has {len(cells)} cells, the header {len(columns)}"
                self._faults.append(Fault(("body", line), sentence, "cells"))
                if len(self._faults) >= MOST_FAULTS:
                    return

    def _note_blank(self, line: int) -> None:
        if line:
            self._faults.append(Fault(("body", line), "A line should not be blank, unless at the end", "blank_line"))

    def _lines(self) -> Iterator[bytes]:
        """The lines without their ends; BadRequest where the client goes away within them."""
        rest, left, number = b"", self.length, 0
        while left:
            piece = self.request.read(min(PIECE, left))
            if not piece:
                raise BadRequest
            left -= len(piece)
            *whole, rest = (rest + piece).split(b"\n")
            number += len(whole)
            yield from whole
            if len(rest) > LONGEST_ROW:
                raise _fault(number + 1, f"A row should have at most {LONGEST_ROW} bytes", "too_long")
        if rest:
            yield rest


class _Text:
    """Lines as a CSV reader takes them: text, with their ends. It knows where the row that is read began."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines = lines
        self.number = 0
        self.first = 1
        self.size = 0

    def begin_row(self) -> int:
        """The number of the next line, which begins a row."""
        self.size = 0
        self.first = self.number + 1
        return self.first

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.number += 1
            self.size += len(line)
            if self.size > LONGEST_ROW:
                raise _fault(self.first, f"A row should have at most {LONGEST_ROW} bytes", "too_long")
            try:
                text = (line.removeprefix(UTF8_MARK) if self.number == 1 else line).decode()
            except UnicodeDecodeError:
                raise _fault(self.number, "The line is not UTF-8", "csv_invalid") from None
            if "\0" in text:
                raise _fault(self.number, "Text cannot hold NUL", "string_unicode")
            yield text + "\n"


def _next(reader: Iterator[list[str]], lines: _Text) -> list[str] | None:
    """The next row's cells; None where there is none."""
    try:
        return next(reader, None)
    except csv.Error as error:
        raise _fault(lines.first, f"The row is not valid CSV: {error}", "csv_invalid") from None


def columns_named(header: Sequence[str], known: Sequence[RowColumn]) -> list[RowColumn]:
    """The columns that a header names; InvalidError with those that are unknown, repeated or missing."""
    by_name = {column.name: column for column in known}
    faults = [
        Fault(("body", 1, printable(name)), *_wrong_with(name, header[:place], by_name))
        for place, name in enumerate(header)
        if name not in by_name or name in header[:place]
    ]
    fields = {by_name[name].field for name in header if name in by_name}
    faults += [
        Fault(("body", 1, column.name), "The header should have this column", "missing")
        for column in known
        if column.name not in header and (column.is_required or column.field in fields)
    ]
    if faults:
        raise InvalidError(faults)
    return [by_name[name] for name in header]


def _wrong_with(name: str, before: Sequence[str], by_name: dict[str, RowColumn]) -> tuple[str, str]:
    if name in by_name and name in before:
        return "The header has this column more than once", "repeated"
    return "There is no such column", "extra_forbidden"


def document_of(columns: Sequence[RowColumn], cells: Sequence[str]) -> dict[str, Any]:
    """A row as JSON would say it; an empty cell says nothing."""
    document: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        if not cell:
            continue
        if column.part:
            document.setdefault(column.field, {})[column.part] = cell
        else:
            document[column.field] = FLAGS.get(cell, cell) if column.is_flag else cell
    return document


def _placed(error: ValidationError, lines: Sequence[int]) -> Iterator[Fault]:
    """The faults of a slice, with the lines of its items in place of their indices."""
    for fault in faults_of(error, place="body"):
        _, index, *rest = fault.loc
        yield Fault(("body", lines[int(index)], *rest), fault.msg, fault.type)


def _fault(line: int, sentence: str, kind: str) -> InvalidError:
    return InvalidError([Fault(("body", line), sentence, kind)])


def _line_of(fault: Fault) -> int:
    return int(fault.loc[1]) if len(fault.loc) > 1 else 0
