"""Counting calls in Redis, and doing without it [P2] [C14]."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from config.api.rate_limit import LEFT_ALONE_SECONDS, Counters, connect


@pytest.fixture
def counters() -> Counters:
    return Counters(connect(settings.REDIS_URL))


@pytest.fixture
def frozen_server() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def test_calls_are_counted_down_to_the_limit(counters: Counters) -> None:
    taken = [counters.take("partner", limit=2) for _ in range(3)]
    assert [(one.remaining, one.exceeded) for one in taken if one] == [(1, False), (0, False), (0, True)]


def test_each_caller_has_a_count_of_its_own(counters: Counters) -> None:
    counters.take("one", limit=1)
    other = counters.take("other", limit=1)
    assert other
    assert not other.exceeded


def test_the_headers_say_what_is_left_and_when_to_come_again(counters: Counters) -> None:
    within, beyond = counters.take("partner", limit=1), counters.take("partner", limit=1)
    assert within
    assert beyond
    assert within.headers == {"RateLimit-Policy": '"key";q=1;w=60', "RateLimit": f'"key";r=0;t={within.seconds}'}
    assert beyond.headers["Retry-After"] == str(beyond.seconds)
    assert 1 <= beyond.seconds <= 60


def test_a_minute_ends(counters: Counters) -> None:
    counters.take("partner", limit=1)
    counters.client.pexpire("leitstand:rate:partner", 1)
    time.sleep(0.01)
    anew = counters.take("partner", limit=1)
    assert anew
    assert not anew.exceeded


def test_a_count_without_an_end_gets_one(counters: Counters) -> None:
    """The minute may end between the two commands that count."""
    counters.client.set("leitstand:rate:partner", 5)
    taken = counters.take("partner", limit=9)
    assert taken
    assert taken.seconds == 60
    assert counters.client.ttl("leitstand:rate:partner") == 60


def test_without_redis_nobody_is_limited(tmp_path: Path) -> None:
    gone = Counters(connect(f"unix://{tmp_path}/redis.sock"))
    assert gone.take("partner", limit=1) is None


def test_a_frozen_redis_is_waited_for_once(frozen_server: str) -> None:
    frozen = Counters(connect(frozen_server))
    started = time.monotonic()
    assert frozen.take("partner", limit=1) is None
    first = time.monotonic() - started
    assert first < 1
    for _ in range(100):
        assert frozen.take("partner", limit=1) is None
    assert time.monotonic() - started - first < 0.1


def test_redis_is_asked_again_after_a_while(counters: Counters, monkeypatch: pytest.MonkeyPatch) -> None:
    counters.left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
    assert counters.take("partner", limit=1) is None
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + LEFT_ALONE_SECONDS + 1)
    assert counters.take("partner", limit=1) is not None


def test_the_client_has_no_patience_of_its_own() -> None:
    options = connect("redis://127.0.0.1:1").connection_pool.connection_kwargs
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 0.2
    assert isinstance(connect("redis://127.0.0.1:1"), redis.Redis)
