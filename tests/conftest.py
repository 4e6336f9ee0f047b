"""Fixtures of all tests. The servers are in tests/servers.py."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
import redis
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from config.database import patience
from config.database.partitions import is_partitioned, partition
from config.desk.retention import AGING
from tests.conformance import verify
from tests.leftovers import only_leftovers_removed
from tests.longest import longest_first

# A property holds or does not; how long an example takes says how busy the machine is.
hypothesis.register_profile("any-machine", deadline=None)
hypothesis.load_profile("any-machine")


@pytest.fixture(autouse=True)
def _every_answer_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test asks of the APIs through Django's client, each answer is held against the OpenAPI document."""
    send = Client.request

    def request(client: Client, **environ: Any) -> HttpResponse:
        answer = send(client, **environ)
        verify(answer)  # type: ignore[arg-type]
        return answer  # type: ignore[return-value]

    monkeypatch.setattr(Client, "request", request)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> Iterator[None]:
    """A process of ours does so when it starts; each of Django's clients would walk all files again."""
    find = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, dict[str, Any]] = {}

    def find_once(middleware: WhiteNoiseMiddleware) -> None:
        asked = (middleware.static_prefix, middleware.max_age, settings.INSTALLED_APPS, settings.STATICFILES_FINDERS)
        if repr(asked) not in found:
            find(middleware)
            found[repr(asked)] = dict(middleware.files)
        middleware.files.update(found[repr(asked)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", find_once)
        yield


@pytest.fixture(autouse=True)
def _process_of_no_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is asked for by somebody who waits, also after one that has loaded the web server's application."""
    monkeypatch.setattr(patience, "_kind", "command")


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    """Each test finds Redis empty."""
    yield
    _redis(settings.REDIS_URL).flushdb()


@cache
def _redis(url: str) -> redis.Redis:
    """One connection for all tests: making one takes longer than all else that is done here after each."""
    return redis.Redis.from_url(url)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--partitioned", action="store_true", help="on tables of periods that are partitioned by month")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database as pytest-django makes it; partitioned where that is asked for (docs/adr/0024).

    Which form its tables have is known before the first test, whose queries may be counted.
    """
    if not any(item.get_closest_marker("django_db") for item in request.session.items):
        yield
        return
    wanted = request.config.getoption("--partitioned")
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            for name, aging in AGING.items():
                table = aging.table
                if not is_partitioned(table.name) and name != "dispatches" and wanted:
                    partition(table, now=timezone.now())
                    is_partitioned(table.name)
            stack.enter_context(only_leftovers_removed())
        yield
