"""What the Partner API answers, decided from plain values in one place [P1] [P2] [P4] [P6].

Whoever serves (the documented view, or a layer in front of it) hands in what was asked and a `Source` that knows keys,
sites and snapshots. Nothing here asks the database or the clock.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final, Protocol, TypeVar

from config.api.conditional import none_match_fails
from config.api.content_coding import takes_gzip
from config.api.queries import NoQuery, parse_query
from config.api.rate_limit import Allowance
from config.errors import Fault, InvalidError
from partner.addresses import Address, SnapshotQuery
from partner.documents import Edition, Representation, Variant, etag_of, instant_text
from partner.narrowed import narrowed

JSON: Final = "application/json"
METHODS: Final = "GET, HEAD, OPTIONS"
ERRORS: Final = {
    400: "Invalid request",
    401: "Unauthorized",
    403: "Access denied",
    404: "Not found",
    405: "Method not allowed",
    408: "Invalid request",
    429: "Too many requests",
    500: "Service unavailable",
    503: "Service unavailable",
}
NO_VALID_KEY: Final = "A valid partner key in the x-api-key header is required."
NOT_PERMITTED: Final = "This key does not open this site."
NOT_COMPUTED: Final = "There is no snapshot of this kind for this site yet."
NO_SUCH_ADDRESS: Final = "There is nothing at this address."
ON_EVERY_ANSWER: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Retry-After, RateLimit, RateLimit-Policy, Snapshot-Checked-At, Snapshot-Next-At, X-Request-ID"
    ),
}
PREFLIGHT: Final = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "x-api-key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
ON_EVERY_SNAPSHOT: Final = {
    "Cache-Control": "private, no-cache",
    "Vary": "x-api-key, Accept-Encoding",
    **ON_EVERY_ANSWER,
}


@dataclass(frozen=True)
class Asked:
    """A request, as far as an answer depends on it; `query` is the query string as it came."""

    address: Address
    method: str
    query: str = ""
    key: str | None = None
    if_none_match: str | None = None
    accept_encoding: str | None = None


@dataclass(frozen=True)
class Answer:
    """What goes out."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        """The same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


Key = TypeVar("Key")


class Source(Protocol[Key]):
    """Where answers come from. `Key` is whatever the source knows a key by."""

    def key(self, text: str) -> Key | None:
        """The partner key of this text, if it opens anything now."""

    def take(self, key: Key) -> Allowance | None:
        """Count one call of the key; None where it has no limit, or nobody counts."""

    def site_id(self, key: Key, name: str) -> str | None:
        """The id of the site with this public name or id, if the key opens it."""

    def edition(self, site_id: str, kind: str, at: datetime | None) -> Edition | None:
        """What is published now, or was at that instant."""


def answer(asked: Asked, *, source: Source[Key], now: datetime) -> Answer:
    """The answer: 204 to a preflight; else 401, 405, 429, 400, 403, 404, 304 or 200, looked at in this order [P2]."""
    if asked.method == "OPTIONS":
        return Answer(204, headers={**PREFLIGHT, **ON_EVERY_ANSWER})
    decided = _to_whoever_has_a_key(asked, source, now)
    return _without_body(decided) if asked.method == "HEAD" else decided


def _to_whoever_has_a_key(asked: Asked, source: Source[Key], now: datetime) -> Answer:
    key = source.key(asked.key) if asked.key else None
    if key is None:
        return refusal(401, NO_VALID_KEY).with_headers({"WWW-Authenticate": 'ApiKey realm="Leitstand Partner API"'})
    if asked.method not in ("GET", "HEAD"):
        return not_allowed()
    allowance = source.take(key)
    if allowance is None:
        return _within_the_rate(asked, key, source, now)
    if allowance.exceeded:
        sentence = f"This key may call {allowance.limit} times a minute; Retry-After says when it may again."
        return refusal(429, sentence).with_headers(allowance.headers)
    return _within_the_rate(asked, key, source, now).with_headers(allowance.headers)


def _within_the_rate(asked: Asked, key: Key, source: Source[Key], now: datetime) -> Answer:
    try:
        query = asked.address.parsed(asked.query)
    except InvalidError as error:
        return misread(error)
    site_id = source.site_id(key, query.site_id)
    if site_id is None:
        return refusal(403, NOT_PERMITTED)
    kind = asked.address.kind_of(query)
    edition = source.edition(site_id, kind, query.at if isinstance(query, SnapshotQuery) else None)
    if edition is None:
        return refusal(404, NOT_COMPUTED)
    variant, since = edition.current(now)
    return _found(asked, narrowed(variant, kind=kind, query=query), _stamps(edition, since))


