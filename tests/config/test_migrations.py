"""Migrations: none breaks the release that still runs, all can be taken back and applied again, none is missing."""

import os
import subprocess
import sys
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django_migration_linter import MigrationLinter

from config.embedded import BASE_DIR
from tests.deploy.databases import database_url, empty_database

OURS = sorted(one.label for one in apps.get_app_configs() if "site-packages" not in one.path and one.models_module)
MIGRATE = """
import sys, django
django.setup()
from django.core.management import call_command
for label in sys.argv[1:]:
    call_command("migrate", label, "zero", verbosity=0)
if not sys.argv[1:]:
    call_command("migrate", verbosity=0)
"""
SCHEMA = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', '', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'type', '', typname, typtype::text FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typrelid = 0 AND typelem = 0
ORDER BY 1, 2, 3, 4
"""


@pytest.mark.django_db(transaction=True)
def test_all_migrations_can_be_taken_back_and_applied_again() -> None:
    """The second time makes the same schema as the first, to each trigger; in between no table of ours is left."""
    with empty_database(f"{connection.settings_dict['NAME']}_migrated") as name:
        migrate(name)
        first = schema_of(name)
        migrate(name, *OURS)
        assert [row for row in schema_of(name) if is_ours(row)] == []
        assert any(is_ours(row) for row in first)
        migrate(name)
        assert schema_of(name) == first


def is_ours(row: tuple[str, ...]) -> bool:
    """Whether this part of a schema comes from an app of ours. (Triggers' functions stay, and are replaced.)"""
    kind, table, which, _ = row
    return (kind == "type" and which.startswith("asset_key")) or table.startswith(tuple(f"{label}_" for label in OURS))


def migrate(name: str, *back: str) -> None:
    """Apply all migrations, or take those of these apps back, in a process of its own for another database."""
    environment = {**os.environ, "DATABASE_URL": database_url(name), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE, *back],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def schema_of(name: str) -> list[tuple[str, ...]]:
    """All that stands in a database's schema, as PostgreSQL writes it."""
    with psycopg.connect(database_url(name)) as other:
        return other.execute(SCHEMA).fetchall()


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.django_db
def test_no_migration_breaks_the_release_that_still_runs() -> None:
    """While a new version is started the old one still answers, on the new schema.

    What the linter calls a warning is not held against a migration: indexes are made within its transaction, which
    locks their table, so that it is applied whole or not at all; docs/deployment.md says how to plan for it.
    """
    linter = MigrationLinter(
        str(BASE_DIR), include_apps=OURS, no_cache=True, quiet=["ok", "ignore"], ignore_initial_migrations=False
    )
    linter.lint_all_migrations()
    assert linter.nb_total > 20
    assert not linter.has_errors
