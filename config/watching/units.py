"""Units of work that no framework begins: each is a trace of its own where traces are switched on."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Begin = Callable[[str], AbstractContextManager[object]]
_begin: Begin | None = None


def unit_of_work(name: str) -> AbstractContextManager[object]:
    """What happens within is one unit under this name."""
    return _begin(name) if _begin else nullcontext()


def begin_with(begin: Begin) -> None:
    """From now on units are begun by this."""
    global _begin  # noqa: PLW0603  set once, when the process starts
    _begin = begin
