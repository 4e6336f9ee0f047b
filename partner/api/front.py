"""The thin layer in front of Django: answers requests for snapshots from memory [P2] [P6].

What is answered is decided by partner/answers.py, as it is for the documented views behind it. What is not in memory is
handed on to them; what they have answered is in memory for the next. docs/adr/0019 says what this may know.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from config.api import browser_features
from config.api.rate_limit import Allowance, leases
from config.api.request_id import log_answer, request_id_of
from config.errors import InvalidError
from partner.addresses import ADDRESSES
from partner.answers import Asked, answer
from partner.api.keeper import Keeper
from partner.api.source import COUNTED
from partner.documents import Edition
from partner.keys import PARTNER_PREFIX, digest_of, is_well_formed
from partner.memory import KnownKey, Memory

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

BY_PATH: Final = {f"/partner/{name}": address for name, address in ADDRESSES.items()}
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
STATUS_LINES: Final = {one.value: f"{one.value} {one.phrase}" for one in HTTPStatus}
REMEMBERED: Final = frozenset({"200", "304"})
MOST_LINES: Final = 200  # of the log between two refreshes; what is beyond is counted


class NotInMemory(Exception):  # noqa: N818  no error: Django answers
    """What was asked for has to be looked up."""


class Remembered:
    """Where one answer comes from: keys, sites and snapshots in memory, and the rates' leases."""

    __slots__ = ("counted", "memory", "now")

    def __init__(self, memory: Memory, now: datetime) -> None:
        self.memory = memory
        self.now = now
        self.counted: Allowance | None = None

    def key(self, text: str) -> KnownKey | None:
        """The partner key of this text; None for what cannot be one."""
        found = self.memory.keys.get(_digest(text))
        if found is None:
            if is_well_formed(text, prefix=PARTNER_PREFIX):
                raise NotInMemory
            return None
        if found.expires_at and found.expires_at <= self.now:
            return None
        self.memory.asked_at[found.id] = self.memory.clock()
        return found

    def take(self, key: KnownKey) -> Allowance | None:
        """Count one call of the key; None where it has no limit, or Redis is gone."""
        if key.rate_per_minute:
            self.counted = leases().take(key.actor, limit=key.rate_per_minute)
        return self.counted

    def site_id(self, key: KnownKey, name: str) -> str | None:
        """The id of the site with this public name or id, if the key opens it."""
        return key.sites.get(name)

    def edition(self, site_id: str, kind: str, at: datetime | None) -> Edition | None:
        """What is published now; past versions are the database's."""
        found = None if at else self.memory.editions.get((site_id, kind))
        if found is None:
            raise NotInMemory
        self.memory.asked_at[site_id, kind] = self.memory.clock()
        return found


class SnapshotsFirst:
    """A WSGI application: snapshots from memory, everything else from the one behind it."""

    def __init__(self, behind: Application, *, memory: Memory, keep_fresh: Callable[[], None]) -> None:
        self.behind = behind
        self.memory = memory
        self.keep_fresh = keep_fresh
        self.lines: deque[tuple[str, str, str, int]] = deque(maxlen=MOST_LINES)
        self.answered = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        address = BY_PATH.get(environ["PATH_INFO"])
        if address is None or not _is_plain(environ):
            return self.behind(environ, start_response)
        self.keep_fresh()
        now = datetime.now(UTC)
        source = Remembered(self.memory, now)
        asked = Asked(
            address=address,
            method=environ["REQUEST_METHOD"],
            query=environ.get("QUERY_STRING", ""),
            key=environ.get("HTTP_X_API_KEY"),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING"),
        )
        try:
            decided = answer(asked, source=source, now=now)
        except NotInMemory:
            environ[COUNTED] = source.counted
            return self.behind(environ, self._remembering(asked, start_response))
        request_id = request_id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        headers = [*decided.headers.items(), *_of_every_answer(), ("X-Request-ID", request_id)]
        if decided.status not in (204, 304) and "Content-Length" not in decided.headers:
            headers.append(("Content-Length", str(len(decided.body))))
        start_response(STATUS_LINES[decided.status], headers)
        self.answered += 1
        self.lines.append((request_id, asked.method, environ["PATH_INFO"], decided.status))
        return (decided.body,)

    def write_log(self) -> None:
        """The lines of what was answered since the last time: of many the last, and how many they were."""
        lines, self.lines = self.lines, deque(maxlen=MOST_LINES)
        answered, self.answered = self.answered, 0
        for request_id, method, path, status in lines:
            log_answer(request_id, method=method, path=escape_uri_path(path), status=status)
        if answered > len(lines):
            log_answer("-", method="ANY", path=f"{answered - len(lines)} more snapshots", status=200)

    def _remembering(self, asked: Asked, start_response: StartResponse) -> StartResponse:
        """`start_response` that wishes for what Django answers, so that the next is answered here."""

        def start(status: str, *rest: Any) -> Any:
            if status[:3] in REMEMBERED and asked.key:
                try:
                    query = asked.address.parsed(asked.query)
                except InvalidError:
                    return start_response(status, *rest)
                self.memory.wish(digest_of(asked.key), query.site_id, asked.address.kind_of(query))
            return start_response(status, *rest)

        return start


_digest = lru_cache(maxsize=1024)(digest_of)  # who polls sends the same key again and again


def in_front_of(behind: Application) -> SnapshotsFirst:
    """The layer before an application, with a memory of its own that is kept fresh in each process that serves."""
    memory = Memory()
    reader = Keeper("snapshots", lambda: memory.refresh(now=timezone.now()))

    def keep_fresh() -> None:
        reader.start()
        writer.start()

    front = SnapshotsFirst(behind, memory=memory, keep_fresh=keep_fresh)
    writer = Keeper("snapshot log", front.write_log)
    return front


def _is_plain(environ: Environ) -> bool:
    """Whether this is a request that Django would let through to the view as it is: its method, host and scheme."""
    return (
        environ["REQUEST_METHOD"] in METHODS
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and _is_ours(environ.get("HTTP_HOST", ""))
        and (not settings.HTTPS or environ.get("HTTP_X_FORWARDED_PROTO") == "https")
    )


@lru_cache(maxsize=256)
def _is_ours(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(maxsize=1)
def _of_every_answer() -> tuple[tuple[str, str], ...]:
    """What Django's middlewares say with every answer under /partner."""
    said = [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
        (browser_features.HEADER, browser_features.POLICY),
    ]
    if settings.SECURE_HSTS_SECONDS:
        said.append(
            ("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload")
        )
    return tuple(said)
