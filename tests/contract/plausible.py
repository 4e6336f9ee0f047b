"""What looks right and is not: values that lax parsers take for instants, days, numbers, booleans and words.

Each has to be refused with 422 (400 by the Partner API) at its place, in whichever field or parameter it stands: taking
it would be a success that means something else than its sender thinks [C2] [C3].
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from config.desk.documents import document
from tests.contract.hostile import at, places_of, replaced
from tests.contract.operations import Operation

INSTANTS = (
    "2026-05-01",
    "2026-05-01T00:00:00",
    "2026-05-01T00:00:00 Z",
    "2026-05-01T00:00:00z ",
    " 2026-05-01T00:00:00Z",
    "2026-05-01T00:00:00Z\n",
    "20260501T000000Z",
    "2026-W18-5T00:00:00Z",
    "2026-121T00:00:00Z",
    "2026-5-1T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-05-01T24:00:01Z",
    "2026-05-01T25:00:00Z",
    "2026-05-01T23:59:60Z",
    "2026-05-01T00:00:00+24:00",
    "2026-05-01T00:00:00+00:00:30",
    "2026-05-01T00:00:00+1",
    "2026-05-01T00:00:00Z[Europe/Berlin]",
    "2026-05-01T00:00:00 Europe/Berlin",
    "2026-05-01T00:00:00.1234567890123Z",
    "12026-05-01T00:00:00Z",
    "+2026-05-01T00:00:00Z",
    "-0001-05-01T00:00:00Z",
    "0000-05-01T00:00:00Z",
    "\u0662\u0660\u0662\u0666-05-01T00:00:00Z",
    "1777593600",
    "1777593600000",
    "1777593600.5",
    "2026",
    "now",
    "infinity",
    "-infinity",
    "epoch",
    "today",
    "May 1, 2026",
    "01.05.2026 00:00",
)
DAYS = (
    "2026-02-30",
    "2026-5-1",
    "20260501",
    "2026-W18-5",
    "2026-121",
    "2026-05-01T00:00:00Z",
    "2026-05-01 ",
    "\u0662\u0660\u0662\u0666-05-01",
    "1777593600",
    "0000-01-01",
    "12026-01-01",
    "today",
    "infinity",
    "01.05.2026",
)
NUMBERS = (
    "",
    " ",
    "one",
    "1_000",
    "1,5",
    "1.000,5",
    "1 000",
    " 1",
    "1 ",
    "0x10",
    "0b1",
    "1/3",
    "50%",
    "1\u00bd",
    "\u00b2",
    "\u0661",
    "\uff11",
    "\u22125",
    "NaN",
    "-nan",
    "sNaN",
    "Inf",
    "-Infinity",
    "1e9999999999",
    "1e400",
    "9" * 40,
    "0." + "1" * 40,
    "--1",
    "1e",
    "null",
    "true",
)
BOOLEANS = ("", "yes", "no", "on", "off", "t", "f", "y", "1", "0", "TRUE", "True", " true", "true ", "null", "\uff11")
INTEGERS = (*NUMBERS, "1.0", "1e3", "+1", "-1", "1.5", "00x1")
# As JSON, whatever the field: no field of ours takes them in the place of a text, a number or a boolean.
NOT_NUMBERS: tuple[Any, ...] = (True, False, [], {}, [1], {"value": 1})
NOT_INSTANTS: tuple[Any, ...] = (True, 1777593600, 1777593600.5, -1, [], {}, ["2026-05-01T00:00:00Z"])
NOT_BOOLEANS: tuple[Any, ...] = (0, 1, "true", "false", "yes", "", [], {}, 1.0)
NOT_TEXTS: tuple[Any, ...] = (True, 0, 1.5, [], {}, ["a"])

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def values_in_the_place_of(example: Any, place: tuple[str | int, ...]) -> tuple[Any, ...]:
    """What is wrong for the part of an example that stands at a place, judged by what the example has there."""
    part = at(example, place)
    if isinstance(part, bool):
        return NOT_BOOLEANS
    if isinstance(part, str) and _INSTANT.fullmatch(part):
        return (*INSTANTS, *NOT_INSTANTS)
    if isinstance(part, str) and _DAY.fullmatch(part):
        return (*DAYS, *NOT_INSTANTS)
    if isinstance(part, int | float) or (isinstance(part, str) and _NUMBER.fullmatch(part)):
        return (*NUMBERS, *NOT_NUMBERS)
    return NOT_TEXTS if isinstance(part, str) else ()


def wrong_documents(operation: Operation) -> Iterator[tuple[list[tuple[str | int, ...]], bytes]]:
    """The operation's example with all of its parts wrong, each in another way every time, and which they are.

    Of what a list has several of, the first.
    """
    parts = [
        place for place in places_of(operation.example) if not any(isinstance(name, int) and name for name in place)
    ]
    wrong = {place: found for place in parts if (found := values_in_the_place_of(operation.example, place))}
    for turn in range(max(map(len, wrong.values()), default=0)):
        document = operation.example
        for place, values in wrong.items():
            document = replaced(document, place, values[turn % len(values)])
        yield list(wrong), json.dumps(document).encode()


def wrong_queries(operation: Operation, ids: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The operation's address with one parameter wrong, and which."""
    for parameter in operation.said["parameters"]:
        if parameter["in"] != "query":
            continue
        needed = operation.query(ids, leaving_out=parameter["name"])
        for value in _wrong_for(parameter["schema"]):
            query = "&".join([*needed, f"{parameter['name']}={quote(value, safe='')}"])
            yield parameter["name"], f"{operation.path(ids)}?{query}"


def _wrong_for(schema: Mapping[str, Any]) -> tuple[str, ...]:
    found = _plain(schema)
    if found.get("format") == "date-time":
        return INSTANTS
    if found.get("format") == "date":
        return DAYS
    return {"boolean": BOOLEANS, "integer": INTEGERS, "number": NUMBERS}.get(str(found.get("type")), ())


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema's own part, without what it refers to or wraps."""
    if "$ref" in schema:
        return _plain(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return _plain(schema["items"]) if "items" in schema else schema
