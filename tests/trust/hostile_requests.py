"""The hostile list as bytes of requests, endless and of every kind (tests/contract/hostile.py).

Kinds are the parts of a request that can be wrong: its query, an id, a body, a field or two, rows, a header, its key,
its framing, its address (tests/trust/hostile_wires.py). Each kind of each operation has its turn, so that any number of
them is a fair choice.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.contract import hostile
from tests.contract.operations import EVERY, Operation
from tests.granian import request
from tests.trust.hostile_wires import addresses, credentials, first_lines, framings, plausibles

HEADERS = (
    "Accept: text/html",
    "Accept: ;;;q=2",
    "Accept: " + ",".join(f"a/b{number}" for number in range(500)),
    "Accept-Encoding: br;q=x, gzip;q=1.5",
    "Authorization: Bearer",
    "Authorization: Basic bGVpdHN0YW5kOg==",
    "Authorization: Bearer \xff\xfe",
    "Content-Encoding: gzip",
    "Content-Length: 16777217",
    "Content-Type: application/json; charset*=bogus''x",
    "Cookie: sessionid=' OR 1=1; csrftoken=\x80",
    "Forwarded: for=unknown;host=evil.example",
    "Idempotency-Key: " + "a" * 300,
    "Idempotency-Key: \xff",
    'If-Match: "' + "a" * 3000 + '"',
    "If-Match: *, W/",
    "If-None-Match: ,,,",
    "If-None-Match: " + ",".join(f'"{number}"' for number in range(500)),
    "Origin: null",
    "Prefer: return=everything; wait=\x80",
    "Range: bytes=9-1,-",
    "X-Forwarded-Host: evil.example",
    "X-HTTP-Method-Override: DELETE",
    "Prefer: " + '\\"' * 8000,
    'Cookie: a="' + "\\" * 16000 + '"',
    'Content-Type: application/json; a="' + ";" * 16000,
    "X-Request-ID: a b\tc",
    "X-Request-ID: " + "9" * 4000,
)
OTHER_METHODS = ("TRACE", "OPTIONS", "PROPFIND", "BREW", "HEAD", "PUT", "POST", "DELETE")
MEDIA = "application/json"
SHARE = 0.1
PAIRS = 200


@dataclass(frozen=True)
class Sender:
    """Makes the bytes of requests: with this key for each of the two APIs, about these records."""

    keys: Mapping[str, str]
    ids: Mapping[str, str]

    def bytes_of(
        self, operation: Operation, target: str, *lines: str, content: bytes = b"", media: str = MEDIA, method: str = ""
    ) -> bytes:
        named = {one.partition(":")[0].strip() for line in lines for one in line.split("\r\n")}
        named |= {"X-API-Key"} if "Authorization" in named else set()
        key = self.keys["partner" if operation.is_partners else "api"]
        own = {"X-API-Key": key, "Content-Type": media, "Content-Length": str(len(content))}
        kept = [f"{name}: {value}" for name, value in own.items() if name not in named]
        return request(method or operation.method, target, *kept, *lines, body=content)

    def content(self, operation: Operation) -> bytes:
        return b"" if operation.example is None else json.dumps(operation.example).encode()


Kind = Callable[[Sender, Operation], Iterator[bytes]]


def queries(sender: Sender, operation: Operation) -> Iterator[bytes]:
    path, content = operation.path(sender.ids), sender.content(operation)
    for name in [*operation.query_parameters, "strange"]:
        needed = operation.query(sender.ids, leaving_out=name)
        for value in hostile.QUERY_VALUES:
            query = "&".join([*needed, f"{name}={value}"])
            yield sender.bytes_of(operation, f"{path}?{query}", content=content)
    for query in hostile.QUERIES:
        yield sender.bytes_of(operation, f"{path}?{query}", content=content)
    many = ",".join(f"DE_50HZ_MANY_{number}" for number in range(500))
    yield sender.bytes_of(operation, f"{path}?asset_ids={many}&latest=true")


def ids(sender: Sender, operation: Operation) -> Iterator[bytes]:
    for name in operation.names:
        template = operation.path({**sender.ids, name: "HOSTILE"})
        for text in hostile.IDS:
            yield sender.bytes_of(operation, template.replace("HOSTILE", text), content=sender.content(operation))


def bodies(sender: Sender, operation: Operation) -> Iterator[bytes]:
    if operation.may_have_content:
        for content in hostile.CONTENTS:
            yield sender.bytes_of(operation, operation.path(sender.ids), content=content)


def fields(sender: Sender, operation: Operation) -> Iterator[bytes]:
    if operation.example is not None:
        for document in hostile.spoiled(operation.example):
            content = json.dumps(document).encode()
            if len(content) < hostile_size():
                yield sender.bytes_of(operation, operation.path(sender.ids), content=content)


def rows(sender: Sender, operation: Operation) -> Iterator[bytes]:
    for media, example in operation.examples_of_rows.items():
        for content in (*hostile.CONTENTS, *hostile.spoiled_rows(example)):
            yield sender.bytes_of(operation, operation.path(sender.ids), content=content, media=media)


def headers(sender: Sender, operation: Operation) -> Iterator[bytes]:
    target, content = operation.address(sender.ids), sender.content(operation)
    for line in HEADERS:
        yield sender.bytes_of(operation, target, line, content=content)
    for media in hostile.MEDIA_TYPES:
        yield sender.bytes_of(operation, target, content=content, media=media)
    for method in OTHER_METHODS:
        if method.lower() not in taken(operation):
            yield sender.bytes_of(operation, target, content=content, method=method)
    yield sender.bytes_of(operation, operation.path(sender.ids) + "/", content=content)
    chunked = ("Transfer-Encoding: chunked", "Content-Length: 17")
    yield sender.bytes_of(operation, target, *chunked, content=b"11\r\n" + content[:17] + b"\r\n0\r\n\r\n")


def pairs(sender: Sender, operation: Operation) -> Iterator[bytes]:
    """Two parts of a document replaced at once, and one named twice."""
    if operation.example is None:
        return
    chance, path = random.Random(str(operation)), operation.path(sender.ids)
    places = list(hostile.places_of(operation.example))
    for _ in range(PAIRS):
        document = operation.example
        for place in sorted(chance.sample(places, min(2, len(places))), key=len, reverse=True):
            document = hostile.replaced(document, place, chance.choice(hostile.VALUES))
        yield sender.bytes_of(operation, path, content=json.dumps(document).encode())
    whole = json.dumps(operation.example)
    for name in {str(place[-1]) for place in places if isinstance(place[-1], str)}:
        twice = whole.replace(f'"{name}":', f'"{name}": 1, "{name}":')
        yield sender.bytes_of(operation, path, content=twice.encode())


KINDS: tuple[Kind, ...] = (
    *(queries, ids, bodies, fields, rows, headers, pairs),
    *(framings, first_lines, addresses, credentials, plausibles),
)


def hostile_size() -> int:
    """The 16 MiB that are read [B1]: more is refused unread, of which one is as good as many."""
    return 16 * 1024 * 1024


def taken(operation: Operation) -> set[str]:
    """The methods that the operation's address has."""
    return {one.method.lower() for one in EVERY if one.template == operation.template}


def requests(sender: Sender, lost: Mapping[str, str], *, seed: int) -> Iterator[bytes]:
    """Requests without an end: what deletes, or moves an asset on, is sent about the records that may be lost."""
    doomed = Sender(sender.keys, lost)
    turns = [(kind, operation) for kind in KINDS for operation in EVERY]
    random.Random(seed).shuffle(turns)

    def fresh(turn: tuple[Kind, Operation]) -> Iterator[bytes]:
        kind, operation = turn
        about = doomed if operation.method == "DELETE" or "/actions/" in operation.template else sender
        return kind(about, operation)

    turns = [turn for turn in turns if next(fresh(turn), None) is not None]
    chance = random.Random(seed)
    going = [_endless(turn, fresh, chance) for turn in turns]
    return (next(one) for one in cycle(going))


def _endless(turn: Any, fresh: Callable[[Any], Iterator[bytes]], chance: random.Random) -> Iterator[bytes]:
    # one in ten: from all over a list, however long it is, rather than its beginning
    while True:
        yield from (one for one in fresh(turn) if chance.random() < SHARE)
