"""Cases that schemathesis makes from the OpenAPI document in all its phases, and what is wrong with their answers.

Examples, the bounds of every schema, random data within them and outside, and chains of requests that use each other's
answers. On top of schemathesis' own checks each answer is held against ours: no 5xx, no page under the APIs, exactly
the documented shape, an error of at most 100 KB.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import Request
from schemathesis.schemas import BaseSchema

from tests.conformance import verify
from tests.contract.refusals import faults_of

# Schemathesis leaves out the address that the document itself comes from.
LEFT_OUT = {"GET /api/v1/schema"}
LONGEST_ERROR = 100_000  # bytes
LONGEST_TIME = 1.0  # seconds


@dataclass
class Answered:
    """An answer as `verify` takes them, with the request that it answers."""

    request: Mapping[str, str]
    status_code: int
    headers: Mapping[str, str]
    content: bytes
    streaming: bool = False

    def getvalue(self) -> bytes:
        return self.content

    def get(self, name: str, default: str = "") -> str:
        return self.headers.get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return self.headers[name.lower()]


@schemathesis.serializer("application/x-ndjson", "text/csv")
def rows(_ctx: Any, value: Any) -> bytes:
    """A body of rows, which the document can only call a text."""
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace")


@schemathesis.check
def our_rules(ctx: CheckContext, response: Response, case: Any) -> None:
    """What holds for every answer of the APIs, whatever was sent."""
    path = unquote(urlsplit(str(response.request.url)).path, errors="replace")
    headers = {name.lower(): values[0] for name, values in response.headers.items()}
    asked = {"REQUEST_METHOD": str(response.request.method), "PATH_INFO": path}
    answer = Answered(asked, response.status_code, headers, response.content)
    allowed = (503,) if path == "/health/ready" else ()  # it says what is missing: here, the worker
    assert answer.status_code < 500 or answer.status_code in allowed, f"{answer.status_code}: {answer.content[:300]!r}"
    assert "html" not in answer.get("Content-Type"), "a page"
    assert answer.status_code < 400 or len(answer.content) <= LONGEST_ERROR, f"{len(answer.content)} bytes"
    verify(answer)  # type: ignore[arg-type]
    if 400 <= answer.status_code < 500 and response.request.method not in ("HEAD", "TRACE", "OPTIONS"):
        is_json = str(response.request.headers.get("Content-Type", "")).startswith("application/json")
        sent = (response.request.body if is_json else b"") or b""  # rows are named by their lines
        content = sent if isinstance(sent, bytes) else str(sent).encode(errors="replace")
        faults = faults_of(path, answer.status_code, headers, answer.content, sent=content)
        assert not faults, f"{faults} of {answer.content[:300]!r}"


@dataclass
class Findings:
    """What a run saw."""

    cases: Counter[str] = field(default_factory=Counter)  # by phase
    statuses: Counter[int] = field(default_factory=Counter)
    slow: list[Request] = field(default_factory=list)  # what took longer than LONGEST_TIME
    operations: set[str] = field(default_factory=set)  # that had a case
    faults: dict[tuple[str, str], str] = field(default_factory=dict)  # by operation and kind: how to see it again

    @property
    def total(self) -> int:
        return self.cases.total()

    @property
    def refusals(self) -> int:
        """Answers whose shape was held against the one that refusals have."""
        return sum(count for status, count in self.statuses.items() if 400 <= status < 500)

    def note(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        for interaction in recorder.interactions.values():
            self.cases[event.phase.value] += 1
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
                if interaction.response.elapsed > LONGEST_TIME:
                    self.slow.append(interaction.request)
        self.operations.update(case.value.operation.label for case in recorder.cases.values())
        for case, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    place = (recorder.cases[case].value.operation.label, failure.title)
                    self.faults.setdefault(place, f"{failure.message}\n{check.failure_info.code_sample}")

    def __str__(self) -> str:
        return "\n\n".join(f"{operation}: {kind}\n{how}" for (operation, kind), how in self.faults.items())


def config(*, keys: Mapping[str, str], examples: int, seed: int = 1, short: bool = False) -> Any:
    """A run with this many random examples for each operation, with an Asset Service key and a partner's.

    A short one leaves out the bounds that are broken on purpose, of which there are thousands, and what schemathesis
    cannot do within one process: calling again without a key.
    """
    schemes = {"bearer": {"bearer": keys["api"]}, "partnerKey": {"api_key": keys["partner"]}}
    # Rules between fields (from <= to, p10 <= p90) cannot be said in a schema: 422 is no fault of what fits it.
    accepted = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "415", "422"]
    coverage = {"generation": {"mode": "positive"}} if short else {}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "cache": {"enabled": False},
            "auth": {"openapi": schemes},
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "deterministic": True, "no-shrink": True},
            "phases": {"coverage": coverage},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": accepted},
                "ignored_auth": {"enabled": not short},
            },
        }
    )


def run(schema: BaseSchema) -> Findings:
    """Send everything."""
    findings = Findings()
    for event in _events(schema):
        if isinstance(event, events.ScenarioFinished):
            findings.note(event)
        if isinstance(event, events.NonFatalError):
            findings.faults[event.label, str(event.info.title)] = str(event.info.message)
        if isinstance(event, events.Interrupted):
            raise KeyboardInterrupt  # schemathesis takes it for an early end
        if isinstance(event, events.FatalError):
            raise event.exception
    return findings


def _events(schema: BaseSchema) -> Iterator[Any]:
    yield from from_schema(schema).execute()
