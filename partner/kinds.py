"""The kinds of snapshots that Leitstand computes itself: how each is read, built and checked.

A new kind is a module with `read` and `build`, a schema in partner/schemas/ and a line here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from partner import kpi_rollup
from partner.documents import Computed
from partner.vocabulary import KPI_ROLLUP

SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class Kind:
    """A kind: its name, the revisions that its inputs have, and how a document of it comes about.

    `version` rises with every change of what `build` makes of the same inputs, so that all sites are computed again.
    """

    name: str
    version: int
    revision_kinds: tuple[str, ...]
    compute: Callable[[str, datetime], Computed]

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


def _compute_kpi_rollup(site_id: str, now: datetime) -> Computed:
    return kpi_rollup.build(kpi_rollup.read(site_id=site_id, now=now))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(KPI_ROLLUP, version=2, revision_kinds=("telemetry", "state_snapshots"), compute=_compute_kpi_rollup),
    )
}
