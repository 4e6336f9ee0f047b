"""Mutants of SQL: a statement with one thing in it made wrong.

By words, not by a parser: parts of statements are in files of their own, and parameters are psycopg's. What PostgreSQL
then cannot read is no mutant, which the runner sees by the error.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

WORDS = re.compile(
    r"--[^\n]*|\s+|%\(\w+\)s|%%|'(?:[^']|'')*'|\"[^\"]*\"|\d+(?:\.\d+)?|[A-Za-z_]\w*|::|<=|>=|<>|\|\||.", re.DOTALL
)
RIVALS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "=": ("<>",),
    "<>": ("=",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%%": ("/",),
    "and": ("OR",),
    "or": ("AND",),
    "min": ("max",),
    "max": ("min",),
    "least": ("greatest",),
    "greatest": ("least",),
    "bool_or": ("bool_and",),
    "bool_and": ("bool_or",),
    "avg": ("sum",),
    "sum": ("avg",),
    "lag": ("lead",),
    "any": ("ALL",),
    "all": ("ANY",),
    "true": ("false",),
    "false": ("true",),
    "not": ("",),
    "in": ("NOT IN",),
    "left": ("",),
    "distinct": ("",),
    "desc": ("",),
    "first": ("LAST",),
    "preceding": ("FOLLOWING",),
    "following": ("PRECEDING",),
}
CALLED = {"all", "any", "min", "max", "sum", "avg", "least", "greatest", "lag", "bool_or", "bool_and"}
ENDS_OF_ORDER = {"limit", "offset", "for", "range", "rows", "nulls", "desc", "asc", "on", "union"}


@dataclass(frozen=True)
class SqlMutant:
    """A statement as it would be with `before` in the line made `after`; `statement` is the one as it is."""

    path: str
    line: int
    before: str
    after: str
    statement: str
    mutated: str


def mutants_of(statement: str, *, path: str, first_line: int = 1) -> Iterator[SqlMutant]:
    """All mutants of a statement, or part of one, that begins in a line of a file."""
    words = WORDS.findall(statement)
    breaks = list(accumulate((word.count("\n") for word in words), initial=0))
    for start, stop, new in sorted(_mutations(words)):
        after = "".join([*words[:start], new, *words[stop:]])
        yield SqlMutant(
            path,
            first_line + breaks[start],
            _shown(words, start, stop),
            _shown(words, start, stop, new),
            statement,
            after,
        )


def _shown(words: Sequence[str], start: int, stop: int, new: str | None = None) -> str:
    """The line around a place: what stands before it, it, and what comes after."""
    before = "".join(words[:start]).rpartition("\n")[2]
    after = "".join(words[stop:]).partition("\n")[0]
    return " ".join((before + ("".join(words[start:stop]) if new is None else new) + after).split())


def _mutations(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """From which word to which, and what is there instead."""
    solid = [index for index, word in enumerate(words) if not word.isspace() and not word.startswith("--")]
    for place, index in enumerate(solid):
        word = words[index]
        around = _Around(words, solid, place)
        for other in RIVALS.get(word.lower(), ()):
            if around.is_operator:
                yield index, index + 1, other
        for other in _other_values(word, before=around.word(-1)):
            yield index, index + 1, other
        yield from around.left_out()


def _other_values(word: str, *, before: str) -> Iterator[str]:
    """Numbers are one off, also in intervals; names in quotes are others."""
    if re.fullmatch(r"\d+", word) and before != "by":
        yield str(int(word) + 1)
        if int(word) > 0:
            yield str(int(word) - 1)
    elif re.fullmatch(r"\d+\.\d+", word):
        yield f"{float(word) * 2}"
    elif match := re.fullmatch(r"'(\d+) (\w+)'", word):
        yield f"'{int(match[1]) * 2} {match[2]}'"
    elif re.fullmatch(r"'[A-Z][A-Za-z ]*'", word) and before.lower() not in {"zone", "utc"} and word != "'UTC'":
        yield f"'X{word[1:]}"


@dataclass(frozen=True)
class _Around:
    """A word and those around it that are neither space nor comment."""

    words: Sequence[str]
    solid: Sequence[int]
    place: int

    def word(self, step: int) -> str:
        at = self.place + step
        return self.words[self.solid[at]].lower() if 0 <= at < len(self.solid) else ""

    @property
    def is_operator(self) -> bool:
        """Whether the word is the operator or function that it looks like."""
        word = self.word(0)
        match word:
            case "*":
                return self.word(-1) not in {"select", ".", "(", ","}
            case "and":
                return "between" not in [self.word(-step) for step in range(1, 9)]
            case "first" | "left" | "in":
                follows = {"first": self.word(-1) == "nulls", "left": self.word(1) == "join"}
                return follows.get(word, self.word(-1) != "not")
            case "distinct":
                return self.word(1) not in {"on", "from"}
        return word not in CALLED or self.word(1) == "("

    def left_out(self) -> Iterator[tuple[int, int, str]]:
        """Parts around here that can be left out or turned."""
        index = self.solid[self.place]
        match self.word(0):
            case "filter" if self.word(1) == "(":
                yield index, self._closing(1) + 1, ""
            case "coalesce" if self.word(1) == "(":
                yield from self._without_default()
            case "is" if self.word(1) in {"null", "distinct", "true"}:
                yield index, index + 1, "IS NOT"
            case "order" if self.word(1) == "by":
                yield from self._downwards()
            case "exists" if self.word(-1) != "not":
                yield index, index + 1, "NOT EXISTS"
            case "union" if self.word(1) == "all":
                yield index, self.solid[self.place + 1] + 1, "UNION"

    def _closing(self, step: int) -> int:
        """Where the bracket closes that opens so many words on."""
        depth = 0
        for index in self.solid[self.place + step :]:
            depth += {"(": 1, ")": -1}.get(self.words[index], 0)
            if not depth:
                return index
        return len(self.words) - 1

    def _without_default(self) -> Iterator[tuple[int, int, str]]:
        """coalesce(a, b) as a alone, and as b alone."""
        opening, end, depth = self.solid[self.place + 1], self._closing(1), 0
        for index in range(opening + 1, end):
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(self.words[index], 0)
            if self.words[index] == "," and depth == 0:
                yield self.solid[self.place], end + 1, "(" + "".join(self.words[opening + 1 : index]) + ")"
                yield self.solid[self.place], end + 1, "(" + "".join(self.words[index + 1 : end]).strip() + ")"
                return

    def _downwards(self) -> Iterator[tuple[int, int, str]]:
        depth, last = 0, self.solid[self.place + 1]
        for index in [*self.solid[self.place + 2 :], len(self.words)]:
            word = self.words[index].lower() if index < len(self.words) else ")"
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word, 0)
            if depth < 0 or (depth == 0 and (word == "," or word in ENDS_OF_ORDER)):
                if word not in {"desc", "asc"}:
                    yield last + 1, last + 1, " DESC"
                if word != ",":
                    return
            last = index
