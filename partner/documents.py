"""Documents as bytes: written in one way only, in their two variants, each with its ETag [P6]."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Computed:
    """What a builder makes: the document without its time stamps, and the instant of its newest input."""

    content: Mapping[str, Any]
    data_through: datetime | None


class Representation(NamedTuple):
    """A variant as it goes over the wire: its bytes, their strong tag, and their content coding, if any."""

    data: bytes
    etag: str
    coding: str | None


@dataclass(frozen=True)
class Variant:
    """A body, its quoted ETag, and the body as gzip packs it where that was prepared."""

    body: str
    etag: str
    packed: bytes | None = None

    @cached_property
    def plain(self) -> Representation:
        """As it is."""
        return Representation(self.body.encode(), self.etag, None)

    @cached_property
    def gzipped(self) -> Representation:
        """Packed: other bytes, so another tag (RFC 9110, 8.8.3.3)."""
        return Representation(self.packed or packed(self.body), f'{self.etag[:-1]}-gzip"', "gzip")

    @property
    def size(self) -> int:
        """How many characters it has, roughly what keeping it costs."""
        return len(self.body)


@dataclass(frozen=True)
class Edition:
    """A published document: the variant for while it is fresh, and the one for `stale_from` on, if that ever comes."""

    fresh: Variant
    published_at: datetime
    checked_at: datetime
    next_at: datetime
    stale: Variant | None = None
    stale_from: datetime | None = None

    def current(self, now: datetime) -> tuple[Variant, datetime]:
        """The variant that holds now, and since when."""
        if self.stale and self.stale_from and self.stale_from <= now:
            return self.stale, self.stale_from
        return self.fresh, self.published_at


def rounded(number: Decimal | None) -> float | None:
    """A number as documents hold it: rounded at the very end, to six decimals; null stays null."""
    return None if number is None else float(number.quantize(MICRO)) + 0.0


def instant_text(instant: datetime | None) -> str | None:
    """`2026-05-30T03:39:39Z`, with a fraction only where there is one."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def assembled(computed: Computed, *, generated_at: datetime, stale: bool) -> dict[str, Any]:
    """The whole document: whose it is, how old it is, and then its content."""
    content = dict(computed.content)
    return {
        "site_id": content.pop("site_id"),
        "generated_at": instant_text(generated_at),
        "data_through": instant_text(computed.data_through),
        "stale": stale,
        **content,
    }


def variant_of(document: Mapping[str, Any]) -> Variant:
    """The document's one way of being written, and the tag that is made of it."""
    body = _canonical(document)
    return Variant(body=body, etag=etag_of(body))


def packed(body: str) -> bytes:
    """A body as gzip packs it, the same bytes each time."""
    return gzip.compress(body.encode(), compresslevel=6, mtime=0)


def etag_of(body: str) -> str:
    """The quoted tag of a body."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def digest_of_content(content: Mapping[str, Any]) -> str:
    """What two documents of the same content have in common, whenever they were computed."""
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
