"""Tests against a mutant of what runs when its module is imported: a process each, forked from one that is half-way
there.

That one has imported the libraries and nothing of the house. Its children import the house with the mutant in it, and
find the test database as the run has made it.
"""

import importlib
import marshal
import os
import pickle
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from hypothesis import settings

from tests.mutation.children import KILLED, SURVIVED, quietly, waited

LIBRARIES = (
    "celery",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.models",
    "django.test.client",
    "django.test.utils",
    "hypothesis",
    "jsonschema",
    "openpyxl",
    "pandas",
    "psycopg",
    "pvlib.irradiance",
    "pvlib.location",
    "pydantic",
    "pytest",
    "pytest_django.plugin",
    "redis",
)

PROFILE = "mutation"  # of hypothesis: the same examples for every mutant, and no clock


class Nursery:
    """The process that children are forked from. Make it before Django's settings are read."""

    def __init__(self) -> None:
        settings.register_profile(PROFILE, deadline=None, database=None, derandomize=True)
        self.ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            self.ours.close()
            _serve(theirs)
        theirs.close()

    def run(
        self,
        *,
        module: str,
        path: str,
        code: CodeType,
        tests: Sequence[str],
        database: str,
        told: str,
        seconds: float,
    ) -> int | None:
        """KILLED or SURVIVED by these tests, with the module made of this code; None: it took too long.

        The test that has failed is written to the file `told`.
        """
        asked = {
            "module": module,
            "path": path,
            "code": marshal.dumps(code),
            "tests": list(tests),
            "database": database,
            "told": told,
            "seconds": seconds,
            "environment": dict(os.environ),
        }
        _send(self.ours, asked)
        answer: int | None = _receive(self.ours)
        return answer

    def close(self) -> None:
        """Let it end."""
        self.ours.close()
        os.waitpid(self.pid, 0)


def _send(connection: socket.socket, value: object) -> None:
    packed = pickle.dumps(value)
    connection.sendall(len(packed).to_bytes(8, "big") + packed)


def _receive(connection: socket.socket) -> Any:
    with connection.makefile("rb") as stream:
        if not (length := stream.read(8)):
            raise EOFError("The other side is gone")
        return pickle.loads(stream.read(int.from_bytes(length, "big")))  # noqa: S301 - from our own parent


def _serve(connection: socket.socket) -> None:
    for library in LIBRARIES:
        importlib.import_module(library)
    with suppress(EOFError):
        while True:
            asked = _receive(connection)
            _send(connection, waited(partial(_tested, **asked), seconds=asked["seconds"]))
    os._exit(0)


def _tested(
    *,
    module: str,
    path: str,
    code: bytes,
    tests: Sequence[str],
    database: str,
    told: str,
    environment: Mapping[str, str],
    seconds: float,
) -> int:
    os.environ.update(environment, PYTEST_XDIST_WORKER="gw0")  # whose servers are another's
    sys.meta_path.insert(0, Finder(module, path, marshal.loads(code)))  # noqa: S302 - from our own parent
    utils = importlib.import_module("django.test.utils")
    utils.setup_databases = lambda *_, **__: _use(database)  # type: ignore[attr-defined]
    utils.teardown_databases = lambda *_, **__: None  # type: ignore[attr-defined]
    teller = Teller(Path(told))
    asked = ["-x", "-q", "-p", "no:cacheprovider", f"--hypothesis-profile={PROFILE}", *tests]
    try:
        with quietly():
            ended = importlib.import_module("pytest").main(asked, plugins=[teller])
    except Exception:  # noqa: BLE001 - whatever it is: the mutant cannot even be imported
        return KILLED
    return SURVIVED if ended == 0 else KILLED


def _use(database: str) -> None:
    connection = importlib.import_module("django.db").connection
    connection.close()
    connection.settings_dict["NAME"] = database


class Teller:
    """Writes down which test has failed."""

    def __init__(self, told: Path) -> None:
        self.told = told
        told.write_text("", encoding="utf-8")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Of each test's steps."""
        if report.failed:
            self.told.write_text(report.nodeid, encoding="utf-8")


class Finder(MetaPathFinder, Loader):
    """Finds one module, and makes it of other code than its file holds."""

    def __init__(self, module: str, path: str, code: CodeType) -> None:
        self.module, self.path, self.code = module, path, code

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module's spec, with this for its loader."""
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.module else None

    def create_module(self, spec: ModuleSpec) -> None:
        """As Python makes modules."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant."""
        exec(self.code, module.__dict__)  # noqa: S102
