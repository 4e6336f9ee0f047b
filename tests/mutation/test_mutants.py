"""The mutator itself: mutants are made of the lines that they should be made of, run while planted, and are noticed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from assets import local_windows, periods
from config.embedded import BASE_DIR
from partner import batteries
from tests.factories.assets import make_asset
from tests.factories.state_snapshots import SIX, make_snapshots, mwh, snapshot
from tests.mutation import python_mutants, results, sql_mutants
from tests.mutation.children import KILLED, SURVIVED, waited
from tests.mutation.planting import ImportedOnceError, planted
from tests.mutation.python_mutants import PythonMutant
from tests.mutation.results import Result
from tests.mutation.sources import Source, sources_of
from tests.mutation.sql_mutants import SqlMutant
from tests.mutation.subjects import SUBJECTS

SECOND_OF_THE_GRID = datetime(2026, 5, 1, 6, 0, 1, tzinfo=UTC)


def source_of(name: str, path: str) -> Source:
    """A file of a subject."""
    return next(source for source in sources_of(SUBJECTS[name]) if source.name == path)


def mutant_of(source: Source, before: str, after: str) -> PythonMutant | SqlMutant:
    """The one with this in its line instead of that."""
    return next(one for one in source.mutants() if (one.before, one.after) == (before, after))


def changes_of(statement: str) -> list[str]:
    return [one.after for one in sql_mutants.mutants_of(statement, path="")]


def changes_in(text: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "subject.py"
    path.write_text(text)
    return [one.after for one in python_mutants.mutants_of(path, name=path.name, namespace={})]


def noticed(test: Callable[[], bool]) -> int | None:
    """What a child says of a test, as the runner asks it."""
    return waited(lambda: SURVIVED if test() else KILLED, seconds=30)


def test_a_mutant_of_a_known_line_is_made_and_killed() -> None:
    source = source_of("periods", "assets/periods.py")
    mutant = mutant_of(source, "instant.second == 0", "instant.second != 0")
    with planted(mutant, source):
        assert noticed(lambda: not periods.is_on_grid(SECOND_OF_THE_GRID)) == KILLED
        assert noticed(lambda: True) == SURVIVED
    assert noticed(lambda: not periods.is_on_grid(SECOND_OF_THE_GRID)) == SURVIVED


def test_a_mutant_that_takes_too_long_is_ended() -> None:
    assert waited(_forever, seconds=0.1) is None


def _forever() -> int:
    while True:
        pass


@pytest.mark.django_db
def test_a_mutant_of_a_known_statement_is_made_and_killed() -> None:
    battery = make_asset()
    make_snapshots(*(snapshot(battery, hour, charged_energy=mwh(hour)) for hour in (6, 7)))
    (source,) = [one for one in sources_of(SUBJECTS["batteries"]) if one.name.endswith(".sql")]
    mutant = next(one for one in source.mutants() if one.before.startswith("sum(") and one.after.startswith("avg("))

    def throughput() -> Decimal | None:
        return batteries.read(asset_ids=[battery.pk], start=SIX, end=SIX.replace(hour=8), now=SIX).throughput

    with planted(mutant, source):
        assert throughput() == Decimal("6.5")
    assert throughput() == 13


def test_a_number_is_replaced_wherever_it_is_held() -> None:
    source = source_of("periods", "assets/periods.py")
    with planted(mutant_of(source, "15", "16"), source):
        assert [timedelta(minutes=16)] * 2 == [vars(module)["SLOT"] for module in (periods, local_windows)]
    assert [timedelta(minutes=15)] * 2 == [vars(module)["SLOT"] for module in (periods, local_windows)]


def test_what_a_class_was_made_of_is_not_planted() -> None:
    source = source_of("signals", "partner/thresholds.py")
    with pytest.raises(ImportedOnceError), planted(mutant_of(source, "31", "32"), source):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a is None", ["a is not None"]),
        ("a and b", ["a or b", "a", "b"]),
        ("not a", ["a"]),
        ("a + b * c", ["a - b * c", "b / c"]),
        ("a = 50", ["51", "49"]),
        ("a = Decimal('0.5')", ["'1.5'"]),
        ("a = max(a, b)", ["min(a, b)"]),
        ("a if b else c", ["c if b else a"]),
        ("[a for a in b if a]", ["for a in b"]),
        ("def one():\n    two()", ["pass"]),
        ("a: Final[1] = b\n'text'", []),
    ],
)
def test_what_is_made_of_python(text: str, expected: list[str], tmp_path: Path) -> None:
    assert changes_in(text, tmp_path) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("a >= %(least)s", ["a < %(least)s", "a > %(least)s"]),
        ("x BETWEEN 'a' AND b", []),
        ("count(*)", []),
        ("avg(a * 2)", ["avg(a * 1)", "avg(a * 3)", "avg(a / 2)", "sum(a * 2)"]),
        ("coalesce(a, b)", ["(a)", "(b)"]),
        ("a IS NULL", ["a IS NOT NULL"]),
        ("sum(a) FILTER (WHERE b)", ["avg(a) FILTER (WHERE b)", "sum(a)"]),
        ("ORDER BY a, b DESC", ["ORDER BY a DESC, b DESC", "ORDER BY a, b"]),
        ("state IN ('FAULT')", ["state IN ('XFAULT')", "state NOT IN ('FAULT')"]),
        ("interval '15 minutes' -- a < b", ["interval '30 minutes' -- a < b"]),
    ],
)
def test_what_is_made_of_sql(statement: str, expected: list[str]) -> None:
    assert sorted(changes_of(statement)) == expected


def test_the_table_counts_what_can_be_read_and_asks_for_enough_of_every_subject() -> None:
    verdicts = {"one": ["killed"] * 17 + ["timed out"] * 3, "two": ["killed"] * 5 + ["survived", "unreadable"]}
    rows = results.table_of(
        Result(subject, "a.py", 1, "a", "b", verdict) for subject, of in verdicts.items() for verdict in of
    )
    assert [(row.subject, row.mutants, row.killed, row.suffices) for row in rows] == [
        ("one", 20, 20, True),
        ("two", 6, 5, False),
        ("all", 26, 25, True),
    ]


def test_every_subject_has_its_files_and_its_tests() -> None:
    named = {name for subject in SUBJECTS.values() for name in (*subject.sources, *subject.tests)}
    assert {name for name in named if not (BASE_DIR / name).is_file()} == set()
