"""P1, P2, P3: thousands of requests made from the OpenAPI document, against a real web server.

All phases of schemathesis, with a key of all scopes and a partner's. tests/contract/generated.py says what is held.
"""

import os
import time
from pathlib import Path

import pytest
import requests
import schemathesis
from schemathesis.engine.recorder import Request

from sites.models import Site
from tests.contract import generated
from tests.contract.conftest import ids
from tests.contract.generated import LONGEST_TIME, Findings
from tests.contract.operations import EVERY
from tests.factories.keys import make_api_key, make_partner_key
from tests.granian import LOCALHOST, running_server
from tests.trust.conftest import Promise, promises

__all__ = ["ids"]

SEED = int(os.environ.get("LEITSTAND_TRUST_SEED", "1"))
EXAMPLES = int(os.environ.get("LEITSTAND_TRUST_EXAMPLES", "80"))  # of random data, for each operation
TARGET = 10_000
PHASES = {"examples", "coverage", "fuzzing", "stateful"}


@promises("P1", "P2", "P3")
@pytest.mark.django_db(transaction=True)
def test_what_is_documented_is_implemented(ids: dict[str, str], tmp_path: Path, promise: Promise) -> None:
    """Every operation, every phase; one undocumented answer, one page, one 5xx fails."""
    keys = {"api": make_api_key().text, "partner": make_partner_key(Site.objects.get(pk=ids["site_id"])).text}
    with running_server(tmp_path) as server:
        schema = schemathesis.openapi.from_url(
            f"http://{LOCALHOST}:{server.port}/api/v1/schema",
            config=generated.config(keys=keys, examples=EXAMPLES, seed=SEED),
            headers={"Accept": "application/json"},
        )
        found = generated.run(schema)
        slow = still_slow(found)
    server_errors = sum(count for status, count in found.statuses.items() if status >= 500 and status != 503)
    figure = (
        f"{found.total:,} cases, {server_errors} of them 5xx, {len(found.faults)} faults, {len(slow)} slower than 1 s"
    )
    promise("P1", "no generated request makes a 5xx or a page", figure=figure, target=f"0 of {TARGET:,}")
    figure = f"{found.refusals:,} refusals, {len(found.faults)} of another shape"
    promise("P2", "errors have one shape and say where: generated requests", figure=figure, target="100 %")
    seen = f"{len(found.operations)} of {len(EVERY)} operations, {len(found.cases)} phases"
    figure = f"{len(found.faults)} differences in {seen}"
    promise("P3", "documented is implemented: generated requests", figure=figure, target="0")
    print(dict(found.cases), dict(found.statuses))  # noqa: T201
    assert not found.faults, str(found)
    assert server_errors == 0
    assert not slow
    assert found.total >= TARGET
    assert set(found.cases) == PHASES
    assert {str(one) for one in EVERY} - found.operations == generated.LEFT_OUT


def still_slow(found: Findings) -> list[str]:
    """Those of the slow requests that take longer than a second each time: others may use the machine's cores too."""
    slow = [one for one in found.slow if all(_seconds(one) > LONGEST_TIME for _ in range(3))]
    return [f"{one.method} {one.uri} {one.body!r:.500}" for one in slow]


def _seconds(request: Request) -> float:
    headers = {name: values[0] for name, values in request.headers.items()}
    began = time.monotonic()
    requests.request(request.method, request.uri, headers=headers, data=request.body, timeout=60)
    return time.monotonic() - began
