"""PostgreSQL's own programs for the scripts of deploy/: those of the server that the tests use."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection
from psycopg import sql

from config.embedded import postgres
from tests.deploy.proxies import DEPLOY

EMBEDDED = 18  # the major version out of the wheel; another server's programs are beside it


def database_url(name: str) -> str:
    """The address of a database of the server that the tests use."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def current_url() -> str:
    """The address of the database that the tests use."""
    return database_url(str(connection.settings_dict["NAME"]))


def run_script(name: str, *arguments: str | Path, database: str) -> subprocess.CompletedProcess[str]:
    """Run a script of deploy/ for a database."""
    connection.ensure_connection()
    major = connection.connection.info.server_version // 10_000
    path = f"{postgres.binaries()}:{os.environ['PATH']}" if major >= EMBEDDED else os.environ["PATH"]
    return subprocess.run(
        [str(DEPLOY / name), *map(str, arguments)],
        env={**os.environ, "PATH": path, "DATABASE_URL": database_url(database)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """A database with nothing in it, which is dropped afterwards."""
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _execute("CREATE DATABASE {} TEMPLATE template0", name)
    try:
        yield name
    finally:
        _execute("DROP DATABASE {} WITH (FORCE)", name)


def _execute(statement: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
