"""From nothing to a desk that is ready, and back."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import redis as redis_client
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from config.celery import app
from config.desk import parts, readiness
from config.desk.demo import credentials
from config.desk.demo.presence import is_seeded
from config.desk.demo.seeding import seed
from config.desk.lock import DeskLock
from config.desk.supervisor import StopRequested, Supervisor, be_deaf, listen_for_stop
from config.embedded import postgres, redis, socket_dir
from config.embedded.account import server_account
from config.environment import given
from config.processes import POLL, ProcessError
from partner.schedules import REFRESH_TASK

PATIENCE = 180.0  # seconds for each thing that is waited for: machines may be slow, and busy with something else


def run_desk(*, data: Path, port: int, announce: Callable[[str], None], report: Callable[[str], None]) -> None:
    """Run a desk until it is told to stop; ProcessError with a sentence when it cannot be started.

    `announce` is given what the operator waits for, `report` what happens on the way.
    """
    listen_for_stop()
    url = f"http://{readiness.HOST}:{port}"
    lock = DeskLock(data)
    supervisor = Supervisor(lock=lock, report=report)
    try:
        lock.take(url=url)
        _demand_free(port)
        _start_servers(supervisor, data=data, report=report)
        _prepare_database(report=report)
        simulates = settings.DEMO and is_seeded()
        # the web server first and alone: on two cores everything that starts beside it makes it later
        supervisor.start(parts.web(data, port=port))
        lines = (f"Leitstand is ready at {url}", *credentials.describe(url=url))
        supervisor.wait_until_all_answer(patience=PATIENCE)
        supervisor.start(parts.worker(data))
        supervisor.start(parts.beat(data))
        _wait_for_snapshot(supervisor, data=data)
        # after what is waited for: events have their time on their streams
        supervisor.start(parts.ingest(data))
        if simulates:
            supervisor.start(parts.simulator(data))
        for line in lines:
            announce(line)
        supervisor.watch()
    except StopRequested:
        report("Leitstand is stopping.")
    finally:
        be_deaf()
        lock.announce_stop()
        supervisor.stop()
        with suppress(OSError):
            socket_dir(data).rmdir()  # it may lie under /tmp
        lock.give_back()


def _demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((readiness.HOST, port))
        except OSError as error:
            raise ProcessError(f"Port {port} cannot be used ({error.strerror}); set PORT to another.") from error


def _start_servers(supervisor: Supervisor, *, data: Path, report: Callable[[str], None]) -> None:
    """Start PostgreSQL and Redis where no address of another was given, and see that both answer."""
    own_database, own_redis = not given("DATABASE_URL"), not given("REDIS_URL")
    account = server_account(data) if own_database or own_redis else None
    opened = [
        *(postgres.make_cluster(data, account=account) if own_database else ()),
        *(redis.make_folder(data, account=account) if own_redis else ()),
    ]
    if account and opened:
        names = ", ".join(str(folder) for folder in opened)
        report(
            f"PostgreSQL refuses to run as root: the servers run as {account.name}, which may now pass {names} (o+x)."
        )
    if own_database:
        supervisor.start(parts.database(data, account=account))
    if own_redis:
        supervisor.start(parts.broker(data, account=account))
    supervisor.wait_until_all_answer(patience=PATIENCE)
    if not own_redis:
        _demand_redis()


def _demand_redis() -> None:
    try:
        with redis_client.Redis.from_url(settings.REDIS_URL, socket_timeout=5) as client:
            client.ping()
    except redis_client.RedisError as error:
        raise ProcessError(f"The Redis that REDIS_URL names does not answer: {error}.") from error


def _prepare_database(*, report: Callable[[str], None]) -> None:
    """Bring the tables up to date, also after a start that was killed in the middle of it, and seed the demo once."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise ProcessError(f"The PostgreSQL that DATABASE_URL names does not answer: {error}") from error
    call_command("migrate", verbosity=0, interactive=False)
    report(seed(now=timezone.now()))


def _wait_for_snapshot(supervisor: Supervisor, *, data: Path) -> None:
    app.send_task(REFRESH_TASK)  # the schedule would come to it as well, later
    deadline = time.monotonic() + PATIENCE
    while missing := readiness.missing():
        supervisor.insist()
        if time.monotonic() > deadline:
            raise ProcessError(f"{missing} after {PATIENCE:.0f} s; {data / 'logs' / 'worker.log'} may say why.")
        time.sleep(POLL)
    connection.close()  # the desk runs on for months and asks nothing more
