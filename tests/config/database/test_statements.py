"""Statements out of .sql files."""

from importlib.resources import files
from pathlib import Path

import pytest
from django.conf import settings

from config.database.statements import fetch_row, fetch_rows, load_sql

APPS = ("assets", "sites", "markets", "partner")
STATEMENTS = sorted(path for app in APPS for path in (settings.BASE_DIR / app / "sql").glob("*.sql"))


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_a_statement_is_sent_without_the_comment_for_its_readers(path: Path) -> None:
    """Architecture, rule 7: every file begins with what it does."""
    assert path.read_text().startswith("-- ")
    statement = load_sql(path.parent.parent.name, path.stem)
    assert statement
    assert not statement.startswith("--")
    assert path.read_text().rstrip().endswith(statement)


def test_a_file_that_is_not_there_is_no_statement() -> None:
    with pytest.raises(FileNotFoundError):
        load_sql("markets", "no_such_statement")
    assert files("markets").joinpath("sql", "list_limits.sql").is_file()


@pytest.mark.django_db
def test_rows_come_as_tuples_and_the_parameters_stay_as_they_are() -> None:
    params = {"last": 2}
    assert fetch_rows("SELECT number FROM generate_series(1, %(last)s) AS number", params) == [(1,), (2,)]
    assert params == {"last": 2}


@pytest.mark.django_db
def test_one_row_is_one_row() -> None:
    assert fetch_row("SELECT %(word)s, 2", {"word": "a"}) == ("a", 2)
    with pytest.raises(ValueError, match="unpack"):
        fetch_row("SELECT generate_series(1, 2)", {})
