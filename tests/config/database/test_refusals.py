"""What PostgreSQL refuses: by which constraint, and what is tried again."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from config.database import refusals
from config.database.refusals import is_passing, retried, retried_within, translating, violated_constraint

TABLE = "CREATE TEMPORARY TABLE thing (size integer CONSTRAINT thing_is_small CHECK (size < 9))"


class TooLargeError(Exception):
    """The domain's word for it."""


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def _table(db: None) -> None:
    execute(TABLE)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "FIRST_PAUSE_SECONDS", 0)


def failure(kind: type[psycopg.Error]) -> OperationalError:
    error = OperationalError("raised by PostgreSQL")
    error.__cause__ = kind("raised by PostgreSQL")
    return error


def failing(*errors: Exception) -> tuple[list[int], Any]:
    """An operation that fails with these, one after the other, then answers; and how often it was called."""
    calls: list[int] = []
    waiting: Iterator[Exception] = iter(errors)

    @retried
    def operation(answer: str) -> str:
        calls.append(1)
        if error := next(waiting, None):
            raise error
        return answer

    return calls, operation


DEADLOCK, SERIALIZATION = psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure


@pytest.mark.usefixtures("_table")
def test_a_violated_constraint_becomes_the_refusal_that_stands_for_it() -> None:
    with pytest.raises(TooLargeError) as refusal, translating({"thing_is_small": TooLargeError}), transaction.atomic():
        execute("INSERT INTO thing VALUES (10)")
    cause = refusal.value.__cause__
    assert isinstance(cause, IntegrityError)
    assert violated_constraint(cause) == "thing_is_small"
    execute("INSERT INTO thing VALUES (1)")


@pytest.mark.usefixtures("_table")
def test_a_constraint_that_nothing_stands_for_stays_an_error() -> None:
    with pytest.raises(IntegrityError), translating({"thing_is_large": TooLargeError}), transaction.atomic():
        execute("INSERT INTO thing VALUES (10)")


def test_an_error_that_is_not_of_the_database_violates_nothing() -> None:
    assert violated_constraint(IntegrityError("made up")) is None


@pytest.mark.parametrize(
    ("kind", "passing"),
    [
        (DEADLOCK, True),
        (SERIALIZATION, True),
        (psycopg.errors.LockNotAvailable, False),
        (psycopg.OperationalError, False),
    ],
)
def test_deadlocks_and_serialization_failures_pass(kind: type[psycopg.Error], *, passing: bool) -> None:
    assert is_passing(failure(kind)) == passing


@pytest.mark.django_db(transaction=True)
def test_an_operation_is_tried_again_until_it_succeeds() -> None:
    calls, operation = failing(failure(DEADLOCK), failure(SERIALIZATION))
    assert operation("done") == "done"
    assert len(calls) == 3


@pytest.mark.django_db(transaction=True)
def test_an_operation_is_tried_five_times_at_most() -> None:
    calls, operation = failing(*(failure(DEADLOCK) for _ in range(9)))
    with pytest.raises(OperationalError):
        operation("done")
    assert len(calls) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [failure(psycopg.OperationalError), IntegrityError("x"), ValueError("x")])
def test_other_errors_are_not_tried_again(error: Exception) -> None:
    calls, operation = failing(error)
    with pytest.raises(type(error)):
        operation("done")
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_inside_another_transaction_there_is_one_try() -> None:
    """What was done before in it is undone too: whoever began it has to begin again."""
    calls, operation = failing(failure(DEADLOCK))
    with pytest.raises(OperationalError), transaction.atomic():
        operation("done")
    assert len(calls) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("_table")
def test_a_part_of_a_transaction_is_tried_again_and_what_was_before_it_stays() -> None:
    """Each try begins where the part began."""
    calls, operation = failing(failure(DEADLOCK), failure(DEADLOCK))

    def insert_and_fail() -> str:
        execute("INSERT INTO thing VALUES (2)")
        done: str = operation("done")
        return done

    with transaction.atomic():
        execute("INSERT INTO thing VALUES (1)")
        assert retried_within(insert_and_fail) == "done"
    assert len(calls) == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM thing")
        assert sorted(cursor.fetchall()) == [(1,), (2,)]


@pytest.mark.django_db
def test_a_part_of_a_transaction_is_tried_five_times_at_most() -> None:
    calls, operation = failing(*(failure(DEADLOCK) for _ in range(9)))
    with pytest.raises(OperationalError):
        retried_within(lambda: operation("done"))
    assert len(calls) == 5
