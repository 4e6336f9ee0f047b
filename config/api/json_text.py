"""JSON text as strictly as the contract wants it: exact decimals, no repeated keys, nothing that cannot be stored."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from config.errors import MOST_FAULTS, Fault, InvalidError

LONGEST_NUMBER = 200
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Only an escape can smuggle them past UTF-8, so that documents without such an escape are not searched.
_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")

Loc = tuple[str | int, ...]


def parse_json(content: bytes) -> Any:
    """JSON with exact decimals, without repeated keys, NUL or lone surrogates; all else is InvalidError."""
    if not content:
        raise InvalidError([Fault(("body",), "Field required", "missing")])
    try:
        text = content.decode()
        document = _decoder.decode(text)
    except UnicodeDecodeError as error:
        raise InvalidError([Fault(("body", error.start), "The body is not UTF-8", "json_invalid")]) from None
    except RecursionError:
        raise InvalidError([Fault(("body",), "The body is nested too deeply", "json_invalid")]) from None
    except ValueError as error:
        raise InvalidError([Fault(("body",), f"The body is not valid JSON: {error}"[:300], "json_invalid")]) from None
    if _SUSPICIOUS.search(text) and (faults := _faults(document)):
        raise InvalidError(faults)
    return document


def _whole(text: str) -> int:
    _check_length(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    _check_length(text)
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number has an exponent that no number here can have") from None


def _check_length(text: str) -> None:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(text)} digits")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError(f"the key {_first_repeated(pairs)[:80]!r} is given more than once")
    return document


def _first_repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    return ""


# Made once: a million lines of NDJSON are a million texts.
_decoder = json.JSONDecoder(
    parse_float=_decimal,
    parse_int=_whole,
    parse_constant=_refuse_constant,
    object_pairs_hook=_without_repeats,
)


def _faults(document: Any) -> list[Fault]:
    """The first texts that the database cannot hold."""
    sentence = "Text cannot hold NUL or a lone surrogate"
    found = (Fault(loc, sentence, "string_unicode") for text, loc in _texts(document) if not is_storable(text))
    return list(islice(found, MOST_FAULTS))


def _texts(document: Any) -> Iterator[tuple[str, Loc]]:
    """All texts of a document, keys too, and where they are. Not by recursion: the document may be deep."""
    open_parts: list[Iterator[tuple[Any, Loc]]] = [iter([(document, ("body",))])]
    while open_parts:
        found = next(open_parts[-1], None)
        if found is None:
            open_parts.pop()
        elif isinstance(found[0], str):
            yield found
        elif isinstance(found[0], dict | list):
            open_parts.append(_parts(*found))


def _parts(value: dict[str, Any] | list[Any], loc: Loc) -> Iterator[tuple[Any, Loc]]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield inner, (*loc, index)
        return
    for key, inner in value.items():
        place = (*loc, printable(key))
        yield key, place
        yield inner, place


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: it has neither NUL nor half of a surrogate pair."""
    return not _UNSTORABLE.search(text)


def printable(text: str, *, longest: int = 100) -> str:
    """Text from a client as an error can repeat it: short, without NUL and lone surrogates."""
    return text[:longest].encode("utf-8", "replace").decode().replace("\0", "?")
