"""What can be refused, and as what. Apps name refusals where they raise them; config/api/errors.py answers them."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_FAULTS = 100  # what an answer names of what is wrong; whoever sends more of it has seen enough [C3]


class DomainError(Exception):
    """A refusal with one sentence that names the thing."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UnknownError(DomainError):
    """What was named does not exist, or is not the caller's to see."""


class ConflictError(DomainError):
    """What exists does not allow it now."""


class ForbiddenError(DomainError):
    """The caller may not."""


@dataclass(frozen=True)
class Fault:
    """One fault in what a client sent: where (`loc`), what (`msg`), and of which kind (`type`) [C3]."""

    loc: tuple[str | int, ...]
    msg: str
    type: str = "value_error"


class InvalidError(DomainError):
    """What a client sent is wrong, with every fault found, up to a hundred."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        super().__init__("; ".join(fault.msg for fault in self.faults))
