"""Putting a mutant into the place of what runs, in a process that has imported everything already.

A function gets the mutant's code, whoever holds the function; a statement is replaced in every module that has it. What
ran when its module was imported (a class, a default) cannot be planted: it needs a process of its own.
"""

import gc
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.mutation.python_mutants import PythonMutant
from tests.mutation.sources import Source
from tests.mutation.sql_mutants import SqlMutant

ROOMS = ("assets", "config", "markets", "partner", "sites")
Replacement = tuple[Any, str, Any, Any]
IS_FUNCTION = 0x1  # CO_OPTIMIZED: code of a function, and not of a class


class ImportedOnceError(Exception):
    """The mutant is in what ran when the module was imported."""


def modules() -> list[ModuleType]:
    """The modules of the house that are imported."""
    return [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in ROOMS]


@contextmanager
def planted(mutant: PythonMutant | SqlMutant, source: Source) -> Iterator[None]:
    """Within it the mutant of a file runs. Raises ImportedOnceError."""
    try:
        replaced = replacements_for(mutant, source.code)
    except ImportedOnceError:
        if not isinstance(mutant, PythonMutant) or not (replaced := replaced_values(mutant, source.module)):
            raise
    for owner, name, _, new in replaced:
        setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name, old, _ in replaced:
            setattr(owner, name, old)


def replacements_for(mutant: PythonMutant | SqlMutant, original: CodeType | None) -> list[Replacement]:
    """What has to be put where: the owner, the attribute, what it is and what it is to be. Raises ImportedOnceError."""
    if isinstance(mutant, SqlMutant):
        return _statements_with(mutant)
    return _functions_with(mutant.code, original or mutant.code)


def replaced_values(mutant: PythonMutant, name: str) -> list[Replacement]:
    """The plain values that a module would have made otherwise, in every module that has taken them from it."""
    here = vars(sys.modules[name])
    made: dict[str, Any] = {"__name__": name}
    try:
        exec(mutant.code, made)  # noqa: S102
    except Exception:  # noqa: BLE001 - whatever it is: it cannot be imported
        return []
    return [
        (module, key, here[key], value)
        for key, value in made.items()
        if key in here and key[:2] != "__" and _is_plain(value) and here[key] != value
        for module in modules()
        if vars(module).get(key) is here[key]
    ]


def _is_plain(value: object) -> bool:
    """Whether a value is the same whoever makes it: a number, a text, a time, or a collection of these."""
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, tuple | list | set | frozenset):
        return all(map(_is_plain, value))
    return isinstance(value, int | float | str | Decimal | date | time | timedelta | Enum)


def _statements_with(mutant: SqlMutant) -> list[Replacement]:
    replaced: list[Replacement] = [
        (module, name, value, value.replace(mutant.statement, mutant.mutated))
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, str) and mutant.statement in value
    ]
    if not replaced:
        raise LookupError(f"No module holds the statement of {mutant.path}")
    return replaced


def _functions_with(mutated: CodeType, original: CodeType) -> list[Replacement]:
    changed = dict(_changed(original, mutated))
    replaced: list[Replacement] = []
    for old, new in changed.items():
        holders = [one for one in live_functions()[old.co_filename, old.co_qualname] if one.__code__ == old]
        if not holders or any(one.__code__.co_freevars != new.co_freevars for one in holders):
            raise ImportedOnceError
        replaced += [(one, "__code__", one.__code__, new) for one in holders]
    if not replaced:
        raise ImportedOnceError
    return replaced


def _changed(original: CodeType, mutated: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions in which two versions of a module differ; ImportedOnceError where more than functions do."""
    if _itself(original) != _itself(mutated):
        raise ImportedOnceError
    for old, new in zip(_inside(original), _inside(mutated), strict=True):
        if old.co_flags & IS_FUNCTION:
            if old != new:
                yield old, new
        else:
            yield from _changed(old, new)


def _inside(code: CodeType) -> Sequence[CodeType]:
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def _itself(code: CodeType) -> tuple[Any, ...]:
    """What a module or class does when it is made, whatever its functions do."""
    consts = [repr(const) for const in code.co_consts if not isinstance(const, CodeType)]
    return code.co_code, code.co_names, consts, [one.co_qualname for one in _inside(code)]


@cache
def live_functions() -> Mapping[tuple[str, str], Sequence[FunctionType]]:
    """The functions of the house by the file and the name that their code has."""
    found: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__module__ and one.__module__.partition(".")[0] in ROOMS:
            found[one.__code__.co_filename, one.__code__.co_qualname].append(one)
    return found
