"""pytest's loop, with mutants: first all tests as the code is, then for each mutant, in a child, those that run it.

The first of them that fails has killed it.
"""

import gc
import random
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import mkstemp

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import blocking_manager_key

from tests.mutation.afresh import Nursery
from tests.mutation.children import KILLED, SURVIVED, UNREADABLE, quietly, waited
from tests.mutation.noticing import Asked, Noticed, asked_of_database
from tests.mutation.planting import ImportedOnceError, live_functions, planted, replaced_values, replacements_for
from tests.mutation.python_mutants import PythonMutant
from tests.mutation.results import Result
from tests.mutation.sources import Source, sources_of
from tests.mutation.sql_mutants import SqlMutant
from tests.mutation.subjects import SUBJECTS

VERDICTS = {SURVIVED: "survived", KILLED: "killed", UNREADABLE: "unreadable", None: "timed out"}
SEED = 7
Wanted = Callable[[tuple[str, ...]], bool]  # told path, line, before and after
LONGEST = 300.0  # seconds for the tests of one mutant


class Runner:
    """Knows the tests of a session, and what became of each mutant; `note` is told of every one."""

    def __init__(self, session: pytest.Session, nursery: Nursery, *, note: Callable[[Result], None]) -> None:
        self.session = session
        self.nursery = nursery
        self.note = note
        self.items = {item.nodeid: item for item in session.items}
        self.told = Path(mkstemp(prefix="leitstand-mutant-")[1])  # where a child says which test has failed
        self.kills = 0
        self.last_kill: dict[str, int] = {}

    def run(self, subjects: Sequence[str], *, sample: int | None = None, wanted: Wanted) -> None:
        """Mutate these subjects; of each no more than a sample, and none but those asked for."""
        sources = {name: sources_of(SUBJECTS[name]) for name in subjects}
        every = [source for of in sources.values() for source in of]
        with quietly():
            self.noticed = Noticed(
                self.session,
                paths=[str(source.path) for source in every if source.code],
                statements=[statement for source in every for statement in source.statements],
            )
        self.database = str(connections["default"].settings_dict["NAME"])
        live_functions()
        gc.collect()
        gc.freeze()
        for name in subjects:
            self._mutate(name, sources[name], sample, wanted)
        self.told.unlink()

    def _mutate(self, subject: str, sources: Sequence[Source], sample: int | None, wanted: Wanted) -> None:
        among = [test for test in self.items if test.partition("::")[0] in SUBJECTS[subject].tests]
        transactional = any(_empties_the_database(self.items[test]) for test in among)
        # Who leaves an empty database behind may now come first.
        if transactional and self._in_child(self._ordered(among)) != SURVIVED:
            raise RuntimeError(f"The tests of {subject} do not pass in another order: {self.told.read_text()}")
        mutants = [(source, mutant) for source in sources for mutant in source.mutants()]
        made = len(mutants)
        if sample is not None and len(mutants) > sample:
            chosen = sorted(random.Random(f"{SEED} {subject}").sample(range(len(mutants)), sample))
            mutants = [mutants[index] for index in chosen]
        for source, mutant in mutants:
            place = (mutant.path, mutant.line, mutant.before, mutant.after)
            if wanted(tuple(map(str, place))):
                outcome = self._outcome(source, mutant, among)
                self.note(Result(subject, *place, verdict=VERDICTS[outcome], of=made))

    def _outcome(self, source: Source, mutant: PythonMutant | SqlMutant, among: Sequence[str]) -> int | None:
        if isinstance(mutant, SqlMutant):
            run_it = self.noticed.by_statement[mutant.statement]
        else:
            run_it = self.noticed.of_line(str(source.path), mutant.line, **source.function_around(mutant.line))
        tests = self._ordered(run_it & set(among))
        try:
            replacements_for(mutant, source.code)
        except ImportedOnceError:
            assert isinstance(mutant, PythonMutant)
            every = [*tests, *(test for test in self._ordered(among) if test not in run_it)]
            # Most tables and numbers can be replaced as well. Who survives that may have been held elsewhere.
            outcome = self._in_child(every, mutant, source) if replaced_values(mutant, source.module) else SURVIVED
            return self._afresh(source, mutant, every) if outcome == SURVIVED else outcome
        return self._in_child(tests, mutant, source) if tests else SURVIVED

    def _ordered(self, tests: Sequence[str] | set[str]) -> list[str]:
        """Those that killed last first, since they kill the next one as like as not; then the quickest."""
        return sorted(tests, key=lambda test: (-self.last_kill.get(test, 0), self.noticed.seconds[test], test))

    def _in_child(
        self, tests: Sequence[str], mutant: PythonMutant | SqlMutant | None = None, source: Source | None = None
    ) -> int | None:
        def work() -> int:
            in_place = planted(mutant, source) if mutant and source else nullcontext()
            with quietly(), asked_of_database() as asked, in_place:
                outcome = self._first_failure(tests)
            return UNREADABLE if isinstance(mutant, SqlMutant) and _is_unreadable(mutant, asked) else outcome

        connections.close_all()
        return self._learned(waited(work, seconds=self._patience(tests)))

    def _afresh(self, source: Source, mutant: PythonMutant, tests: Sequence[str]) -> int | None:
        connections.close_all()
        outcome = self.nursery.run(
            module=source.module,
            path=str(source.path),
            code=mutant.code,
            tests=tests,
            database=self.database,
            told=str(self.told),
            seconds=60 + self._patience(tests),
        )
        return self._learned(outcome)

    def _first_failure(self, tests: Sequence[str]) -> int:
        failed = self.session.testsfailed
        for test in tests:
            item = self.items[test]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=self.session)
            if self.session.testsfailed > failed:
                self.told.write_text(test, encoding="utf-8")
                return KILLED
        return SURVIVED

    def _learned(self, outcome: int | None) -> int | None:
        if outcome == KILLED:
            self.kills += 1
            self.last_kill[self.told.read_text(encoding="utf-8")] = self.kills
        elif outcome is None:
            # who was ended in the middle of something may have left rows
            with self.session.config.stash[blocking_manager_key].unblock():
                call_command("flush", verbosity=0, interactive=False)
            connections.close_all()
        return outcome

    def _patience(self, tests: Sequence[str]) -> float:
        return min(LONGEST, 30 + 5 * sum(self.noticed.seconds[test] for test in tests))


def _empties_the_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def _is_unreadable(mutant: SqlMutant, asked: Asked) -> bool:
    """Whether PostgreSQL could not read the statement at all: its class of errors is that of syntax and names."""
    errors = [error for sql, error in asked if error and mutant.mutated in sql]
    return any(str(getattr(error.__cause__, "sqlstate", "")).startswith("42") for error in errors)
