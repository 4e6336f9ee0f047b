"""Kinds that operators register: their published schema, and documents held against it within bounds [P8]."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from config.embedded import BASE_DIR
from config.errors import Fault, InvalidError
from partner.kinds import Kind
from partner.schema_check import DIALECT

PATIENCE: Final = 5.0  # seconds that a check may take in all; its own limits usually end it first
LARGEST_SCHEMA: Final = 64 * 1024
LARGEST_DOCUMENT: Final = 1024 * 1024
STAMPS: Final[Mapping[str, Any]] = {
    "site_id": {"type": "string"},
    "generated_at": {"type": "string", "format": "date-time"},
    "data_through": {"type": ["string", "null"], "format": "date-time"},
    "stale": {"type": "boolean"},
}


@dataclass(frozen=True)
class RegisteredKind(Kind):
    """A kind whose schema an operator gave; `Kind.check` runs in a process of its own."""

    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema_text(self) -> str:
        """The JSON Schema, as it is published: the given one, with what every snapshot has."""
        return json.dumps(published_schema(self.name, self.given), ensure_ascii=False)

    def check(self, document: Mapping[str, Any]) -> None:
        """InvalidError with each fault, as those of a request's `document`."""
        refuse(_faults({"schema": published_schema(self.name, self.given), "document": document}), "body", "document")


def published_schema(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A given schema, with the fields that every snapshot has beside its own."""
    properties = given.get("properties")
    required = given.get("required", [])
    return {
        "$schema": DIALECT,
        "title": name,
        **given,
        "type": "object",
        "properties": {**(properties if isinstance(properties, dict) else {}), **STAMPS},
        "required": [*STAMPS, *(one for one in required if one not in STAMPS)],
    }


def check_schema(schema: Any) -> None:
    """InvalidError with everything that keeps a schema from being taken."""
    if len(json.dumps(schema)) > LARGEST_SCHEMA:
        raise InvalidError([Fault(("schema",), f"A schema has at most {LARGEST_SCHEMA} characters", "too_long")])
    refuse(_faults({"schema": schema}), "schema")
    taken = [name for name in STAMPS if name in schema.get("properties", {})]
    refuse([([name], f"{name} is written by Leitstand and cannot be described") for name in taken], "schema")


def refuse(faults: Sequence[tuple[Sequence[str | int], str]], *place: str) -> None:
    """InvalidError with the faults, if there are any."""
    if faults:
        raise InvalidError([Fault((*place, *path), message, "json_schema") for path, message in faults])


def _faults(question: Mapping[str, Any]) -> Sequence[tuple[Sequence[str | int], str]]:
    """What partner/schema_check.py says, or that it came to no end within its bounds."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "partner.schema_check"],
            input=json.dumps(question).encode(),
            capture_output=True,
            cwd=BASE_DIR,
            timeout=PATIENCE,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return [([], "This could not be held against the schema within the bounds of time and memory")]
    found: list[tuple[list[str | int], str]] = json.loads(done.stdout)
    return found
