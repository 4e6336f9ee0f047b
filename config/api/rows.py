"""Rows: the media types of what is too long for one JSON document, NDJSON and CSV [B3].

A row has the fields of a list's items. In CSV their names are the columns; a field that is an object is a column for
each of its own, as a Quantity is two, `price.value` and `price.unit`. A list of objects that a vocabulary tells apart
has these columns for each of its words: `sources.PV.power_charge`.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Protocol, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, create_model
from rest_framework.renderers import BaseRenderer

from config.api.bodies import JSON
from config.api.pagination import PageQuery
from config.api.values import parse_count

NDJSON = "application/x-ndjson"
CSV = "text/csv"
ROWS = (NDJSON, CSV)
JSON_OR_ROWS = (JSON, *ROWS)
MOST_ROWS = 1_000_000
ROW_END = {NDJSON: "\n", CSV: "\r\n"}  # of what is answered (RFC 4180)

Asked = TypeVar("Asked", bound=PageQuery)
Item = TypeVar("Item", bound=BaseModel)


class Rows(Protocol[Item]):
    """Items that come some at a time, to be read once; `count` is how many there were when all are read."""

    count: int

    def slices(self) -> Iterator[tuple[list[int], list[Item]]]:
        """The items, some at a time, and the lines that they stand in; InvalidError where any is wrong."""


class NdjsonRenderer(BaseRenderer):
    """Names the media type to those who negotiate; what is answered is written by PostgreSQL."""

    media_type = NDJSON


class CsvRenderer(BaseRenderer):
    """Likewise."""

    media_type = CSV


RENDERER_OF: Mapping[str, type[BaseRenderer]] = {NDJSON: NdjsonRenderer, CSV: CsvRenderer}


@dataclass(frozen=True)
class RowColumn:
    """A column of CSV: an item's field, or one part of a field that has several (`value` of a Quantity)."""

    field: str
    part: str = ""
    is_required: bool = False
    is_flag: bool = False

    @property
    def name(self) -> str:
        """As the header has it."""
        return f"{self.field}.{self.part}" if self.part else self.field


def item_of(batch: type[BaseModel]) -> tuple[str, type[BaseModel]]:
    """The field of a body or an answer that holds its items, and their model."""
    for name, field in batch.model_fields.items():
        if get_origin(field.annotation) is list:
            return name, get_args(field.annotation)[0]
    raise LookupError(f"{batch.__name__} has no list of items.")


@lru_cache
def columns_of(item: type[BaseModel], mode: Literal["validation", "serialization"] = "validation") -> list[RowColumn]:
    """The columns of an item, in the order of its fields, out of its schema."""
    schema = item.model_json_schema(mode=mode)
    return [
        RowColumn(
            name,
            ".".join(parts),
            is_required=name in schema.get("required", ()),
            is_flag="boolean" in {kind.get("type") for kind in _kinds(field, schema)},
        )
        for name, field in schema["properties"].items()
        for parts in _parts(field, schema)
    ]


def _parts(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The parts of a field that are columns, each as the names that lead to it; of a plain value there are none."""
    for kind in _kinds(field, schema):
        if kind.get("type") == "object":
            for name, inner in kind["properties"].items():
                yield from ((name, *rest) for rest in _parts(inner, schema))
            return
        if kind.get("type") == "array":
            (inner,) = _kinds(kind["items"], schema)
            (_, first), *others = inner["properties"].items()
            (vocabulary,) = _kinds(first, schema)
            yield from ((word, name) for word in vocabulary["enum"] for name, _ in others)
            return
    yield ()


def _kinds(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a field may be: schemas without references and without alternatives."""
    if "$ref" in field:
        yield from _kinds(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    if "type" in field:
        yield field
    for option in field.get("anyOf", ()):
        yield from _kinds(option, schema)


@lru_cache
def query_of_rows(query: type[Asked]) -> type[Asked]:
    """The query of a list that is answered as rows: without `limit` there are as many as there may be."""
    limit = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(parse_count)]
    return create_model(f"{query.__name__}OfRows", __base__=query, limit=(limit, MOST_ROWS))


def rows_text(media: str, items: Sequence[Mapping[str, Any]], columns: Sequence[RowColumn]) -> str:
    """Items as the text of a media type of rows: what the document shows as an example."""
    if media == NDJSON:
        return "".join(json.dumps(item, separators=(",", ":")) + ROW_END[NDJSON] for item in items)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ROW_END[CSV])
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(item, column) for column in columns] for item in items)
    return text.getvalue()


def _cell(item: Mapping[str, Any], column: RowColumn) -> Any:
    value = item.get(column.field)
    for part in column.part.split(".") if column.part else ():
        value = _part_of(value, part)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else value


def _part_of(value: Any, part: str) -> Any:
    """A field of an object, or the object of a list whose first field is this word; None where there is none."""
    if isinstance(value, list):
        return next((one for one in value if next(iter(one.values())) == part), None)
    return None if value is None else value.get(part)
