"""Forked children: each does one thing, has so long for it, and ends."""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator

SURVIVED, KILLED, UNREADABLE, BROKEN = 0, 1, 2, 99


def waited(work: Callable[[], int], *, seconds: float) -> int | None:
    """What the work came to, done in a child, as one of these numbers; None where it took too long.

    Raises RuntimeError where it broke.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _done(work, seconds)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) == signal.SIGALRM:
            return None
        raise RuntimeError(f"A child was ended by signal {os.WTERMSIG(status)}")
    code = os.WEXITSTATUS(status)
    if code == BROKEN:
        raise RuntimeError("A child broke; it said why above")
    return code


def _done(work: Callable[[], int], seconds: float) -> None:
    """Ends the process, without the clean-up that is its parent's."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    code = BROKEN
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must not go on here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Within it nothing is printed, whoever prints it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    kept = {number: os.dup(number) for number in (1, 2)}
    for number in kept:
        os.dup2(nowhere, number)
    try:
        yield
    finally:
        for number, old in kept.items():
            os.dup2(old, number)
            os.close(old)
        os.close(nowhere)
