"""Answers of rows: written to a file first, and sent from there [B3].

So a failure while PostgreSQL writes is an error answer and never half an answer that looks whole, the length is known
before the first byte goes out, and neither a connection nor a snapshot of the database waits for a slow client. Memory
stays flat; the file is gone with the answer.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any, Literal

from django.http import FileResponse, HttpResponse
from rest_framework.request import Request

from config.api.bodies import JSON
from config.api.pagination import PageQuery, link_next
from config.api.rows import CSV, MOST_ROWS, NDJSON

# How PostgreSQL is to write each media type.
FORM_OF: Mapping[str, Literal["json", "csv"]] = {NDJSON: "json", CSV: "csv"}
CONTENT_TYPE = {JSON: JSON, NDJSON: NDJSON, CSV: f"{CSV}; charset=utf-8"}


class RowsAnswer(FileResponse):
    """Sends a file in pieces that a socket takes at once."""

    block_size = 64 * 1024


@dataclass(frozen=True)
class WrittenRows:
    """A file of rows, ready to be read; `header` and `last` of them where there is a row more than were wanted."""

    file: IO[bytes]
    media: str
    header: bytes = b""
    last: bytes | None = None

    def last_key(self, key: Sequence[str]) -> list[Any] | None:
        """These fields of the last row, where more follow."""
        if self.last is None:
            return None
        fields = json.loads(self.last) if self.media == NDJSON else _fields(self.header, self.last)
        return [fields[name] for name in key]


def write_rows(rows: Iterator[bytes], *, media: str, limit: int = MOST_ROWS) -> WrittenRows:
    """The rows in a file, each a line, so many at most; in CSV the first one is a header."""
    file = TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        header = next(rows) if media == CSV else b""
        file.write(_ended(header) if header else b"")
        last, count = b"", 0
        for count, row in enumerate(rows, start=1):
            if count <= limit:
                file.write(_ended(row) if header else row)
                last = row
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return WrittenRows(file, media, header, last if count > limit else None)


def write_items(rows: Iterator[bytes], *, field: str) -> WrittenRows:
    """The rows, each a line of JSON, in a file that holds one document: `{field: [...]}`."""
    file = TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        file.write(f'{{"{field}":['.encode())
        for place, row in enumerate(rows):
            file.write((b"," if place else b"") + row.removesuffix(b"\n"))
        file.write(b"]}")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return WrittenRows(file, JSON)


def rows_answer(written: WrittenRows, *, status: int = 200) -> HttpResponse:
    """An answer that sends the file."""
    answer: Any = RowsAnswer(written.file, status=status, content_type=CONTENT_TYPE[written.media])
    return answer  # type: ignore[no-any-return]  # views answer either; the stubs keep them apart


def rows_list(
    request: Request, query: PageQuery, rows: Iterator[bytes], *, media: str, key: Sequence[str]
) -> HttpResponse:
    """A list as rows, with the Link to what follows where there is one row more than the query's limit [C5].

    `key` names the fields that the list is ordered by.
    """
    written = write_rows(rows, media=media, limit=query.limit)
    answer = rows_answer(written)
    link_next(request, query, answer, last_key=written.last_key(key))
    return answer


def _ended(line: bytes) -> bytes:
    """The line as RFC 4180 ends it."""
    return line.removesuffix(b"\n") + b"\r\n"


def _fields(header: bytes, row: bytes) -> dict[str, str]:
    names, cells = (next(csv.reader(io.StringIO(line.decode(), newline=""))) for line in (header, row))
    return dict(zip(names, cells, strict=True))
