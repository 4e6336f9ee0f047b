"""The last migration of every app, taken back and applied again under a seeded fleet: what stays is as it was [P21]."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config.embedded import BASE_DIR
from tests.config.test_migrations import OURS, migrate
from tests.deploy.databases import database_url, empty_database

BACK = """
import sys, django
django.setup()
from django.core.management import call_command
for label, name in (one.split("=") for one in sys.argv[1:]):
    call_command("migrate", label, name, verbosity=0)
"""
SEED = """
import django
django.setup()
from django.utils import timezone
from config.desk.demo.seeding import seed
print(seed(now=timezone.now()))
"""
COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name = ANY(%s) GROUP BY table_name
"""
DIGEST = "SELECT count(*), md5(string_agg({row}, ',' ORDER BY {row})) FROM {table}"
Kept = dict[str, list[str]]

pytestmark = pytest.mark.django_db(transaction=True)


def last_but_one() -> list[str]:
    """What each app of ours goes back to: the migration before its last, or none."""
    graph = MigrationLoader(connection).graph
    (leaves,) = [dict(graph.leaf_nodes())]
    before = {
        label: [parent for app, parent in graph.node_map[label, leaves[label]].parents if app == label]
        for label in OURS
    }
    return [f"{label}={max(names) if names else 'zero'}" for label, names in before.items()]


def run(script: str, name: str, *arguments: str) -> str:
    """A piece of Python in a process of its own, for another database."""
    environment = {**os.environ, "DATABASE_URL": database_url(name), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=BASE_DIR,
        env={**environment, "LEITSTAND_DEMO": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def kept_in(name: str) -> Kept:
    """The columns of our tables. (Roles stand in Django's: the migration that makes them makes them anew.)"""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    tables = [model._meta.db_table for model in models if not model._meta.proxy]
    with psycopg.connect(database_url(name)) as other:
        return dict(other.execute(COLUMNS, [tables]).fetchall())


def digests(name: str, kept: Kept) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of what is in these columns of it."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(database_url(name)) as other:
        for table, columns in kept.items():
            row = sql.SQL("ROW({})::text").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
            counted = other.execute(sql.SQL(DIGEST).format(row=row, table=sql.Identifier(table))).fetchone()
            assert counted
            found[table] = counted[0], counted[1]
    return found


def test_what_stays_is_as_it_was() -> None:
    with empty_database(f"{connection.settings_dict['NAME']}_seeded") as name:
        migrate(name)
        assert "is seeded" in run(SEED, name)
        whole = kept_in(name)
        seeded = digests(name, whole)
        run(BACK, name, *last_but_one())
        back = {table: [one for one in columns if one in whole[table]] for table, columns in kept_in(name).items()}
        without = digests(name, back)
        migrate(name)
        assert kept_in(name) == whole
        again, of_old = digests(name, back), digests(name, whole)
    assert sum(rows for rows, _ in seeded.values()) > 1_000
    assert again == without
    assert {table: without[table][0] for table in back} == {table: seeded[table][0] for table in back}
    untouched = [table for table in back if back[table] == whole[table]]
    assert {table: of_old[table] for table in untouched} == {table: seeded[table] for table in untouched}
