"""nginx with the locations that are shipped, on loopback, in front of whatever listens on some ports."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.embedded import BASE_DIR
from config.processes import Child, Program, wait_for
from tests.granian import LOCALHOST, Server

DEPLOY = BASE_DIR / "deploy"
LOCATIONS = DEPLOY / "nginx" / "leitstand-locations.conf"
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
{account}
events {{ worker_connections 1500; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    {rest}
}}
"""
SERVER = """
    upstream leitstand {{ {upstreams} }}
    server {{
        listen {host}:{port};
        include {locations};
    }}
"""


def nginx() -> str:
    """The program, which Debian keeps where not everybody looks, or a skip that says what is missing."""
    found = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(found).exists():
        pytest.skip("no nginx; on Debian: apt-get install nginx-light")
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
    return port


def configuration(folder: Path, rest: str) -> Path:
    """A whole configuration around what is shipped, with all that nginx writes in this folder."""
    account = "user root;" if os.geteuid() == 0 else ""  # else its workers could not enter the folder
    written = folder / "nginx.conf"
    written.write_text(CONFIGURATION.format(folder=folder, account=account, rest=rest))
    return written


@contextmanager
def running_nginx(folder: Path, *upstreams: int) -> Iterator[Server]:
    """nginx on a free port in front of the web servers on these."""
    port = free_port()
    servers = " ".join(f"server {LOCALHOST}:{upstream} max_fails=0;" for upstream in upstreams)
    rest = SERVER.format(upstreams=servers, host=LOCALHOST, port=port, locations=LOCATIONS)
    with running(folder, configuration(folder, rest), port):
        yield Server(port)


@contextmanager
def running(folder: Path, configured: Path, port: int) -> Iterator[None]:
    """nginx with this configuration, which listens on this port."""
    program = Program(
        name="nginx", argv=(nginx(), "-p", str(folder), "-c", str(configured)), log=folder / "nginx.log", cwd=folder
    )
    child = Child(program)
    try:
        wait_for(child, until=lambda: _listens(port))
        yield
    finally:
        child.stop()


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOCALHOST, port), timeout=5).close()
    except OSError:
        return False
    return True
