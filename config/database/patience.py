"""How long PostgreSQL is given for a statement, a lock and an idle transaction, by what kind of process asks it.

A web server's clients wait, so it gives up early; a worker may compute for as long as its task may take; a command that
somebody has started (migrations!) is nobody's but theirs to end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections


@dataclass(frozen=True)
class Patience:
    """In seconds; 0 is for ever."""

    statement: int = 0
    lock: int = 0
    idle: int = 0  # between two statements of a transaction


WEB: Final = Patience(statement=30, lock=10, idle=60)
OF: Final = {
    "web": WEB,
    "worker": Patience(statement=240, lock=60, idle=120),  # tasks end after 240 seconds themselves
    "command": Patience(),
}
ROWS: Final = Patience(statement=900, lock=60, idle=300)  # a million of them in one transaction [B3]

_kind = "command"


def process_is(kind: str) -> None:
    """Say of which kind this process is, before its settings are read."""
    global _kind  # noqa: PLW0603  a process is of one kind, and says so once
    _kind = kind


def kind_of_process() -> str:
    """web, worker or command."""
    return _kind


def parameters_before(others: Mapping[str, Any]) -> dict[str, Any]:
    """What libpq is told when it connects (docs/adr/0022); others' win.

    A server that is gone without a word (its machine, or the way to it) is noticed within half a minute. One that is
    frozen still has its kernel answer: the web server feels that (config/desk/pulse.py); who else waits goes on when
    it does.
    """
    return {
        "connect_timeout": 2 if _kind == "web" else 5,
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **others,
        "options": options_before(others.get("options", "")),
    }


def options_before(others: str) -> str:
    """This process's, as libpq's `options`, which the server reads when a connection is made; others' win."""
    ours = [f"-c {name}={seconds}s" for name, seconds in _settings(OF[_kind]) if seconds]
    return " ".join([*ours, others]).strip()


def take_your_time(patience: Patience = ROWS, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Within a transaction: this one may take so long, where its process would give up earlier."""
    if _kind == "web":
        with connections[using].cursor() as cursor:
            cursor.execute(";".join(f"SET LOCAL {name} = '{seconds}s'" for name, seconds in _settings(patience)))


def _settings(patience: Patience) -> list[tuple[str, int]]:
    return [
        ("statement_timeout", patience.statement),
        ("lock_timeout", patience.lock),
        ("idle_in_transaction_session_timeout", patience.idle),
    ]
