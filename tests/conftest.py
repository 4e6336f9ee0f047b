"""Fixtures of all tests. The servers are in tests/servers.py."""

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    """Each test finds Redis empty."""
    yield
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
