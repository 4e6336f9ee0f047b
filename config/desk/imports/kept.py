"""What an import of periods has changed: each row before and after, kept with the import [P23].

Records have their own entries in the audit trail; periods, of which a file may have a hundred thousand, have these.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from assets.periods import SLOT
from config.database.statements import execute, load_sql
from config.desk.imports.words import Given, Run

ROWS_BEFORE = load_sql("config.desk", "imported_rows_before")
ROWS_CHANGED = load_sql("config.desk", "imported_rows_changed")
UNKEPT = ("created_at", "updated_at", "delivery_day")
ASSETS_HELD = "SELECT FROM assets_asset WHERE id = ANY(%(asset_ids)s) ORDER BY id FOR KEY SHARE"
BEFORE = "DROP TABLE IF EXISTS imported_rows_before"


@contextmanager
def changes_kept(rows: Sequence[Given], run: Run) -> Iterator[None]:
    """Around what stores rows of periods: whatever it inserts or changes is kept, unless it raises or is a dry run."""
    if run.import_id is None:
        yield
        return
    meta = apps.get_model(run.kind.model)._meta  # noqa: SLF001  Django's documented way to fields
    key = [field.column for field in meta.pk_fields]
    names = {"table": meta.db_table, "key": ", ".join(f"new.{column}" for column in key)}
    params = {
        "import_id": run.import_id,
        "now": run.now,
        "unkept": list(UNKEPT),
        **_reach([item for _, _, item in rows]),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(BEFORE)
        # the order in which whoever deletes an asset locks: it, and then its rows
        execute(ASSETS_HELD, params)
        execute(ROWS_BEFORE.format(**names), params)
        yield
        same = " AND ".join(f"old.{column} = new.{column}" for column in key)
        execute(ROWS_CHANGED.format(same=same, **names), params)


def _reach(items: Sequence[Any]) -> Mapping[str, Any]:
    """The assets that items are of, and the first and the end of the times that they begin at."""
    spans = [_span(item) for item in items]
    return {
        "asset_ids": sorted({item.asset_id for item in items}),
        "first": min(first for first, _ in spans),
        "end": max(end for _, end in spans),
    }


def _span(item: Any) -> tuple[datetime, datetime]:
    if hasattr(item, "valid_until"):  # limits, which say days and times of day
        return item.first_slot, datetime.combine(item.valid_until, time(), UTC) + timedelta(days=1)
    return item.start_time, item.start_time + SLOT
