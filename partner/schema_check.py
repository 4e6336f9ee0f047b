"""Holds a JSON Schema, and a document against it, in a process of its own: `python -m partner.schema_check`.

Whoever writes a schema can make its patterns or references take for ever. So this runs apart, with limits on time and
memory, and nothing is fetched. In: `{"schema": ..., "document": ...}`; out: `[[path, message], ...]`.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SECONDS = 2
BYTES = 512 * 1024 * 1024
MOST_FAULTS = 100
LONGEST_MESSAGE = 300

Fault = tuple[list[str | int], str]


def faults_of_schema(schema: Any) -> Iterator[Fault]:
    """What keeps a schema from being one that can be published and checked here."""
    if not isinstance(schema, dict):
        yield [], "The schema is a JSON object"
        return
    if schema.get("$schema", DIALECT) != DIALECT:
        yield ["$schema"], f"The dialect is {DIALECT}"
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        yield list(error.absolute_path), error.message
    yield from _faults_within(schema, [])


def _faults_within(value: Any, path: list[str | int]) -> Iterator[Fault]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        here = [*path, name]
        if name in ("$ref", "$dynamicRef") and not (isinstance(part, str) and part.startswith("#")):
            yield here, "References lead to this schema's own parts (#...): nothing is fetched"
        elif name in ("$id", "$vocabulary"):
            yield here, f"{name} is given by the address that the schema is published at"
        elif name == "pattern" and isinstance(part, str) and not _is_pattern(part):
            yield here, "This is no regular expression"
        elif name == "patternProperties" and isinstance(part, dict):
            yield from (([*here, one], "This is no regular expression") for one in part if not _is_pattern(one))
        yield from _faults_within(part, here)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def faults_of_document(schema: Any, document: Any) -> Iterator[Fault]:
    """Where the document is not what the schema says."""
    if faults := list(_faults_within(schema, [])):  # written past the back office: a reference would be fetched
        yield from faults
        return
    for error in Draft202012Validator(schema).iter_errors(document):
        yield list(error.absolute_path), error.message


def main() -> None:
    """Read, check, write."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    given = json.load(sys.stdin)
    if "document" in given:
        faults = faults_of_document(given["schema"], given["document"])
    else:
        faults = faults_of_schema(given["schema"])
    json.dump([(path, message[:LONGEST_MESSAGE]) for path, message in islice(faults, MOST_FAULTS)], sys.stdout)


if __name__ == "__main__":
    main()
