"""Counting calls in Redis, and doing without it [P2] [C14]."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from config.api.rate_limit import LARGEST_LEASE, LEFT_ALONE_SECONDS, Counters, Leases, connect


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


def test_one_process_counts_down_exactly_and_asks_redis_seldom(counters: Counters) -> None:
    leases, trips = Leases(counters), []
    count = counters.count
    counters.count = lambda *one, **more: trips.append(1) or count(*one, **more)  # type: ignore[method-assign, func-returns-value]
    taken = [leases.take("partner", limit=600) for _ in range(602)]
    assert [one.remaining for one in taken[:600] if one] == list(range(599, -1, -1))
    assert [one.exceeded for one in taken if one] == [False] * 600 + [True] * 2
    assert len(trips) < 120


def test_all_processes_together_never_let_more_through_and_waste_little(counters: Counters) -> None:
    """What one has counted ahead and never uses is at most a sixteenth of what there was."""
    idle, busy = Leases(counters), Leases(Counters(connect(settings.REDIS_URL)))
    through = sum(not one.exceeded for _ in range(40) if (one := idle.take("partner", limit=600)))
    through += sum(not one.exceeded for _ in range(700) if (one := busy.take("partner", limit=600)))
    assert 600 - LARGEST_LEASE <= through <= 600


def test_a_small_limit_is_exact_over_processes(counters: Counters) -> None:
    processes = [Leases(counters) for _ in range(3)]
    taken = [processes[number % 3].take("partner", limit=10) for number in range(30)]
    assert sum(not one.exceeded for one in taken if one) == 10


def test_a_changed_limit_holds_at_once(counters: Counters) -> None:
    leases = Leases(counters)
    assert [leases.take("partner", limit=1).exceeded for _ in range(2)] == [False, True]  # type: ignore[union-attr]
    assert leases.take("partner", limit=5).exceeded is False  # type: ignore[union-attr]


def test_a_lease_goes_on_while_redis_is_gone_and_then_everybody_is_served(counters: Counters) -> None:
    leases = Leases(counters)
    for _ in range(2):
        leases.take("partner", limit=600)  # the second counts one ahead
    counters.left_alone_until = time.monotonic() + 60
    assert leases.take("partner", limit=600) is not None
    assert leases.take("partner", limit=600) is None
