"""The machine of a run: PostgreSQL and Redis of its own, and what is started on it ends with it."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.embedded import database_url, postgres, redis, redis_url, socket_dir
from config.embedded.account import server_account
from config.processes import Child, Program, wait_for
from tests.benchmarks.wire import Wire

DATABASES = "leitstand_bench"
PATIENCE = 300.0  # seconds for a server to answer: the machine may be busy with something else


@dataclass
class Machine:
    """What a run has: a folder, servers, and the environment that leads to them."""

    folder: Path
    environment: dict[str, str]
    server: str  # the address of a database of the server that others are made from
    stack: ExitStack = field(default_factory=ExitStack)

    def start(self, program: Program, *, port: int, path: str) -> Child:
        """Start a web server and wait until it answers this path, whatever it says; it ends with the run."""
        child = Child(program)
        self.stack.callback(child.stop)
        wait_for(child, until=lambda: _answers(port, path), patience=PATIENCE)
        return child

    def make_database(self, name: str) -> str:
        """An empty database of this name, dropped with the run; answers its address."""
        full = f"{DATABASES}_{name}"
        drop = f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)'
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(drop)
            connection.execute(f'CREATE DATABASE "{full}" TEMPLATE template0 ENCODING "UTF8"')
        self.stack.callback(self._run, drop)
        return urlsplit(self.server)._replace(path=f"/{full}").geturl()

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def started() -> Iterator[Machine]:
    """Redis and a durable PostgreSQL of the run's own, or the PostgreSQL that DATABASE_URL names."""
    folder = Path(tempfile.mkdtemp(prefix="leitstand-bench-"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        account = server_account(folder)
        server = os.environ.get("DATABASE_URL")
        if not server:
            postgres.make_cluster(folder, account=account)
            database = Child(postgres.program(folder, account=account))
            stack.callback(database.stop)
            wait_for(database, until=lambda: postgres.answers(folder))
            server = database_url(folder)
        redis.make_folder(folder, account=account)
        broker = Child(redis.program(folder, account=account, throwaway=True))
        stack.callback(broker.stop)
        wait_for(broker, until=lambda: redis.answers(folder))
        environment = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "REDIS_URL": redis_url(folder),
            "LEITSTAND_DATA_DIR": str(folder),
            "LEITSTAND_DEMO": "0",
            "LEITSTAND_LOG_LEVEL": "WARNING",
            "SECRET_KEY": secrets.token_urlsafe(50),
        }
        machine = Machine(folder=folder, environment=environment, server=server)
        stack.callback(_remove_sockets, folder)
        with machine.stack:
            environment["DATABASE_URL"] = machine.make_database("small")
            yield machine


def _remove_sockets(folder: Path) -> None:
    shutil.rmtree(socket_dir(folder), ignore_errors=True)


def _answers(port: int, path: str) -> bool:
    try:
        with Wire(port) as wire:
            return wire.ask("GET", path).status > 0
    except OSError:
        return False
