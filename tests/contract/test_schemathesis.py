"""A short run, within this process, of what tests/trust/check_schemathesis.py does at length."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import schemathesis
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.desk.application import Application
from partner.api.front import in_front_of
from sites.models import Site
from tests.contract import generated
from tests.contract.operations import EVERY
from tests.factories.keys import make_api_key, make_partner_key

PHASES = {"examples", "coverage", "fuzzing", "stateful"}


class InProcess:
    """Our application, with the address of its caller, which a request that took no wire lacks."""

    def __init__(self) -> None:
        self.connections: set[BaseDatabaseWrapper] = set()
        self.application = in_front_of(Application())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        own = connections["default"]  # of this thread, which is schemathesis'
        if own not in self.connections:
            own.inc_thread_sharing()
            self.connections.add(own)
        return self.application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)


@pytest.fixture
def in_process() -> Iterator[InProcess]:
    made = InProcess()
    yield made
    for one in made.connections:  # their threads have ended, and the test's database has to go
        one.close()


@pytest.mark.django_db(transaction=True)
def test_requests_made_from_the_document_are_answered_as_it_says(ids: dict[str, str], in_process: InProcess) -> None:
    """[C3] [C16]: every operation, in every phase."""
    keys = {"api": make_api_key().text, "partner": make_partner_key(Site.objects.get(pk=ids["site_id"])).text}
    config = generated.config(keys=keys, examples=1, short=True)
    found = generated.run(schemathesis.openapi.from_wsgi("/api/v1/schema", in_process, config=config))
    assert not found.faults, str(found)
    assert set(found.cases) == PHASES
    assert {str(one) for one in EVERY} - found.operations == generated.LEFT_OUT
    assert found.statuses[200] > 100
