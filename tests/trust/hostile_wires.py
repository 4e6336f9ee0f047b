"""What is hostile about a request beneath its content: its framing, its address, its credentials.

Each yields bytes for one operation; some are no HTTP at all, which the web server refuses before Leitstand sees it.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from tests.contract import plausible
from tests.contract.operations import Operation


class Sends(Protocol):
    """Who makes the bytes of requests (tests/trust/hostile_requests.py)."""

    @property
    def keys(self) -> Mapping[str, str]:
        """The key for each of the two APIs."""

    @property
    def ids(self) -> Mapping[str, str]:
        """The records that requests are about."""

    def bytes_of(
        self, operation: Operation, target: str, *lines: str, content: bytes = b"", media: str = "", method: str = ""
    ) -> bytes:
        """A request with these header lines in the place of its own."""

    def content(self, operation: Operation) -> bytes:
        """The operation's example."""


LENGTHS = ("+2", "-1", "0x2", "2.0", "2, 2", "1e1", "", " ", "9" * 40, "\xb2", "None", "2;x", "18446744073709551618")
CODINGS = (
    "chunked",
    "Chunked",
    "identity",
    "gzip, chunked",
    "chunked, chunked",
    "xchunked",
    "chunked;q=1",
    "\x0bchunked",
)
CHUNKS = (
    b"2\r\n{}\r\n0\r\n\r\n",
    b"2;ext=" + b"a" * 2000 + b"\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}\r\n0\r\nX-Api-Key: trailer\r\n\r\n",
    b"zz\r\n{}\r\n0\r\n\r\n",
    b"-2\r\n{}\r\n0\r\n\r\n",
    b"0x2\r\n{}\r\n0\r\n\r\n",
    b"ffffffffffffffffff\r\n{}\r\n",
    b"0\r\n\r\n",
    b"\r\n",
)
LINES = (
    "Expect: 100-continue",
    "Expect: 200-ok",
    "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    "X-Folded: a\r\n b",
    "X-Nul: a\x00b",
    "X-Bell: a\x07b",
    "No-Colon",
    "Space : a",
    ": nameless",
    "X-\xff: a",
    "Host: localhost",
    "Host: evil.example",
    "TE: trailers, deflate;q=0.5",
    "Max-Forwards: 0",
    "Range: bytes=0-0",
    'If-Range: W/"x"',
    "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
    "If-Modified-Since: never",
    "Accept-Language: " + "de," * 3000,
    "Accept-Charset: utf-16",
    "Accept: application/json;q=0",
    "Accept: application/*;q=0.001, */*;q=0",
    "Accept: text/csv;q=1, application/x-ndjson;q=0.9, */*;q=0",
    "Accept: " + "*/*," * 3000,
    "Access-Control-Request-Method: DROP\r\nOrigin: https://a.example\r\nAccess-Control-Request-Headers: "
    + "x," * 2000,
    "Cookie: " + "; ".join(f"c{number}=1" for number in range(2000)),
    "X-CSRFToken: \x80\r\nCookie: csrftoken=a; sessionid=a",
    "Traceparent: 00-zz-zz-zz\r\nBaggage: " + "a" * 9000,
    "X-Forwarded-For: " + "1.2.3.4, " * 1000,
    "X-Forwarded-Proto: javascript",
    "Date: tomorrow",
    "\r\n".join(f"X-Many-{number}: 1" for number in range(90)),
    "\r\n".join(f"X-Too-Many-{number}: 1" for number in range(2000)),
    "X-Long: " + "a" * 300_000,
)
FIRST_LINES = (
    "{method} {target} HTTP/1.0",
    "{method} {target} HTTP/0.9",
    "{method} {target} HTTP/1.9",
    "{method} {target} HTTP/3.0",
    "{method} {target}",
    "{method}  {target}  HTTP/1.1",
    "{method}\t{target}\tHTTP/1.1",
    "{lower} {target} HTTP/1.1",
    "{method} http://localhost{target} HTTP/1.1",
    "{method} https://evil.example{target} HTTP/1.1",
    "{method} * HTTP/1.1",
    "{method} localhost:80 HTTP/1.1",
    "CONNECT localhost:80 HTTP/1.1",
    "{method} {target}#part HTTP/1.1",
    "{method} {bare} HTTP/1.1",
    "M\x00 {target} HTTP/1.1",
    "\xff {target} HTTP/1.1",
    "PRI * HTTP/2.0",
    "\x16\x03\x01\x02\x00\x01",
)


