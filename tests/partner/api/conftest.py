"""A worker that answers snapshots from memory, and a partner whose key it knows."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from django.utils import timezone

from partner.models import PartnerProfile, Snapshot
from tests.factories.keys import make_partner_key
from tests.factories.snapshots import make_snapshot
from tests.partner.fronts import Caller


@pytest.fixture
def caller() -> Iterator[Caller]:
    """Requests leave the test's transaction alone, as they do in Django's own client."""
    request_started.disconnect(close_old_connections)
    yield Caller()
    request_started.connect(close_old_connections)


@pytest.fixture
def snapshot(profile: PartnerProfile) -> Snapshot:
    return make_snapshot(profile, now=timezone.now())


@pytest.fixture
def key(profile: PartnerProfile) -> str:
    return make_partner_key(profile.site).text


@pytest.fixture
def warm(caller: Caller, snapshot: Snapshot, key: str) -> Caller:
    """A worker that has answered the key before."""
    assert caller.get(key=key).status == 200
    caller.refresh()
    caller.past_django(key=key)
    return caller
