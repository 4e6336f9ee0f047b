"""Whether the desk can do its work, and what is missing where it cannot."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config.database import direct
from config.embedded import redis, redis_url
from config.embedded.account import server_account
from config.processes import Child, wait_for

pytestmark = pytest.mark.django_db

READY = "/health/ready"
# PostgreSQL notices that who asked it to sleep has left when it wakes
OURS = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'leitstand.ready' AND datname = current_database() AND query NOT LIKE '%pg_sleep%'
"""
NO_DATABASE = "Not ready: the database does not answer."
NO_REDIS = "Not ready: Redis does not answer."


def asked() -> tuple[int, dict[str, Any]]:
    """Status and body, which are there within five seconds whatever is missing."""
    began = time.monotonic()
    answer = Client().get(READY)
    assert time.monotonic() - began < 5
    assert (answer.status_code == 503) == ("Retry-After" in answer)
    return answer.status_code, answer.json()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word, as a frozen server's does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def database_at(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Have the check ask another server than Django's own."""
    known = direct.direct_address
    monkeypatch.setattr("config.desk.dependencies.direct_address", lambda **given: known(**given) | changed)


def test_it_is_ready_when_all_is_in_place() -> None:
    assert asked() == (200, {"status": "ready"})


@pytest.mark.parametrize("path", [f"{READY}/", "/health/Ready"])
def test_it_has_one_address(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_a_database_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    database_at(monkeypatch, host="127.0.0.1", port=1, password="hunter2")
    assert asked() == (503, {"detail": NO_DATABASE})


def test_a_database_that_is_frozen_when_it_is_called_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_server() as port:
        database_at(monkeypatch, host="127.0.0.1", port=port)
        assert asked() == (503, {"detail": NO_DATABASE})


def test_a_database_that_freezes_in_the_middle_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = "SELECT pg_sleep(4), 1"
    ask = direct.answer_within
    monkeypatch.setattr(
        "config.desk.dependencies.answer_within", lambda seconds, line, _query: ask(seconds, line, sleep)
    )
    assert asked() == (503, {"detail": NO_DATABASE})


def test_a_redis_that_refuses_is_named(settings: Any) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    assert asked() == (503, {"detail": NO_REDIS})


def test_a_redis_that_is_frozen_is_named(settings: Any, tmp_path: Path) -> None:
    redis.make_folder(tmp_path, account=server_account(tmp_path))
    server = Child(redis.program(tmp_path, account=server_account(tmp_path), throwaway=True))
    try:
        wait_for(server, until=lambda: redis.answers(tmp_path))
        settings.REDIS_URL = redis_url(tmp_path)
        assert asked() == (200, {"status": "ready"})
        server.process.send_signal(signal.SIGSTOP)
        assert asked() == (503, {"detail": NO_REDIS})
        server.process.send_signal(signal.SIGCONT)
        assert asked() == (200, {"status": "ready"})
    finally:
        server.kill()


def test_everything_that_is_missing_is_named_at_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_server() as port:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        database_at(monkeypatch, host="127.0.0.1", port=port)
        assert asked() == (503, {"detail": "Not ready: the database does not answer, Redis does not answer."})


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_not_applied_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(name) FROM django_migrations WHERE app = 'assets'")
        (last,) = cursor.fetchone()
        cursor.execute("UPDATE django_migrations SET app = 'gone' WHERE app = 'assets' AND name = %s", [last])
        try:
            assert asked() == (503, {"detail": f"Not ready: migrations are not applied (assets.{last})."})
        finally:
            cursor.execute("UPDATE django_migrations SET app = 'assets' WHERE app = 'gone'")
    assert asked()[0] == 200


@pytest.mark.django_db(transaction=True)
def test_an_empty_database_lacks_all_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO set_aside")
        try:
            status, body = asked()
        finally:
            cursor.execute("ALTER TABLE set_aside RENAME TO django_migrations")
    assert status == 503
    assert body["detail"].startswith("Not ready: migrations are not applied (")
    assert ", assets.0" in body["detail"]
    assert body["detail"].endswith(" more).")


def test_nothing_is_left_connected() -> None:
    asked()
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(OURS)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.02)
    pytest.fail("A connection of the check is still there.")