def framings(sender: Sends, operation: Operation) -> Iterator[bytes]:
    """How long a body says that it is, and what stands around the headers that matter."""
    target, content = operation.address(sender.ids), sender.content(operation) or b"{}"
    if operation.may_have_content:
        for length in LENGTHS:
            yield sender.bytes_of(operation, target, f"Content-Length: {length}", content=content)
        yield sender.bytes_of(operation, target, "Content-Length: 2\r\nContent-Length: 2", content=b"{}")
        yield sender.bytes_of(operation, target, "Content-Length: 2\r\nContent-Length: 3", content=b"{}")
        for coding in CODINGS:
            yield _chunked(sender, operation, target, coding, b"2\r\n{}\r\n0\r\n\r\n")
        for chunks in CHUNKS:
            yield _chunked(sender, operation, target, "chunked", chunks)
    for line in LINES:
        yield sender.bytes_of(operation, target, line, content=content if operation.may_have_content else b"")


def _chunked(sender: Sends, operation: Operation, target: str, coding: str, chunks: bytes) -> bytes:
    made = sender.bytes_of(operation, target, f"Transfer-Encoding: {coding}", content=chunks)
    return made.replace(b"Content-Length: %d\r\n" % len(chunks), b"")


def first_lines(sender: Sends, operation: Operation) -> Iterator[bytes]:
    """What is no request line, or one of another time."""
    target, content = operation.address(sender.ids), sender.content(operation)
    _, _, rest = sender.bytes_of(operation, target, content=content).partition(b"\r\n")
    words = {"method": operation.method, "lower": operation.method.lower(), "target": target, "bare": target[1:]}
    for line in FIRST_LINES:
        yield line.format(**words).encode("latin-1") + b"\r\n" + rest
    yield b"\r\n\r\n" + sender.bytes_of(operation, target, content=content)
    yield sender.bytes_of(operation, target, content=content).replace(b"\r\n", b"\n")


def addresses(sender: Sends, operation: Operation) -> Iterator[bytes]:
    """What looks like the address of an operation."""
    path, _, query = operation.address(sender.ids).partition("?")
    likes = (
        f"/{path}",
        path.replace("/", "//"),
        f"{path}/.",
        f"{path}/..",
        f"{path}/%2e%2e/",
        f"{path}/../../etc/passwd",
        path.replace("/", "/./"),
        path.replace("/", "%2F"),
        path.replace("/", "\\"),
        f"{path};x=1",
        f"{path}%20",
        f"{path}%00",
        f"{path}%0A",
        f"{path}%2F",
        f"{path}.json",
        f"{path}%",
        f"{path}%zz",
        f"{path}%C0%AF",
        f"{path}/%FF",
        f"{path}/{'a' * 6000}",
        f"{path}/{'a/' * 1500}",
        path.upper(),
        path.title(),
        f"/%C3%A4{path}",
        f"/static{path}",
        f"/static/..{path}",
        "/static/%2e%2e/%2e%2e/manage.py",
        "/static/%00",
    )
    for like in likes:
        yield sender.bytes_of(operation, f"{like}?{query}" if query else like, content=sender.content(operation))


def credentials(sender: Sends, operation: Operation) -> Iterator[bytes]:
    """What looks like a key, or is one in the wrong place, or is one of two."""
    own, other = (sender.keys[name] for name in (("partner", "api") if operation.is_partners else ("api", "partner")))
    spoiled = (
        own[:-1],
        f"{own[:-1]}{'a' if own[-1] != 'a' else 'b'}",
        f"{own} ",
        f"{own},{own}",
        f'"{own}"',
        own.upper(),
        own.partition("_")[0] + "_",
        f"{own}\xa0",
        f"{own}%00",
        other,
        "lst_" + "0" * 39,
        "lst_" + "a" * 8000,
        "\xe9" * 40,
        "",
    )
    target, content = operation.address(sender.ids), sender.content(operation)
    for text in spoiled:
        yield sender.bytes_of(operation, target, f"X-API-Key: {text}", content=content)
        yield sender.bytes_of(operation, target, f"Authorization: Bearer {text}", content=content)
    for line in (
        f"Authorization: bearer   {own}",
        f"Authorization: Basic {own}",
        f"Authorization: {own}",
        f"Authorization: Digest username={own}",
        f"X-API-Key: {own}\r\nX-API-Key: {other}",
        f"X-API-Key: {other}\r\nx-api-key: {own}",
        f"X_API_Key: {own}",
        f"Cookie: sessionid={own}; x-api-key={own}",
        f"Authorization: Bearer {other}\r\nAuthorization: Bearer {own}",
    ):
        yield sender.bytes_of(operation, target, line, content=content)
    yield sender.bytes_of(operation, f"{target}{'&' if '?' in target else '?'}x-api-key={own}", content=content)


def plausibles(sender: Sends, operation: Operation) -> Iterator[bytes]:
    """What looks right and is not (tests/contract/plausible.py)."""
    if operation.example is not None:
        for _, content in plausible.wrong_documents(operation):
            yield sender.bytes_of(operation, operation.path(sender.ids), content=content)
    for _, address in plausible.wrong_queries(operation, sender.ids):
        yield sender.bytes_of(operation, address, content=sender.content(operation))
