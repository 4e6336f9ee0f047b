"""Every table of periods can be distributed by its owner: each key and constraint holds that column."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CompositePrimaryKey, Model

CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'x')
UNION ALL
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND indisunique
"""
PERIODS: list[type[Model]] = [
    model
    for label in ("assets", "sites", "markets")
    for model in apps.get_app_config(label).get_models()
    if isinstance(model._meta.pk, CompositePrimaryKey)
]


@pytest.mark.django_db
@pytest.mark.parametrize("model", PERIODS, ids=lambda model: model.__name__)
def test_each_key_and_constraint_of_a_period_table_holds_its_owner(model: type[Model]) -> None:
    """What Citus asks of a table that it spreads by a column, and PostgreSQL of one that it partitions by it."""
    pk = model._meta.pk
    assert isinstance(pk, CompositePrimaryKey)
    owner = pk.columns[0]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, [table, table])
        found = cursor.fetchall()
    assert len(found) >= 2
    assert [name for name, definition in found if owner not in definition.partition("(")[2]] == []


def test_the_tables_of_periods_are_known() -> None:
    names = {model.__name__ for model in PERIODS}
    assert {"Limit", "Forecast", "Reservation", "Price", "Dispatch", "StatusEntry", "StateSnapshot"} <= names


REFERENCED = """
SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""


@pytest.mark.django_db
@pytest.mark.parametrize("model", PERIODS, ids=lambda model: model.__name__)
def test_a_period_refers_to_a_record_and_to_no_other_period(model: type[Model]) -> None:
    """What Citus asks of a key that leads out of a distributed table: its target is a table that every node has."""
    with connection.cursor() as cursor:
        cursor.execute(REFERENCED, [model._meta.db_table])
        found = {name for (name,) in cursor.fetchall()}
    assert found <= {"assets_asset", "sites_site", "sites_inverter", "markets_limitchange"}
    assert len(found) <= 1
