"""A PostgreSQL, a Redis and ingestion workers of a check's own, which it may kill, freeze and start again."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from config.desk.ingest.names import STREAMS
from config.embedded import BASE_DIR, database_url, postgres, redis_url
from config.embedded import redis as embedded_redis
from config.embedded.account import server_account
from config.processes import Child, wait_for

MANAGE = (sys.executable, str(BASE_DIR / "manage.py"))


@dataclass
class EventDesk:
    """Servers with their data on disk, as `make run` starts them, and any number of workers."""

    data: Path
    database: Child = field(init=False)
    broker: Child = field(init=False)
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.account = server_account(self.data)
        postgres.make_cluster(self.data, account=self.account)
        embedded_redis.make_folder(self.data, account=self.account)
        self.start_database()
        self.start_broker()

    def start_database(self) -> None:
        postgres.clear_leftover(self.data)
        self.database = Child(postgres.program(self.data, account=self.account))
        wait_for(self.database, until=lambda: postgres.answers(self.data))

    def start_broker(self) -> None:
        embedded_redis.clear_leftover(self.data)
        self.broker = Child(embedded_redis.program(self.data, account=self.account))
        wait_for(self.broker, until=lambda: embedded_redis.answers(self.data))

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        return {
            **os.environ,
            "DATABASE_URL": database_url(self.data),
            "REDIS_URL": redis_url(self.data),
            "LEITSTAND_DATA_DIR": str(self.data),
        }

    def manage(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.data / "logs" / "workers.log").open("ab") as log:
            return subprocess.Popen([*MANAGE, *arguments], env=self.environment, stdout=log, stderr=log, cwd=BASE_DIR)

    def prepare(self) -> None:
        for arguments in (("migrate", "--verbosity", "0"), ("seed_demo",)):
            assert self.manage(*arguments).wait() == 0, (self.data / "logs" / "workers.log").read_text()[-2000:]

    def start_worker(self) -> None:
        self.workers.append(self.manage("ingest_events"))

    def kill_worker(self, number: int) -> None:
        """kill -9, and another one in its place."""
        self.workers[number].kill()
        self.workers[number].wait()
        self.workers[number] = self.manage("ingest_events")

    def signal_database(self, number: signal.Signals) -> None:
        """Every process of PostgreSQL gets it."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and _works_in(entry, self.data / "postgres"):
                os.kill(int(entry.name), number)

    def query(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url(self.data), autocommit=True) as connection:
            return connection.execute(statement, params).fetchall()

    def run(self, statement: str) -> None:
        with psycopg.connect(database_url(self.data), autocommit=True) as connection:
            connection.execute(statement)

    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(redis_url(self.data), decode_responses=True)

    def waiting(self) -> int:
        """Events that are not acknowledged."""
        with self.client() as looking:
            total = 0
            for stream in STREAMS:
                groups: Any = looking.xinfo_groups(stream) if looking.exists(stream) else []
                for group in groups:
                    unread: Any = looking.xrange(stream, f"({group['last-delivered-id']}", "+")
                    total += group["pending"] + len(unread)
                if not groups:
                    total += int(looking.xlen(stream))
            return total

    def dead(self) -> int:
        with self.client() as looking:
            return sum(int(looking.xlen(f"{stream}:dead")) for stream in STREAMS)

    def seconds_until_settled(self, *, patience: float) -> float:
        began = time.monotonic()
        while self.waiting():
            assert time.monotonic() - began < patience, f"{self.waiting()} events wait after {patience:.0f} s"
            time.sleep(0.05)
        return time.monotonic() - began

    def close(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self.broker.stop()
        self.database.stop()


def _works_in(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == folder.resolve()
    except OSError:
        return False
