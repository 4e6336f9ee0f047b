"""What clients send when they are broken, curious or worse. None of it may cause a 5xx or a page [C3]."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

# Values of a query parameter, percent-encoded as they are sent.
QUERY_VALUES = (
    "",
    "%20",
    "%00",
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "%F0%9F%92%A5",
    "0",
    "-1",
    "%2B5",
    "5.0",
    "1e3",
    "1001",
    "1000000000",
    "9223372036854775808",
    "9" * 400,
    "%D9%A3",
    "%EF%BC%95",
    "NaN",
    "true",
    "null",
    "[]",
    "{}",
    ",",
    "a,,b",
    "..%2F..",
    "'%20OR%201=1--",
    "%3Cscript%3E",
    "%0D%0AX-Evil:%201",
    "2026-02-30",
    "2026-W18-5",
    "2026-05-01T00:00:00",
    "2026-05-01T24:00:01Z",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "a" * 5000,
    "2026-05-01T00:00:00+00:00",
    "2026-05-01T00:00:00Z%00",
    "%C3%28",
    "%u0041",
    "%2500",
    "%E2%80%AE",
    "eyJhIjoxfQ",
    "eyJhIjoxfQ:1vXyZa:c2lnbmF0dXJl",
    "W10",
    "-9223372036854775809",
    "4611686018427387905",
)
# Whole queries.
QUERIES = ("=", "&&&", "=&=", "%", "%zz", "a=1;b=2", "\xff", "&".join(f"p{number}=1" for number in range(2000)))
# Ids in paths, percent-encoded.
IDS = (
    "%00",
    "a%00b",
    "%FF",
    "%F0%9F%92%A5",
    "%0A",
    "%0D%0AX-Evil:1",
    "%20",
    ".",
    "%2E%2E",
    "a" * 5000,
    "9" * 400,
    "-",
    "'--",
    "%25%30%30",
    "*",
    "{asset_id}",
    "<key>",
)
# Bodies that are no JSON object of ours, as bytes.
CONTENTS = (
    b"",
    b" ",
    b"\x00",
    b"{",
    b"}",
    b"nul",
    b"null",
    b"true",
    b"0",
    b'""',
    b"[]",
    b"{}",
    b"[[]]",
    b'{"":1}',
    b'{"a":1,"a":1}',
    b'{"name":"a","name":"b"}',
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":-Infinity}',
    b'{"a":1e400}',
    b'{"a":1e99999999999999999999}',
    b'{"a":-1e-99999999999999999999}',
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":0.' + b"1" * 5000 + b"}",
    b'{"a":"\\u0000"}',
    b'{"\\u0000":1}',
    b'{"a":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"a":"\x00"}',
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    "{}".encode("utf-16"),
    b"[" * 100_000,
    b"[" * 900 + b'"\\u0000"' + b"]" * 900,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b"{'a':1}",
    b"{a:1}",
    b'{"a":1,}',
    b"// {}",
    b"a=1&b=2",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
    b"<?xml version='1.0'?><a/>",
    b"[" + b"1," * 20_000 + b"1]",
    b"{" + b",".join(b'"k%d":1' % number for number in range(5_000)) + b"}",
)
MEDIA_TYPES = (
    "",
    "text/plain",
    "text/json",
    "application/json; charset=latin-1",
    "application/json; charset=utf-16",
    "application/json, application/json",
    "application/merge-patch+json",
    "application/vnd.api+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "*/*",
    "json",
    ";",
)
# What a field of a body can be replaced with.
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    0.5,
    10**18,
    10**30,
    -(10**30),
    0.1234567,
    1e-7,
    "",
    " ",
    "0",
    "-0",
    "1e5",
    "1e999",
    "NaN",
    "Infinity",
    "\u0663",
    "5 ",
    "true",
    "null",
    "a\tb",
    "\0",
    "a\0b",
    "\ud800",
    "a\udfffb",
    "1_000",
    "\u22121",
    2**63,
    -(2**63) - 1,
    2**64,
    "\u202e",
    "\U0001f4a5" * 300,
    "a" * 5000,
    "'; DROP TABLE assets_asset; --",
    "{}",
    "{0}",
    "%s",
    "2026-05-01",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-05-01T00:00:00",
    "2026-05-01T00:00:00Z",
    "2026-05-01T00:07:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "24:00",
    "25:00",
    [],
    [None],
    [[]],
    ["a"] * 2,
    ["a"] * 600,
    {},
    {"value": "1", "unit": "MW"},
    {"value": "1e40", "unit": "MWh"},
    {"value": {"value": "1", "unit": "MW"}, "unit": "MW"},
    {"value": "1", "unit": "MW", "": 1},
    {"value": "1_0", "unit": "mw"},
    {"value": None, "unit": None},
    {"value": "1", "unit": "furlong"},
    {"a": {"b": {"c": []}}},
)


def spoiled(example: Any) -> Iterator[Any]:
    """The example with each of its parts replaced by each of the values, left out, and joined by a stranger."""
    for place in places_of(example):
        for value in VALUES:
            yield replaced(example, place, value)
        yield without(example, place)
    for place in [(), *places_of(example)]:
        if isinstance(found := at(example, place), dict):
            yield replaced(example, place, {**found, "strange": 1})
        if isinstance(found, list) and found:
            yield replaced(example, place, found * 2)
            yield replaced(example, place, found * 20_000)


def places_of(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of all parts of a document, the document itself aside."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in parts:
        yield (*place, name)
        yield from places_of(inner, (*place, name))


def at(value: Any, place: tuple[str | int, ...]) -> Any:
    """The part at a place."""
    for name in place:
        value = value[name]
    return value


def replaced(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    """A copy with another part at a place."""
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(value[place[0]], place[1:], new)
    return copy


def without(value: Any, place: tuple[str | int, ...]) -> Any:
    """A copy without the part at a place."""
    owner = at(value, place[:-1]).copy()
    del owner[place[-1]]
    return replaced(value, place[:-1], owner)


def spoiled_rows(example: bytes) -> Iterator[bytes]:
    """The example of a body of rows with each piece replaced, cut, doubled or quoted as no file should be."""
    separators = b",:\r\n"
    starts = [0, *(index + 1 for index, byte in enumerate(example) if byte in separators), len(example)]
    for start, end in pairwise(starts):
        for piece in (b"", b"\x00", b"\xff", b'"', b'""', b"\\u0000", b"1e999", b"NaN", b"null", b"9" * 400):
            yield example[:start] + piece + example[end:]
        yield example[:end]
    yield from (example * 2, example * 300, example[::-1], b"\r\n" + example, example + b"\r\n\r\n", example + b'"')
    yield example.replace(b"\n", b"\r")
    yield b"\xef\xbb\xbf" + example
    yield example.rstrip() + b"x" * 100_000