def _found(asked: Asked, variant: Variant, stamps: Mapping[str, str]) -> Answer:
    """200 in the coding that the client takes, or 304 where it has the variant in any."""
    if had := _representation_had(asked.if_none_match, variant):
        return Answer(304, headers={"ETag": had.etag, **ON_EVERY_SNAPSHOT, **stamps})
    chosen = variant.gzipped if takes_gzip(asked.accept_encoding) else variant.plain
    headers = {"Content-Type": JSON, "ETag": chosen.etag, **ON_EVERY_SNAPSHOT, **stamps}
    if chosen.coding:
        headers["Content-Encoding"] = chosen.coding
    return Answer(200, chosen.data, headers)


def _representation_had(if_none_match: str | None, variant: Variant) -> Representation | None:
    """Which of a variant's representations a client says that it has; either is as good as the other."""
    if not if_none_match:
        return None
    return next((one for one in (variant.plain, variant.gzipped) if none_match_fails(if_none_match, one.etag)), None)


def _stamps(edition: Edition, since: datetime) -> dict[str, str]:
    return {
        "Last-Modified": _http_date(since),
        "Snapshot-Checked-At": _seconds(edition.checked_at),
        "Snapshot-Next-At": _seconds(edition.next_at),
    }


def open_answer(method: str, decide: Callable[[], Answer]) -> Answer:
    """What needs no key: what is decided to GET and HEAD, 204 to a preflight, else 405."""
    if method == "OPTIONS":
        return Answer(204, headers={**PREFLIGHT, **ON_EVERY_ANSWER})
    if method not in ("GET", "HEAD"):
        return not_allowed()
    decided = decide()
    return _without_body(decided) if method == "HEAD" else decided


def schema_answer(text: str | None, *, method: str, query: str, if_none_match: str | None) -> Answer:
    """The JSON Schema of a kind, to everybody; None: there is no such kind [P8]."""
    return open_answer(method, lambda: _schema(text, query, if_none_match))


def _schema(text: str | None, query: str, if_none_match: str | None) -> Answer:
    try:
        parse_query(query, NoQuery)
    except InvalidError as error:
        return misread(error)
    if text is None:
        return refusal(404, "There is no schema of this kind.")
    etag = etag_of(text)
    headers = {"ETag": etag, "Cache-Control": "public, no-cache", **ON_EVERY_ANSWER}
    if none_match_fails(if_none_match, etag):
        return Answer(304, headers=headers)
    return Answer(200, text.encode(), {"Content-Type": JSON, **headers})


def refusal(status: int, detail: str) -> Answer:
    """An error in the Partner API's shape."""
    body = json.dumps({"error": ERRORS[status], "detail": detail}).encode()
    return Answer(status, body, {"Content-Type": JSON, "Cache-Control": "no-store", **ON_EVERY_ANSWER})


def misread(error: InvalidError) -> Answer:
    """400, with the first fault of the query."""
    return refusal(400, _sentence(error.faults[0]))


def not_allowed() -> Answer:
    """405."""
    return refusal(405, "Only GET, HEAD and OPTIONS are allowed here.").with_headers({"Allow": METHODS})


def unavailable() -> Answer:
    """503."""
    return refusal(503, "The data is not available now; try again.").with_headers({"Retry-After": "1"})


def _without_body(decided: Answer) -> Answer:
    if decided.status == 304:
        return decided
    return replace(decided, body=b"").with_headers({"Content-Length": str(len(decided.body))})


def _sentence(fault: Fault) -> str:
    name = fault.loc[-1] if len(fault.loc) > 1 else "The query"
    if fault.type == "missing":
        return f"{name} is required"
    if fault.type == "extra_forbidden":
        return f"{name} is not a parameter of this endpoint"
    return f"{name}: {fault.msg}"


@lru_cache(maxsize=4096)
def _http_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)


@lru_cache(maxsize=4096)
def _seconds(instant: datetime) -> str:
    return str(instant_text(instant.replace(microsecond=0)))
