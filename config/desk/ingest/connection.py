"""The way to the Redis that holds the streams."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.desk.ingest.transport import TransportError


def connect(*, patience: float = 5.0) -> "redis.Redis":
    """A client that gives up on an answer after so many seconds and tries nothing twice: its caller knows better."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=patience,
        socket_connect_timeout=min(patience, 5.0),
        retry=Retry(NoBackoff(), 0),
    )


@contextmanager
def answering() -> Iterator[None]:
    """Raise TransportError for whatever Redis refuses or fails to do."""
    try:
        yield
    except redis.RedisError as error:
        raise TransportError(f"{type(error).__name__}: {error}") from error


def instant_of(entry_id: bytes | str) -> datetime:
    """When an entry came into its stream: its id begins with the milliseconds."""
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    return datetime.fromtimestamp(int(text.partition("-")[0]) / 1000, UTC)
