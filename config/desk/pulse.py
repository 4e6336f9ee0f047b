"""Feels whether PostgreSQL is alive: a thread of each web worker asks it twice a second, and waits one and a half.

A server that is frozen (SIGSTOP, a disk that hangs, a virtual machine that is moved) takes what is sent and says
nothing. Time-outs of its own stand still with it, and TCP's do not help, since its kernel goes on acknowledging. A long
statement is something else: beside it the server answers.
"""

import logging
import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any, Final

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

from config.database.direct import direct_address

logger = logging.getLogger(__name__)

EVERY: Final = 0.5  # seconds
PATIENCE: Final = 1.5  # seconds without an answer after which it counts as frozen
CONNECT_SECONDS: Final = 2  # libpq knows no less


class Pulse:
    """Whether PostgreSQL has stopped answering, as of the last second or two; `when_it_stops` is called again and again
    until it answers.

    One that refuses connections has not stopped: whoever asks it hears of that at once.
    """

    def __init__(self, *, when_it_stops: Callable[[], None]) -> None:
        self.has_stopped = False
        self._when_it_stops = when_it_stops
        self._process = 0
        self._lock = Lock()
        self._ended = Event()

    def start(self) -> None:
        """Start in this process, unless that has been done; costs next to nothing then."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                Thread(target=self._run, name="pulse", daemon=True).start()

    def end(self) -> None:
        """Feel it no longer."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._feel()
            except psycopg.errors.ConnectionTimeout:
                self._note(stopped=True)
            except psycopg.Error:
                self._note(stopped=False)
            except Exception:
                logger.exception("The pulse goes on after this")
            self._ended.wait(EVERY)

    def _feel(self) -> None:
        """Ask again and again over one connection, until it is lost."""
        address: dict[str, Any] = direct_address(name="leitstand.pulse", connect_timeout=CONNECT_SECONDS)
        with psycopg.connect(**address, autocommit=True) as connected:
            while not self._ended.is_set():
                self._ask(connected)
                self._ended.wait(EVERY)

    def _ask(self, connected: "psycopg.Connection[Any]") -> None:
        line = connected.pgconn
        line.send_query(b"SELECT 1")
        while line.is_busy():
            readable, _, _ = select.select([line.socket], [], [], PATIENCE)
            if readable:
                line.consume_input()
            else:
                self._note(stopped=True)  # and wait on: the answer comes as soon as it goes on
        while line.get_result() is not None:
            pass
        self._note(stopped=False)

    def _note(self, *, stopped: bool) -> None:
        if stopped != self.has_stopped:
            logger.warning("PostgreSQL %s", "has stopped answering" if stopped else "answers again")
        self.has_stopped = stopped
        if stopped:
            self._when_it_stops()


def abandon(wrapper: BaseDatabaseWrapper) -> None:
    """Have whoever waits for an answer on this connection get the error of a lost one."""
    held = wrapper.connection
    if held is None or held.closed:
        return
    with suppress(OSError, psycopg.Error):
        number = held.pgconn.socket
        # a copy, since it may be closed meanwhile and its number be another's; what was closed before the copy was made
        # has no number any longer
        with socket.socket(fileno=os.dup(number)) as copy:
            if held.pgconn.socket == number:
                copy.shutdown(socket.SHUT_RDWR)
