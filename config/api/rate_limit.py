"""How often a key may call: a counter in Redis per key and minute [P2] [C14].

Redis is a guard here, not a judge: where it is gone, everybody is served, and nobody waits for it again for a while.
"""

import math
import time
from dataclasses import dataclass
from functools import cache
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
        if time.monotonic() < self.left_alone_until:
            return None
        try:
            count, left = self._count(f"leitstand:rate:{caller}")
        except redis.RedisError:
            self.left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            return None
        return Allowance(
            limit=limit,
            remaining=max(0, limit - count),
            seconds=max(1, math.ceil(left / 1000)),
            exceeded=count > limit,
        )

    def _count(self, name: str) -> tuple[int, int]:
        """The calls of the running minute with this one, and the milliseconds that it has left; one round trip."""
        with self.client.pipeline() as pipeline:
            pipeline.set(name, 0, ex=WINDOW_SECONDS, nx=True)
            pipeline.incr(name)
            pipeline.pttl(name)
            _, count, left = pipeline.execute()
        if left < 0:  # it ended between the two, and INCR made one without an end
            self.client.expire(name, WINDOW_SECONDS)
            left = WINDOW_SECONDS * 1000
        return count, left


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
