"""How long PostgreSQL is given, and what a client is told when that is over [C3]."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from assets.models import Asset
from config.api.errors import exception_handler
from config.database import patience
from config.database.direct import direct_address
from config.database.transactions import patient_transaction
from config.embedded import BASE_DIR
from tests.clients import Api, detail_of
from tests.deploy.databases import database_url
from tests.factories.assets import make_asset
from tests.factories.keys import make_api_key
from tests.granian import request, running_server

SETTINGS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
WEB, WORKER, FOR_EVER = ["30s", "10s", "1min"], ["4min", "1min", "2min"], ["0", "0", "0"]
# What a command of manage.py finds, without its doing anything: it is one that asks.
CALL = """
import sys; sys.argv = ["manage.py", "{command}"]
import manage; manage.execute_from_command_line = lambda _argv: None; manage.main()
{show}
"""
SHOW = (
    "import django; django.setup(); from django.db import connection as c; u = c.cursor();"
    f"print([u.execute('SHOW ' + name).fetchone()[0] for name in {SETTINGS}])"
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (("-c", f"import config.wsgi; {SHOW}"), WEB),
        (("-m", "celery", "-A", "config.celery", "shell", "--python"), WORKER),
        (("manage.py", "shell", "-c", SHOW), FOR_EVER),  # as migrate, and whatever else somebody starts by hand
        (("-c", CALL.format(command="migrate", show=SHOW)), FOR_EVER),
        (("-c", CALL.format(command="ingest_events", show=SHOW)), WORKER),
    ],
)
def test_each_kind_of_process_has_patience_of_its_own(program: tuple[str, ...], expected: list[str]) -> None:
    names = {**os.environ, "DATABASE_URL": database_url(str(connection.settings_dict["NAME"]))}
    ran = subprocess.run(
        (sys.executable, *program), env=names, cwd=BASE_DIR, input=f"{SHOW}\n".encode(), stdout=-1, check=True
    )
    assert str(expected) in ran.stdout.decode()


def test_what_the_address_says_comes_last_and_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_kind", "web")
    options = patience.options_before("-c statement_timeout=5s")
    assert options.endswith("-c statement_timeout=5s")
    assert "-c lock_timeout=10s" in options


@pytest.mark.django_db
def test_a_transaction_of_many_rows_has_its_time_also_where_a_client_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_kind", "web")

    def shown() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])

    with transaction.atomic():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '30s'")
        with patient_transaction():
            assert shown() == "15min"


@pytest.fixture
def held(transactional_db: None) -> Iterator[Asset]:
    """An asset that somebody else is changing and has not finished with."""
    asset = make_asset()
    with psycopg.connect(**direct_address(name="somebody else")) as other:
        other.execute("SELECT FROM assets_asset WHERE id = %s FOR UPDATE", [asset.pk])
        yield asset


def test_who_waits_too_long_for_a_lock_is_told_to_try_again(held: Asset) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        answer = Api.with_key().patch(f"/assets/{held.pk}", {"name": "other"})
    finally:
        connection.close()
    assert "Somebody else is changing this" in detail_of(answer, 503)
    assert answer["Retry-After"]


def test_a_statement_beyond_its_time_is_503(held: Asset) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '200ms'")
    try:
        answer = Api.with_key().patch(f"/assets/{held.pk}", {"name": "other"})
    finally:
        connection.close()
    assert "longer than it may" in detail_of(answer, 503)
    assert answer["Retry-After"]


def test_a_web_server_gives_up_by_itself(held: Asset, tmp_path: Path) -> None:
    """Over the wire, with its settings as they are but for the figure."""
    url = f"{database_url(str(connection.settings_dict['NAME']))}?options=-c%20lock_timeout%3D500ms"
    lines = (f"X-API-Key: {make_api_key().text}", "Content-Type: application/json", "Content-Length: 17")
    with running_server(tmp_path, DATABASE_URL=url) as server:
        answer = server.send(request("PATCH", f"/api/v1/assets/{held.pk}", *lines, body=b'{"name": "other"}'))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.django_db(transaction=True)
def test_a_transaction_in_which_nothing_happens_is_ended_and_that_is_503() -> None:
    """It is no OperationalError of psycopg's."""
    asset = make_asset()
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '100ms'")
    caught: list[Exception] = []
    try:
        with transaction.atomic():
            Asset.objects.select_for_update().get(pk=asset.pk)
            time.sleep(0.5)
            list(Asset.objects.all())
    except Exception as error:  # noqa: BLE001  which it is, is what is asked
        caught.append(error)
    finally:
        connection.close()
    (seen,) = caught
    answer = exception_handler(seen, {})
    assert answer.status_code == 503
    assert answer["Retry-After"]
    with ThreadPoolExecutor(1) as pool:  # nobody holds the row any longer
        assert pool.submit(_rename, asset.pk).result(timeout=10) == 1


def _rename(asset_id: str) -> int:
    try:
        return Asset.objects.filter(pk=asset_id).update(name="other")
    finally:
        connection.close()
