"""`python -m tests.mutation [option ...] [subject ...]`: all subjects unless some are named."""

import argparse
import importlib
import sys
from pathlib import Path

import pytest

from tests.mutation import results
from tests.mutation.afresh import PROFILE, Nursery
from tests.mutation.results import Result
from tests.mutation.subjects import SUBJECTS


class Loop:
    """The plugin that takes the place of pytest's loop once all tests are collected, and the settings are read."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.nursery = Nursery()
        self.results: list[Result] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Mutate."""
        runner = importlib.import_module("tests.mutation.runner")
        again = {result.mutant for result in results.read(self.given.again or ()) if result.survived}
        done = {result.mutant for result in results.read(self.given.besides or ())}
        runner.Runner(session, self.nursery, note=self.note).run(
            self.given.subjects,
            sample=self.given.sample,
            wanted=lambda mutant: mutant not in done and (not self.given.again or mutant in again),
        )
        return True

    def note(self, result: Result) -> None:
        """Keep it, and say it at once."""
        self.results.append(result)
        print(result.line, file=sys.stderr, flush=True)  # noqa: T201
        if self.given.to:
            with self.given.to.open("a", encoding="utf-8") as file:
                file.write(result.as_json() + "\n")


def main() -> int:
    """Mutate, print what came of it, and answer 1 where too many survived."""
    given = _asked()
    if not given.read:
        loop = Loop(given)
        tests = dict.fromkeys(test for name in given.subjects for test in SUBJECTS[name].tests)
        asked = ["-s", "-q", "--reuse-db", "-p", "no:cacheprovider", f"--hypothesis-profile={PROFILE}", *tests]
        code = pytest.main(asked, plugins=[loop])
        loop.nursery.close()
        found = loop.results
        if code != pytest.ExitCode.OK:
            return int(code)
    else:
        found = results.read(given.read)
    rows = results.table_of(found)
    print("\n".join(results.lines_of(rows)))  # noqa: T201
    if given.write_docs:
        results.write_page(found, rows)
    return int(not all(row.suffices for row in rows))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("subjects", nargs="*", help=f"of {', '.join(SUBJECTS)}")
    parser.add_argument("--sample", type=int, help="of each subject no more mutants than this")
    parser.add_argument("--to", type=Path, help="add every mutant to this file, a JSON object a line")
    parser.add_argument("--again", type=Path, action="append", help="mutate only what survived runs written with --to")
    parser.add_argument("--besides", type=Path, action="append", help="mutate none that runs wrote with --to")
    parser.add_argument("--read", type=Path, action="append", help="mutate nothing: read what runs wrote with --to")
    parser.add_argument("--write-docs", action="store_true", help="write docs/mutation.md")
    given = parser.parse_args()
    if unknown := set(given.subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    given.subjects = given.subjects or list(SUBJECTS)
    return given


if __name__ == "__main__":
    sys.exit(main())
