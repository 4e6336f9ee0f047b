"""What PostgreSQL refuses: which constraint it was, and what is worth another try."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import psycopg
from django.db import Error, IntegrityError, NotSupportedError, OperationalError, connection, transaction

logger = logging.getLogger(__name__)

# Deadlock and serialization failure: PostgreSQL undid one of two transactions that could not both go on. And a
# statement for the form that a table had until just now (config/database/partitions.py).
PASSING = frozenset({"40P01", "40001", "0A000"})
MOST_TRIES = 5
FIRST_PAUSE_SECONDS = 0.01

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that a write violates."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


@contextmanager
def translating(refusals: Mapping[str, Callable[[], Exception]]) -> Iterator[None]:
    """Raise the refusal that stands for the violated constraint; one that has none stays an IntegrityError.

    Put it around the atomic block, not inside: the transaction has to be rolled back by what leaves it.
    """
    try:
        yield
    except IntegrityError as error:
        refusal = refusals.get(violated_constraint(error) or "")
        if refusal is None:
            raise
        raise refusal() from error


def is_passing(error: Error) -> bool:
    """Whether the same transaction, tried again, may well succeed."""
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and cause.sqlstate in PASSING


def retried(operation: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Try an operation again after a deadlock or a serialization failure, up to five times in all.

    The operation is one transaction and does nothing else. Inside another transaction it is tried once: what was done
    before it is undone with it.
    """

    @wraps(operation)
    def try_again(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        tries = 1 if connection.in_atomic_block else MOST_TRIES
        return _tried(operation.__qualname__, lambda: operation(*args, **kwargs), tries=tries)

    return try_again


def retried_within(operation: Callable[[], Answer]) -> Answer:
    """Do this part of a transaction, and again after a deadlock, up to five times in all.

    Each try is a savepoint: one that fails lets go of what it has locked, and what was done before it stays. Nothing
    that others wait for may be locked before it, or it would fail again.
    """

    def within_savepoint() -> Answer:
        with transaction.atomic():
            return operation()

    return _tried(operation.__qualname__, within_savepoint, tries=MOST_TRIES)


def _tried(name: str, operation: Callable[[], Answer], *, tries: int) -> Answer:
    for number in range(1, tries + 1):
        try:
            return operation()
        except (OperationalError, NotSupportedError) as error:
            if number == tries or not is_passing(error):
                raise
            logger.info("%s is tried again: %s", name, error)
        pause = FIRST_PAUSE_SECONDS * 2**number
        time.sleep(random.uniform(0.5, 1) * pause)  # noqa: S311  spreads them, guards nothing
    raise AssertionError("there is one try at least")
