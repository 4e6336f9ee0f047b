"""PgBouncer as deploy/pgbouncer configures it, on loopback, in front of the PostgreSQL that the tests use."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from config.embedded.account import server_account
from config.processes import Child, Program, wait_for
from tests.deploy.proxies import DEPLOY, free_port
from tests.granian import LOCALHOST

SHIPPED = DEPLOY / "pgbouncer" / "pgbouncer.ini"
PASSWORD = "behind-a-pooler"


def pgbouncer() -> str:
    """The program, which Debian keeps where not everybody looks, or a skip that says what is missing."""
    found = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(found).exists():
        pytest.skip("no pgbouncer; on Debian: apt-get install pgbouncer")
    return found


@contextmanager
def running_pgbouncer(*, connections: int = 20) -> Iterator[str]:
    """The shipped configuration with other addresses, and so many connections; answers the test database's address."""
    server, port = connection.get_connection_params(), free_port()
    account = server_account(Path(os.environ["LEITSTAND_DATA_DIR"]))
    user = str(server.get("user") or (account and account.name) or "leitstand")
    folder = Path(tempfile.mkdtemp(prefix="leitstand-pgbouncer-"))
    try:
        (folder / "userlist.txt").write_text(f'"{user}" "{server.get("password") or PASSWORD}"\n')
        text = SHIPPED.read_text()
        for old, new in {
            "host=127.0.0.1 port=5432": f"host={server['host']} port={server.get('port') or 5432}",
            "listen_port = 6432": f"listen_port = {port}",
            "unix_socket_dir = /var/run/postgresql": "unix_socket_dir =",
            "/etc/pgbouncer": str(folder),
            "default_pool_size = 20": f"default_pool_size = {connections}",
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        configured = folder / "pgbouncer.ini"
        configured.write_text(text)
        if account:  # it does not run as root
            for path in (folder, *folder.iterdir()):
                os.chown(path, account.uid, account.gid)
        address = f"postgresql://{quote(user)}:{quote(str(server.get('password') or PASSWORD))}@{LOCALHOST}:{port}"
        program = Program(
            name="PgBouncer", argv=(pgbouncer(), str(configured)), log=folder / "log", cwd=Path("/"), account=account
        )
        child = Child(program)
        try:
            wait_for(child, until=lambda: _answers(f"{address}/postgres"))
            yield f"{address}/{server['dbname']}"
        finally:
            child.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def through(address: str) -> Iterator[None]:
    """This process's own connections, from all threads that begin meanwhile, lead there."""
    given = psycopg.conninfo.conninfo_to_dict(address)
    names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    before = {name: connection.settings_dict[name] for name in names}
    connection.close()
    connection.settings_dict.update({name: str(given.get(part, "")) for name, part in names.items()})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
