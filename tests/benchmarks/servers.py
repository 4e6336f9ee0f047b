"""The web servers of a run: Leitstand as in production, and its rivals, with as many workers."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from config.desk import parts
from config.desk.parts import WEB_THREADS, WEB_WORKERS
from config.embedded import BASE_DIR
from config.processes import Child, Program
from tests.benchmarks.machine import Machine
from tests.benchmarks.wire import HOST
from tests.desk.desks import free_port

NGINX = next((path for path in ("/usr/sbin/nginx", shutil.which("nginx")) if path and Path(path).exists()), None)


def start_desk(machine: Machine, database: str) -> tuple[int, Child]:
    """Leitstand's web server in front of a database, as `manage.py run` starts it; answers its port."""
    port = free_port()
    program = parts.web(machine.folder, port=port).program
    log = machine.folder / "logs" / f"desk-{port}.log"
    program = replace(program, environment=_environment(machine, {"DATABASE_URL": database}), log=log)
    return port, machine.start(program, port=port, path="/health")


def start_peer(machine: Machine, database: str) -> int:
    """The peer in front of a database; answers its port."""
    port = free_port()
    options = f"--host {HOST} --port {port} --workers {WEB_WORKERS} --loop uvloop --http httptools --no-access-log"
    argv = ("tests.benchmarks.peer.app:app", *options.split())
    program = _python(machine, "uvicorn", *argv, name=f"peer-{port}", environment={"DATABASE_URL": database})
    machine.start(program, port=port, path="/openapi.json")
    return port


def start_bare(machine: Machine, body: bytes) -> int:
    """granian in front of an application that only hands out these bytes; answers its port."""
    file = machine.folder / "bare"
    file.write_bytes(body)
    return _start_granian(machine, "tests.benchmarks.bare:application", name="bare", names={"BENCH_BODY": str(file)})


def start_textbook(machine: Machine, database: str) -> int:
    """The textbook in front of a database; answers its port."""
    names = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.textbook.settings"}
    return _start_granian(machine, "tests.benchmarks.textbook.wsgi:application", name="textbook", names=names)


def _start_granian(machine: Machine, application: str, *, name: str, names: Mapping[str, str]) -> int:
    port = free_port()
    options = f"--interface wsgi --no-ws --no-access-log --host {HOST} --port {port} --workers {WEB_WORKERS}"
    argv = (*options.split(), "--blocking-threads", str(WEB_THREADS), application)
    machine.start(_python(machine, "granian", *argv, name=f"{name}-{port}", environment=names), port=port, path="/")
    return port


def start_static(machine: Machine, body: bytes) -> int | None:
    """nginx in front of one file at `/snapshot`; answers its port, or None where there is no nginx."""
    if NGINX is None:
        return None
    port = free_port()
    home = machine.folder / f"nginx-{port}"
    home.mkdir()
    home.chmod(0o755)
    (home / "snapshot").write_bytes(body)
    (home / "nginx.conf").write_text(NGINX_CONF.format(home=home, port=port, host=HOST, workers=WEB_WORKERS))
    program = Program(
        name="nginx",
        argv=(NGINX, "-p", str(home), "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")),
        log=machine.folder / "logs" / "nginx.log",
        cwd=home,
    )
    machine.start(program, port=port, path="/snapshot")
    return port


def _python(machine: Machine, module: str, *arguments: str, name: str, environment: Mapping[str, str]) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, "-m", module, *arguments),
        log=machine.folder / "logs" / f"{name}.log",
        cwd=BASE_DIR,
        environment=_environment(machine, environment),
    )


def _environment(machine: Machine, environment: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **machine.environment, **environment}


NGINX_CONF = """
daemon off;
worker_processes {workers};
pid {home}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=16;
    keepalive_requests 100000000;
    default_type application/json;
    client_body_temp_path {home}/client;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    server {{ listen {host}:{port}; root {home}; }}
}}
"""
