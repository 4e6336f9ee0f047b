"""Fixtures of all tests. The servers are in tests/servers.py."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.conformance import verify


@pytest.fixture(autouse=True)
def _every_answer_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test asks of the APIs through Django's client, each answer is held against the OpenAPI document."""
    send = Client.request

    def request(client: Client, **environ: Any) -> HttpResponse:
        answer = send(client, **environ)
        verify(answer)  # type: ignore[arg-type]
        return answer  # type: ignore[return-value]

    monkeypatch.setattr(Client, "request", request)


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    """Each test finds Redis empty."""
    yield
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
