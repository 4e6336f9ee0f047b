"""The kinds of snapshots that Leitstand computes itself: what they depend on, and how they are checked.

A new kind is a schema in partner/schemas/, a line here, and a module with `read` and `build` with a line in
partner/builders.py, which the worker alone imports: the web process knows what documents look like and not how they
come about.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from partner.vocabulary import FORECAST, KPI_ROLLUP, MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS

SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class Kind:
    """A kind: its name, and what a document of it depends on: the revisions of its inputs, and the local day.

    `version` rises with every change of what its builder makes of the same inputs, so that all sites are computed
    again; `hourly`: each hour brings another document from the same inputs. `period` is how often it is checked unless
    an operator says otherwise.
    """

    name: str
    version: int
    revision_kinds: tuple[str, ...]
    hourly: bool = False
    period: timedelta = timedelta(seconds=30)

    @cached_property
    def schema_text(self) -> str:
        """The JSON Schema, as it is published [P8]."""
        return (SCHEMAS / f"{self.name}.json").read_text()

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema, parsed."""
        parsed: Mapping[str, Any] = json.loads(self.schema_text)
        return parsed

    @cached_property
    def validator(self) -> Draft202012Validator:
        """What holds a document against the schema."""
        return Draft202012Validator(self.schema)

    def check(self, document: Mapping[str, Any]) -> None:
        """Raises jsonschema's ValidationError where the document is not what the schema says [P8]."""
        self.validator.validate(document)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(KPI_ROLLUP, version=2, revision_kinds=("telemetry", "state_snapshots")),
        Kind(
            FORECAST,
            version=1,
            revision_kinds=("telemetry", "forecasts", "prices"),
            hourly=True,
            period=timedelta(minutes=5),  # telemetry of thousands of sites comes by the minute; their hours do not
        ),
        Kind(MAINTENANCE_SIGNALS, version=1, revision_kinds=("telemetry",)),
        Kind(MAINTENANCE_SCHEDULE, version=1, revision_kinds=("telemetry",), period=timedelta(minutes=5)),
    )
}
