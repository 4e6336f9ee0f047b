"""Reading JSON as strictly as [C2], [C3] and [C4] want it."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest

from config.api.json_text import parse_json
from config.errors import InvalidError

DEEPER_THAN_PYTHON_READS = b"[" * 100_000


def loc_and_kind(content: bytes) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(InvalidError) as refused:
        parse_json(content)
    return [(fault.loc, fault.type) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b' [1, "2", null, true] \n', [1, "2", None, True]),
        (b'"\xc3\xbc \\u00fc \\ud83d\\udca5"', "ü ü 💥"),
        (b"0.1", Decimal("0.1")),
        (b"1E-7", Decimal("1E-7")),
        (b"-0.0", Decimal("-0.0")),
        (b"1e400", Decimal("1e400")),
        (b"12345678901234567890123", 12345678901234567890123),
        (b'"\\\\u0000"', "\\u0000"),
    ],
)
def test_json_is_read_exactly(content: bytes, document: Any) -> None:
    """[C2]: decimals as they were sent, text of any language."""
    assert parse_json(content) == document


def test_decimals_do_not_pass_through_binary_numbers() -> None:
    assert str(parse_json(b"0.1000000000000000055511151231257827")) == "0.1000000000000000055511151231257827"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"NaN",
        b"-Infinity",
        b"[1e99999999999999999999]",
        b"[1e-99999999999999999999]",
        b"9" * 201,
        b"0." + b"1" * 200,
        b'"a\x00b"',
        b'"line\nbreak"',
        b"\xef\xbb\xbf{}",
        b"{} {}",
        DEEPER_THAN_PYTHON_READS,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_json_is_refused_as_a_whole(content: bytes) -> None:
    """[C3]: 422 at `body`, never a crash."""
    assert loc_and_kind(content) == [(("body",), "json_invalid")]


def test_an_empty_body_is_not_taken_for_an_empty_object() -> None:
    assert loc_and_kind(b"") == [(("body",), "missing")]


@pytest.mark.parametrize(
    ("content", "position"), [(b'"\xff"', 1), (b'{"a": "\xed\xa0\x80"}', 7), (b"\xff\xfe{\x00}\x00", 0)]
)
def test_what_is_not_utf_8_is_refused_at_its_first_wrong_byte(content: bytes, position: int) -> None:
    """[C2]"""
    assert loc_and_kind(content) == [(("body", position), "json_invalid")]


@pytest.mark.parametrize(
    "content", [b'{"a": 1, "a": 1}', b'[{"b": {"a": 1, "c": 2, "a": 3}}]', b'{"a": 1, "\\u0061": 2}']
)
def test_a_repeated_key_is_refused(content: bytes) -> None:
    """[C4]: whichever of the two was meant."""
    with pytest.raises(InvalidError, match="'a' is given more than once"):
        parse_json(content)


def test_finding_a_repeated_key_among_many_takes_no_time() -> None:
    """A hundred thousand keys took minutes when each was counted among all."""
    keys = [f'"k{number}": 0' for number in range(100_000)]
    started = time.monotonic()
    loc_and_kind(("{" + ",".join([*keys, keys[-1]]) + "}").encode())
    assert time.monotonic() - started < 10


def test_text_that_cannot_be_stored_is_refused_where_it_stands() -> None:
    content = b'{"a": ["x", "\\u0000"], "b": {"c": "\\ud800"}, "\\udfff": 1, "d": "\\ud83d\\ude00"}'
    assert loc_and_kind(content) == [
        (("body", "a", 1), "string_unicode"),
        (("body", "b", "c"), "string_unicode"),
        (("body", "?"), "string_unicode"),
    ]


def test_unstorable_text_deep_inside_is_found_without_recursion() -> None:
    depth = 900
    [(loc, kind)] = loc_and_kind(b"[" * depth + b'"\\u0000"' + b"]" * depth)
    assert len(loc) == depth + 1
    assert kind == "string_unicode"


def test_at_most_a_hundred_faults_are_named() -> None:
    """[C3]"""
    assert len(loc_and_kind(json.dumps(["\0"] * 5_000).encode())) == 100
