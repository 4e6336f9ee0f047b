"""The five services of a desk: what each is started by, and how it shows that it is there."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.desk import readiness
from config.embedded import BASE_DIR, postgres, redis
from config.processes import Account, Program

WEB_WORKERS = 2
WEB_THREADS = 4  # per worker; each may hold one database connection
QUEUE = "leitstand"
CELERY = ("-A", "config.celery")


@dataclass(kw_only=True)
class Service:
    """A program that is kept running."""

    program: Program
    answers: Callable[[], bool] = lambda: True
    clear_leftover: Callable[[], None] = lambda: None


def database_service(data: Path, *, account: Account | None) -> Service:
    """The embedded PostgreSQL."""
    return Service(
        program=postgres.program(data, account=account),
        answers=lambda: postgres.answers(data),
        clear_leftover=lambda: postgres.clear_leftover(data),
    )


def redis_service(data: Path, *, account: Account | None) -> Service:
    """The embedded Redis."""
    return Service(
        program=redis.program(data, account=account),
        answers=lambda: redis.answers(data),
        clear_leftover=lambda: redis.clear_leftover(data),
    )


def web_service(data: Path, *, port: int) -> Service:
    """The web server on a loopback address."""
    where = f"--host {readiness.HOST} --port {port} --workers {WEB_WORKERS} --blocking-threads {WEB_THREADS}"
    care = "--respawn-failed-workers --respawn-interval 0.5 --workers-kill-timeout 20"
    options = f"--interface wsgi --no-ws --no-access-log {where} {care}".split()
    program = _python(data, "web", "granian", *options, "config.wsgi:application")
    return Service(program=program, answers=lambda: readiness.web_answers(port=port))


def worker_service(data: Path) -> Service:
    """The Celery worker: one process, which time limits can end without ending the worker."""
    options = f"--queues {QUEUE} --concurrency 1 --loglevel INFO --without-mingle --without-gossip --without-heartbeat"
    return Service(program=_python(data, "worker", "celery", *CELERY, "worker", *options.split()))


def beat_service(data: Path) -> Service:
    """Celery's clock, which reads the schedule that operators edit."""
    return Service(program=_python(data, "beat", "celery", *CELERY, "beat", "--pidfile=", "--loglevel", "INFO"))


def _python(data: Path, name: str, module: str, *arguments: str) -> Program:
    return Program(
        name=f"the {name}",
        argv=(sys.executable, "-m", module, *arguments),
        log=data / "logs" / f"{name}.log",
        cwd=BASE_DIR,
        environment={**os.environ, "LEITSTAND_DATA_DIR": str(data)},
        stop_signal=signal.SIGTERM,
        patience=25,
    )
