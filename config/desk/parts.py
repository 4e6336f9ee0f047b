"""The parts of a desk: what each is started by, and how it shows that it is there."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from config.desk import readiness
from config.embedded import BASE_DIR, postgres, redis
from config.processes import Account, Program

WEB_WORKERS = 2
WEB_THREADS = 4  # per worker, at work at once (config/desk/turns.py)
WEB_CONNECTIONS = 512  # per worker; each has a thread, made when it is needed, in which its body is waited for
HEADERS_WITHIN = "--http1-header-read-timeout 10000"  # milliseconds; who sends no more of them is let go
# Each thread's share of freed memory is kept for that thread: two shares a worker hold 50 MB less than eight.
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
QUEUE = "leitstand"
CELERY = ("celery", "-A", "config.celery")


@dataclass(kw_only=True)
class Part:
    """A program that is kept running. `tend` is called every second while it runs."""

    program: Program
    answers: Callable[[], bool] = lambda: True
    clear_leftover: Callable[[], None] = lambda: None
    tend: Callable[[], None] = lambda: None


def database(data: Path, *, account: Account | None) -> Part:
    """The embedded PostgreSQL."""
    return Part(
        program=postgres.program(data, account=account),
        answers=lambda: postgres.answers(data),
        clear_leftover=lambda: postgres.clear_leftover(data),
    )


def broker(data: Path, *, account: Account | None) -> Part:
    """The embedded Redis."""
    return Part(
        program=redis.program(data, account=account),
        answers=lambda: redis.answers(data),
        clear_leftover=lambda: redis.clear_leftover(data),
        tend=lambda: redis.sync(data),
    )


def web(data: Path, *, port: int) -> Part:
    """The web server on a loopback address."""
    where = f"--host {readiness.HOST} --port {port} --workers {WEB_WORKERS} --blocking-threads {WEB_CONNECTIONS}"
    care = f"--respawn-failed-workers --respawn-interval 0.5 --workers-kill-timeout 20 {HEADERS_WITHIN}"
    options = f"--interface wsgi --http 1 --no-ws --no-access-log {where} {care}".split()
    program = _python(data, "config.desk.web", *options, "config.wsgi:application", name="The web server", log="web")
    program = replace(program, environment={**(program.environment or {}), **FEW_ARENAS})
    return Part(program=program, answers=lambda: readiness.web_answers(port=port))


def worker(data: Path) -> Part:
    """The Celery worker: one process, which time limits can end without ending the worker."""
    options = f"--queues {QUEUE} --concurrency 1 --loglevel INFO --without-mingle --without-gossip --without-heartbeat"
    program = _python(data, *CELERY, "worker", *options.split(), name="The worker", log="worker")
    return Part(program=program)


def ingest(data: Path) -> Part:
    """The worker that stores events [E2]."""
    return Part(program=_python(data, "manage", "ingest_events", name="Ingestion", log="ingest"))


def simulator(data: Path) -> Part:
    """What the demo fleet would send if it were there."""
    return Part(program=_python(data, "manage", "simulate_fleet", name="The simulator", log="simulator"))


def beat(data: Path) -> Part:
    """Celery's clock, which reads the schedule that operators edit."""
    options = "--pidfile= --loglevel INFO"  # the schedule is in the database: there is no file to lock
    return Part(program=_python(data, *CELERY, "beat", *options.split(), name="Beat", log="beat"))


def _python(data: Path, module: str, *arguments: str, name: str, log: str) -> Program:
    return Program(
        name=name,
        argv=(sys.executable, "-m", module, *arguments),
        log=data / "logs" / f"{log}.log",
        cwd=BASE_DIR,
        environment={**os.environ, "LEITSTAND_DATA_DIR": str(data)},
        stop_signal=signal.SIGTERM,
        patience=25,
    )
