"""The PostgreSQL and the Redis of a test run: its own, started before Django reads its settings (`-p tests.servers`).

DATABASE_URL names another PostgreSQL for the test databases. Redis is always the run's own where a server for it can be
had, since tests empty it.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from config.embedded import database_url, postgres, redis, redis_url
from config.embedded.account import server_account
from config.processes import Child, ProcessError, wait_for

DATA = pytest.StashKey[Path]()
CHILDREN = pytest.StashKey[list[Child]]()
WORKER = os.environ.get("PYTEST_XDIST_WORKER")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Start the servers first: a wrapper comes before pytest-django, which imports the settings."""
    if WORKER is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # make hands it on: end as on Ctrl-C, tidily
        _start(early_config)
    else:
        _take_own_redis_database()
    try:
        yield
    except BaseException:
        _stop(early_config)
        raise


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started; when pytest is killed the kernel does."""
    _stop(config)


def _stop(config: pytest.Config) -> None:
    for child in config.stash.get(CHILDREN, []):
        child.stop()
    if data := config.stash.get(DATA, None):
        shutil.rmtree(data, ignore_errors=True)


def _start(config: pytest.Config) -> None:
    data = Path(tempfile.mkdtemp(prefix="leitstand-tests-"))
    config.stash[DATA] = data
    config.stash[CHILDREN] = children = []
    account = server_account(data)
    if not os.environ.get("DATABASE_URL"):
        postgres.make_cluster(data, account=account, throwaway=True)
        children.append(Child(postgres.program(data, account=account, throwaway=True)))
        wait_for(children[-1], until=lambda: postgres.answers(data))
        os.environ["DATABASE_URL"] = database_url(data)
    try:
        redis.make_folder(data, account=account)
    except ProcessError:
        if not os.environ.get("REDIS_URL"):
            raise
    else:
        children.append(Child(redis.program(data, account=account, throwaway=True)))
        wait_for(children[-1], until=lambda: redis.answers(data))
        os.environ["REDIS_URL"] = redis_url(data)
    os.environ["LEITSTAND_DATA_DIR"] = str(data)


def _take_own_redis_database() -> None:
    number = int(str(WORKER).removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={number}"
