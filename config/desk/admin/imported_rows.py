"""What an import of periods has changed, row by row: on its page, and as a file."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import StreamingHttpResponse

from config.desk.imports.kept import UNKEPT
from config.desk.imports.kinds import ImportKind
from config.desk.imports.models import Import
from config.desk.imports.words import MOST_SHOWN
from config.desk.imports.writing import UTF8_MARK, Lines, harmless

AT_ONCE = 2_000
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A row: what it is known by, and each value before and after, or None where it was not there."""

    key: Sequence[str]
    values: Sequence[tuple[str | None, str]]


def changes_of(found: Import, kind: ImportKind) -> list[Change]:
    """The first rows that it changed, in the order of their keys within each statement."""
    key, names = _columns(kind)
    return [_change(row.before, row.after, key, names) for row in found.kept_rows.order_by("id")[:MOST_SHOWN]]


def headers_of(kind: ImportKind) -> list[str]:
    """What the columns of a change are called: its key, then its values."""
    key, names = _columns(kind)
    return [*key, *names]


def changes_file(found: Import, kind: ImportKind) -> StreamingHttpResponse:
    """All rows that it changed as CSV: the key, then each value before and after."""
    file = StreamingHttpResponse(_lines(found, kind), content_type="text/csv; charset=utf-8")
    file["Content-Disposition"] = f'attachment; filename="import-{found.pk}-changes.csv"'
    return file


def _lines(found: Import, kind: ImportKind) -> Iterator[str]:
    key, names = _columns(kind)
    writer = csv.writer(Lines())
    yield UTF8_MARK + writer.writerow([*key, *(f"{name} {when}" for name in names for when in ("before", "after"))])
    last = 0
    while rows := list(found.kept_rows.filter(id__gt=last).order_by("id")[:AT_ONCE]):
        for row in rows:
            change = _change(row.before, row.after, key, names)
            yield writer.writerow(
                [*map(harmless, change.key), *(text or "" for pair in change.values for text in pair)]
            )
        last = rows[-1].pk


def _columns(kind: ImportKind) -> tuple[list[str], list[str]]:
    meta = apps.get_model(kind.model)._meta  # noqa: SLF001  Django's documented way to a model's fields
    key = [field.column for field in meta.pk_fields]
    others = [field.column for field in meta.concrete_fields if field.column not in {*key, *UNKEPT}]
    return key, [str(name) for name in others if name]


def _change(before: Values | None, after: Values, key: Sequence[str], names: Sequence[str]) -> Change:
    old = before or {}
    values = [(_text(old[name]) if name in old else None, _text(after[name])) for name in names]
    return Change(key=[_text(after[name]) for name in key], values=values)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
