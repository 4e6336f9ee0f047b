"""The files of a subject, and all mutants of each."""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from config.database.statements import load_sql
from config.embedded import BASE_DIR
from tests.mutation import python_mutants, sql_mutants
from tests.mutation.python_mutants import PythonMutant
from tests.mutation.sql_mutants import SqlMutant
from tests.mutation.subjects import Subject


@dataclass(frozen=True)
class Source:
    """A file of Python (`code` is what it compiles to) or of SQL, with the statements in it and where each begins."""

    name: str
    code: CodeType | None
    statements: Mapping[str, int]

    @property
    def path(self) -> Path:
        """Where it is."""
        return BASE_DIR / self.name

    @property
    def module(self) -> str:
        """Its name in an import."""
        return self.name.removesuffix(".py").replace("/", ".")

    def mutants(self) -> Iterator[PythonMutant | SqlMutant]:
        """All of them."""
        if self.code:
            namespace = vars(sys.modules[self.module])
            yield from python_mutants.mutants_of(self.path, name=self.name, namespace=namespace)
        for statement, line in self.statements.items():
            yield from sql_mutants.mutants_of(statement, path=self.name, first_line=line)

    def function_around(self, line: int) -> Mapping[str, int]:
        """The first and the last line inside the function that a line is in."""
        spans = [
            (node.body[0].lineno, node.end_lineno or node.lineno)
            for node in ast.walk(ast.parse(self.path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        first, last = max(spans, default=(line, line))
        return {"first": first, "last": last}


def sources_of(subject: Subject) -> list[Source]:
    """The files of a subject as they are now."""
    return [_python(name) if name.endswith(".py") else _sql(name) for name in subject.sources]


def _sql(name: str) -> Source:
    app, _, rest = name.partition("/sql/")
    text = (BASE_DIR / name).read_text(encoding="utf-8")
    statement = load_sql(app, rest.removesuffix(".sql"))
    return Source(name, None, {statement: text[: text.index(statement)].count("\n") + 1})


def _python(name: str) -> Source:
    path = BASE_DIR / name
    text = path.read_text(encoding="utf-8")
    return Source(name, compile(text, str(path), "exec", dont_inherit=True), dict(_statements(ast.parse(text).body)))


def _statements(body: Sequence[ast.stmt]) -> Iterator[tuple[str, int]]:
    """Statements of SQL that a module holds in its text."""
    for node in body:
        match node:
            case ast.Assign(value=ast.Constant(str(text))) if "\n" in text and text.split()[0] in {
                "SELECT",
                "WITH",
                "INSERT",
            }:
                yield text, node.lineno
