"""Which tests run which lines and which statements, and how long each takes."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import coverage
import pytest
from django.db.backends.utils import CursorWrapper

Asked = list[tuple[str, Exception | None]]


@contextmanager
def asked_of_database() -> Iterator[Asked]:
    """The statements that are sent within it, each with the error that came of it."""
    asked: Asked = []
    execute = CursorWrapper.execute

    def noted(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        try:
            answer = execute(self, sql, params)
        except Exception as error:
            asked.append((str(sql), error))
            raise
        asked.append((str(sql), None))
        return answer

    CursorWrapper.execute = noted  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        CursorWrapper.execute = execute  # type: ignore[method-assign]


class Noticed:
    """What one run of all tests has shown. Raises RuntimeError where one of them fails as the code is."""

    def __init__(self, session: pytest.Session, *, paths: Sequence[str], statements: Collection[str]) -> None:
        self.seconds: dict[str, float] = {}
        self.by_statement: dict[str, set[str]] = defaultdict(set)
        measured = coverage.Coverage(data_file=None, include=list(paths), config_file=False)
        measured.start()
        for item in session.items:
            measured.switch_context(item.nodeid)
            with asked_of_database() as asked:
                self.seconds[item.nodeid] = _run(session, item)
            sent = {sql for sql, _ in asked}
            for statement in statements:
                if any(statement in sql for sql in sent):
                    self.by_statement[statement].add(item.nodeid)
        measured.stop()
        data = measured.get_data()
        self.by_line = {path: data.contexts_by_lineno(path) for path in paths}

    def of_line(self, path: str, line: int, *, first: int, last: int) -> set[str]:
        """The tests that run a line, or if none stops there exactly, those that run some of these lines."""
        by_line = self.by_line[path]
        exact = set(by_line.get(line, ())) - {""}
        if exact:
            return exact
        return {test for number in range(first, last + 1) for test in by_line.get(number, ())} - {""}


def _run(session: pytest.Session, item: pytest.Item) -> float:
    started, failed = time.monotonic(), session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=session)
    if session.testsfailed > failed:
        raise RuntimeError(f"{item.nodeid} fails as the code is")
    return time.monotonic() - started
