"""Every Python file of the house, parsed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.embedded import BASE_DIR

ROOMS = ("config", "assets", "sites", "markets", "partner", "tests")


@dataclass(frozen=True)
class Source:
    """A file of ours."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path, as one would open it from beside manage.py."""
        return str(self.path.relative_to(BASE_DIR))

    @property
    def module(self) -> str:
        """Its name in an import."""
        return ".".join(self.path.relative_to(BASE_DIR).with_suffix("").parts).removesuffix(".__init__")

    def imports(self) -> Iterator[str]:
        """What it imports: `from a import b` is a.b, which may be a module or a name in one."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def functions(self) -> Iterator[tuple[str, int]]:
        """Each function's place and its number of lines, from `def` to its end."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{self.name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


@cache
def sources() -> tuple[Source, ...]:
    """The files that people write; migrations are written by Django."""
    paths = [BASE_DIR / "manage.py", *(path for room in ROOMS for path in sorted((BASE_DIR / room).rglob("*.py")))]
    texts = {path: path.read_text() for path in paths if "migrations" not in path.parts}
    return tuple(Source(path=path, text=text, tree=ast.parse(text)) for path, text in texts.items())
