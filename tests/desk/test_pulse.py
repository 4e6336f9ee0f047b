"""A PostgreSQL that has stopped is felt, and who waits for it is let go [P19]."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.desk.pulse import Pulse, abandon
from tests.desk.desks import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def frozen(name: str) -> Iterator[None]:
    """The server's processes for the connections of this name get SIGSTOP, and go on afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [name])
        pids = [pid for (pid,) in cursor.fetchall()]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def pulses() -> int:
    """How many feel this database; an application that an earlier test has loaded goes on feeling it."""
    named = "datname = current_database() AND application_name = 'leitstand.pulse'"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {named}")
        return int(cursor.fetchone()[0])


def test_it_is_felt_within_seconds_and_so_is_its_going_on() -> None:
    calls: list[float] = []
    others = pulses()
    pulse = Pulse(when_it_stops=lambda: calls.append(time.monotonic()))
    pulse.start()
    assert eventually(lambda: pulses() > others)
    time.sleep(1)
    assert (pulse.has_stopped, calls) == (False, [])
    with frozen("leitstand.pulse"):
        began = time.monotonic()
        assert eventually(lambda: pulse.has_stopped)
        assert time.monotonic() - began < 15  # seconds, not minutes, on a machine that is busy, too
        assert eventually(lambda: len(calls) > 1)  # whoever has begun to wait meanwhile is let go, too
    assert eventually(lambda: not pulse.has_stopped, patience=30)
    pulse.end()
    assert eventually(lambda: pulses() <= others, patience=30)


def test_who_waits_gets_the_error_of_a_lost_connection() -> None:
    caught: list[BaseException] = []
    began = threading.Event()
    wrapper: list[BaseDatabaseWrapper] = []

    def wait() -> None:
        try:
            with connection.cursor() as cursor:
                wrapper.append(connections["default"])
                began.set()
                cursor.execute("SELECT pg_sleep(60)")
        except OperationalError as error:
            caught.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=wait)
    thread.start()
    began.wait(20)
    time.sleep(0.3)
    abandon(wrapper[0])
    thread.join(10)
    assert not thread.is_alive()
    assert len(caught) == 1


def test_abandoning_what_is_not_connected_does_nothing() -> None:
    connection.close()
    abandon(connections["default"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
