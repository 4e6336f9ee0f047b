"""A PostgreSQL of a test's own with a streaming replica, both embedded ones, holding what the test database holds."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from config.embedded import DATABASE, database_url, postgres, socket_dir
from config.embedded.account import open_way, own_folder, server_account
from config.processes import Account, Child, Program, run, wait_for
from tests.deploy import databases

# what an embedded server leaves out because nobody follows it
STREAMING = ("wal_level=replica", "max_wal_senders=4", "hot_standby=on", "max_connections=50")


@dataclass
class Replicated:
    """A primary and its replica."""

    primary: Path
    replica: Path
    account: Account | None
    follower: Child

    def on_replica(self, query: str) -> str:
        """The one value that a query has there, as text."""
        with psycopg.connect(database_url(self.replica), autocommit=True) as one:
            found = one.execute(query.encode()).fetchone()
        return str(found and found[0])

    def pause(self) -> None:
        """Have the replica fall behind from now on."""
        self.on_replica("SELECT pg_wal_replay_pause()")
        while self.on_replica("SELECT pg_get_wal_replay_pause_state()") != "paused":
            pass

    def resume(self) -> None:
        self.on_replica("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Wait until it has all that was written so far."""
        with psycopg.connect(database_url(self.primary)) as one:
            (written,) = one.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or ("",)
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
        wait_for(self.follower, until=lambda: self.on_replica(reached) == "True")

    def last_query(self) -> str:
        """What the replica was asked last, by others."""
        return self.on_replica(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name = '' ORDER BY query_start DESC LIMIT 1"
        )

    def signal(self, number: signal.Signals) -> None:
        """Every process of the replica gets it."""
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdecimal() and (entry / "cwd").readlink() == (self.replica / "postgres").resolve():
                    os.kill(int(entry.name), number)

    def stop(self) -> None:
        self.follower.stop()

    def start(self) -> None:
        postgres.clear_leftover(self.replica)
        self.follower = Child(server(self.replica, account=self.account))
        wait_for(self.follower, until=lambda: postgres.answers(self.replica))


def server(data: Path, *, account: Account | None) -> Program:
    made = postgres.program(data, account=account, throwaway=True)
    return replace(made, argv=(*made.argv, *(word for one in STREAMING for word in ("-c", one))))


@contextmanager
def replicated() -> Iterator[Replicated]:
    """Both; the primary is filled with what the test database holds."""
    # not in pytest's folder, which every other run of pytest closes to PostgreSQL's account again
    with tempfile.TemporaryDirectory(prefix="leitstand-replica-", ignore_cleanup_errors=True) as folder:
        yield from _replicated(Path(folder) / "primary", Path(folder) / "replica")


def _replicated(primary: Path, replica: Path) -> Iterator[Replicated]:
    account = server_account(primary)
    postgres.make_cluster(primary, account=account, throwaway=True)
    leader = Child(server(primary, account=account))
    try:
        wait_for(leader, until=lambda: postgres.answers(primary))
        _fill(primary)
        replica.mkdir()
        open_way(to=(replica / "postgres",), account=account)
        own_folder(socket_dir(replica), account=account)
        own_folder(replica / "postgres", account=account)
        options = f"--pgdata={replica}/postgres --write-recovery-conf --checkpoint=fast --no-sync --username={DATABASE}"
        copy = (str(postgres.binaries() / "pg_basebackup"), *options.split(), f"--host={socket_dir(primary)}")
        run(replace(server(replica, account=account), name="pg_basebackup", argv=copy))
        both = Replicated(primary, replica, account, Child(server(replica, account=account)))
        try:
            wait_for(both.follower, until=lambda: postgres.answers(replica))
            yield both
        finally:
            both.signal(signal.SIGCONT)
            both.stop()
    finally:
        leader.stop()


def _fill(primary: Path) -> None:
    """Whatever the test database is served by, the programs of the embedded server can read it."""
    source = databases.current_url()
    programs = postgres.binaries()
    dump = subprocess.run(
        [programs / "pg_dump", "--no-owner", "--no-privileges", source], capture_output=True, check=True, timeout=120
    )
    subprocess.run(
        [programs / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", database_url(primary)],
        input=dump.stdout,
        capture_output=True,
        check=True,
        timeout=120,
    )
