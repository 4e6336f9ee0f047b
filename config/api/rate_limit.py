"""How often a key may call: a counter in Redis per key and minute [P2] [C14].

Redis is a guard here, not a judge: where it is gone, everybody is served, and nobody waits for it again for a while.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from config.api.access import Caller

if TYPE_CHECKING:  # DRF loads this module, named in its settings, before its views
    from rest_framework.views import APIView

WINDOW_SECONDS = 60
PATIENCE_SECONDS = 0.2
LEFT_ALONE_SECONDS = 5.0
SHARE_OF_A_LEASE = 16
LARGEST_LEASE = 64


@dataclass(frozen=True)
class Allowance:
    """What a key has left in its minute: `remaining` calls, and how many seconds until it starts anew."""

    limit: int
    remaining: int
    seconds: int
    exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy` as the IETF's draft writes them; `Retry-After` once it is exceeded."""
        found = {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"key";r={self.remaining};t={self.seconds}',
        }
        return {**found, "Retry-After": str(self.seconds)} if self.exceeded else found


class Counters:
    """The counters of one process."""

    def __init__(self, client: "redis.Redis") -> None:
        self.client = client
        self.left_alone_until = 0.0

    def take(self, caller: str, *, limit: int) -> Allowance | None:
        """Count one call of this caller; None while Redis is gone."""
        counted = self.count(caller)
        if counted is None:
            return None
        count, left = counted
        return Allowance(
            limit=limit,
            remaining=max(0, limit - count),
            seconds=max(1, math.ceil(left / 1000)),
            exceeded=count > limit,
        )

    def count(self, caller: str, *, calls: int = 1) -> tuple[int, int] | None:
        """The caller's calls of the running minute with these, and the milliseconds it has left; None: Redis is gone.

        One round trip.
        """
        if time.monotonic() < self.left_alone_until:
            return None
        try:
            return self._count(f"leitstand:rate:{caller}", calls)
        except redis.RedisError:
            self.left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            return None

    def _count(self, name: str, calls: int) -> tuple[int, int]:
        with self.client.pipeline() as pipeline:
            pipeline.set(name, 0, ex=WINDOW_SECONDS, nx=True)
            pipeline.incrby(name, calls)
            pipeline.pttl(name)
            _, count, left = pipeline.execute()
        if left < 0:  # it ended between the two, and INCRBY made one without an end
            self.client.expire(name, WINDOW_SECONDS)
            left = WINDOW_SECONDS * 1000
        return count, left


@dataclass
class _Lease:
    """What a process may still answer of a caller's minute without asking Redis."""

    limit: int = -1
    ends_at: float = 0.0
    left: int = 0  # calls that are counted already and not yet made
    unclaimed: int = 0  # calls that nobody had counted when Redis was last asked
    size: int = 0
    exhausted: bool = False
    lock: Lock = field(default_factory=Lock)

    def next_size(self) -> int:
        """How many calls to count next: more for who calls often, and ever fewer towards the end of what there is."""
        return max(1, min(2 * self.size, self.unclaimed // SHARE_OF_A_LEASE, LARGEST_LEASE))


class Leases:
    """Counts calls ahead, a few at a time, so that most calls cost no round trip.

    All processes together never let more through than the limit. What one has counted ahead and does not use, others
    cannot: at most a sixteenth of the minute's rest for each other process.
    """

    def __init__(self, counters: Counters, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.counters = counters
        self.clock = clock
        self._held: dict[str, _Lease] = {}

    def take(self, caller: str, *, limit: int) -> Allowance | None:
        """Count one call of this caller; None while Redis is gone and nothing was counted ahead."""
        lease = self._held.get(caller) or self._held.setdefault(caller, _Lease())
        with lease.lock:
            now = self.clock()
            if now >= lease.ends_at or limit != lease.limit:
                lease.limit, lease.left, lease.unclaimed, lease.size, lease.exhausted = limit, 0, 0, 0, False
            if lease.left == 0 and not lease.exhausted and not self._refill(caller, lease, now):
                return None
            exceeded = lease.left == 0
            lease.left -= not exceeded
            return Allowance(
                limit=limit,
                remaining=lease.unclaimed + lease.left,
                seconds=max(1, math.ceil(lease.ends_at - now)),
                exceeded=exceeded,
            )

    def _refill(self, caller: str, lease: _Lease, now: float) -> bool:
        """Count some calls ahead; whether Redis could be asked."""
        size = lease.next_size()
        counted = self.counters.count(caller, calls=size)
        if counted is None:
            return False
        count, milliseconds = counted
        lease.left = min(size, max(0, lease.limit - (count - size)))
        lease.unclaimed = max(0, lease.limit - count)
        lease.size, lease.exhausted = size, lease.left == 0
        lease.ends_at = now + milliseconds / 1000
        return True


def connect(url: str) -> "redis.Redis":
    """A client that answers or fails at once. Its connections are made where they are used, also after a fork."""
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


@cache
def counters() -> Counters:
    """The counters in the settings' Redis."""
    return Counters(connect(settings.REDIS_URL))


@cache
def leases() -> Leases:
    """This process's leases in the settings' Redis."""
    return Leases(counters())


class KeyRateThrottle(BaseThrottle):
    """Holds the Asset Service keys that were given a rate to it [C14]."""

    def __init__(self) -> None:
        self.allowance: Allowance | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        caller = request.auth
        if not isinstance(caller, Caller) or caller.rate_per_minute is None:
            return True
        self.allowance = counters().take(caller.actor, limit=caller.rate_per_minute)
        return self.allowance is None or not self.allowance.exceeded

    def wait(self) -> float | None:
        return self.allowance.seconds if self.allowance else None
