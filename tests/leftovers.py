"""What a test with real transactions leaves in the database, and how the next one finds it as the migrations made it.

Django's flush empties every table and has post_migrate write again what belongs in them: most of a second after each
such test, for tables that nobody touched. Here those alone that differ are emptied, and get back what they had.
Where the tests' role may not go past triggers (DATABASE_URL names somebody's server), Django flushes.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

# Above this a new file is cheaper than rows that are dead and still there.
LARGE = 1_000_000  # bytes
HAS_ROWS = "EXISTS (SELECT FROM {table})::text"
SUM_OF_ROWS = "(SELECT concat(count(*), ' ', sum(hashtextextended(row::text, 0))) FROM {table} AS row)"


@contextmanager
def only_leftovers_removed() -> Iterator[None]:
    """While this lasts, tests with real transactions bring the database back to what it is now, and do not flush it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            yield
            return
        filled = [table for table, mark in _marks(cursor, {}).items() if mark == "true"]
        rows = {table: _copied(cursor, table) for table in filled}
        marks = _marks(cursor, rows)
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def restore(case: TransactionTestCase) -> None:
        if case.available_apps is None and not case.serialized_rollback:
            _restore(rows, marks)
        else:
            flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield


def _restore(rows: Mapping[str, bytes], marks: Mapping[str, str]) -> None:
    """Wait for whoever still writes, as a flush does, and undo what was committed since the marks were taken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # neither audit nor foreign keys look on
        cursor.execute(f"LOCK TABLE {', '.join(map(_quoted, _tables(cursor)))} IN ACCESS EXCLUSIVE MODE")
        found = _marks(cursor, rows)
        differing = [table for table, mark in found.items() if mark != marks.get(table, "false")]
        if large := [table for table in differing if _size(cursor, table) > LARGE]:
            cursor.execute(f"TRUNCATE {', '.join(map(_quoted, large))} CASCADE")
            differing = [*{*differing, *(name for name, mark in _marks(cursor, rows).items() if mark != found[name])}]
        for table in differing:
            cursor.execute(f"DELETE FROM {_quoted(table)}")
            if table in rows:
                with cursor.copy(f"COPY {_quoted(table)} FROM STDIN") as copy:
                    copy.write(rows[table])
                ContentType.objects.clear_cache()  # their numbers may be others again


def _marks(cursor: CursorWrapper, filled: Iterable[str]) -> dict[str, str]:
    """What changes with each table's rows; of those that are to be empty, whether they have any."""
    tables = _tables(cursor)
    forms = {table: SUM_OF_ROWS if table in filled else HAS_ROWS for table in tables}
    columns = [form.format(table=_quoted(table)) for table, form in forms.items()]
    cursor.execute(f"SELECT ARRAY[{', '.join(columns)}]")
    return dict(zip(tables, cursor.fetchone()[0], strict=True))


def _copied(cursor: CursorWrapper, table: str) -> bytes:
    with cursor.copy(f"COPY {_quoted(table)} TO STDOUT") as copy:
        return b"".join(copy)


def _size(cursor: CursorWrapper, table: str) -> int:
    cursor.execute("SELECT pg_relation_size(%s::regclass)", [_quoted(table)])
    return int(cursor.fetchone()[0])


def _tables(cursor: CursorWrapper) -> list[str]:
    """The tables of all models that are there; a test of the migrations may have taken some away."""
    existing = {table.name for table in connection.introspection.get_table_list(cursor)}
    return sorted(existing.intersection(connection.introspection.django_table_names()))


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
