"""Transactions that need more than Django's atomic block."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from config.database.patience import take_your_time


@contextmanager
def consistent_view() -> Iterator[None]:
    """A transaction of its own in which every statement sees the database as of the first one.

    A row that another transaction has changed since cannot be changed in it: that is an OperationalError.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            # Just-in-time compilation took 8.5 of the 13.1 s of the largest statement that runs in such a view.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL jit = off")
        yield


@contextmanager
def patient_transaction(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction that has the time that a million rows take, also where a client waits for it [B3]."""
    with transaction.atomic(using=using):
        take_your_time(using=using)
        yield


@contextmanager
def uncompiled() -> Iterator[None]:
    """A transaction whose statements are not compiled just in time: for many short steps, costed as one long one."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
        yield


def try_lock(name: str) -> bool:
    """Whether the name is now this transaction's alone, until it ends; never waits."""
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (locked,) = cursor.fetchone()
    return bool(locked)
