"""What a web worker remembers of keys and snapshots, and how that is held against the database [P2] [P6].

Requests only read it. `refresh` reads everything in it anew in two statements, so whatever changed in the database is
seen by the next request after it; what was not changed costs no body. Nothing is remembered of what does not exist.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from config.database.statements import execute, fetch_rows, load_sql
from partner.documents import Edition
from partner.models import Snapshot
from partner.queries import edition_of

KEYS = load_sql("partner", "remembered_keys")
SNAPSHOTS = load_sql("partner", "remembered_snapshots")
NOTE_USES = load_sql("partner", "note_uses")
MOST_KEYS: Final = 10_000
MOST_BYTES: Final = 64 * 1024 * 1024
FORGOTTEN_AFTER: Final = 600.0  # seconds without a request
USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
BODIES_AT_ONCE: Final = 50


@dataclass(frozen=True)
class KnownKey:
    """A key that opens: `sites` has each site that it opens under all names that a partner may call it by."""

    id: int
    name: str
    rate_per_minute: int
    expires_at: datetime | None
    sites: Mapping[str, str]

    @property
    def actor(self) -> str:
        """As the key's record says it: calls are counted under one name, wherever they are answered."""
        return f"key:{self.name}#{self.id}"


@dataclass(frozen=True)
class Wish:
    """What Django has just answered, and what is therefore worth remembering."""

    digest: str
    site: str
    kind: str


class Memory:
    """Keys by their digests and editions by site and kind, as of the last refresh."""

    def __init__(self) -> None:
        self.keys: dict[str, KnownKey] = {}
        self.editions: dict[tuple[str, str], Edition] = {}
        self.asked_at: dict[Any, float] = {}  # when a key (its id) or an edition was last asked for
        self.clock = time.monotonic
        self._wishes: set[Wish] = set()
        self._noted_at: dict[int, float] = {}
        self._lock = Lock()

    def wish(self, digest: str, site: str, kind: str) -> None:
        """Remember this from the next refresh on; beyond a hundred between two refreshes it can wait."""
        if len(self._wishes) < 100:
            self._wishes.add(Wish(digest, site, kind))

    def refresh(self, *, now: datetime) -> None:
        """Hold all that is remembered, and what was wished for, against the database."""
        with self._lock:
            wishes, self._wishes = self._wishes, set()
            self._forget()
            keys = _keys_of({*self.keys, *(one.digest for one in wishes)}, now)
            if len(keys) > MOST_KEYS:
                keys = dict(list(keys.items())[:MOST_KEYS])
            self.keys = keys
            wanted = {(keys[one.digest].sites.get(one.site, ""), one.kind) for one in wishes if one.digest in keys}
            self.editions = self._current({*self.editions, *wanted})
            asked_for = [keys[one.digest].id for one in wishes if one.digest in keys]
            self.asked_at |= dict.fromkeys([*asked_for, *wanted], time.monotonic())
            self._note_uses(now)

    def _forget(self) -> None:
        """Drop what nobody has asked for lately."""
        before = time.monotonic() - FORGOTTEN_AFTER
        self.asked_at = {name: at for name, at in self.asked_at.copy().items() if at > before}
        self.keys = {digest: key for digest, key in self.keys.items() if key.id in self.asked_at}
        self.editions = {name: edition for name, edition in self.editions.items() if name in self.asked_at}

    def _current(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Edition]:
        """The editions as they are now; of those whose tag is as it was, only the stamps are read."""
        current: dict[tuple[str, str], Edition] = {}
        changed: list[tuple[str, str]] = []
        ordered = sorted(names)
        asked = {"site_ids": [site_id for site_id, _ in ordered], "kinds": [kind for _, kind in ordered]}
        for site_id, kind, etag, *stamps in fetch_rows(SNAPSHOTS, asked) if ordered else ():
            had = self.editions.get((site_id, kind))
            if had and had.fresh.etag == etag:
                current[site_id, kind] = _restamped(had, *stamps)
            else:
                changed.append((site_id, kind))
        size = sum(edition.fresh.size for edition in current.values())
        for start in range(0, len(changed), BODIES_AT_ONCE):
            for row in _rows(changed[start : start + BODIES_AT_ONCE]):
                edition = edition_of(row)
                size += edition.fresh.size
                if 4 * size <= MOST_BYTES:  # two variants, each as text and as bytes
                    current[row.site_id, row.kind] = edition
        return current

    def _note_uses(self, now: datetime) -> None:
        """Note which keys were used, each at most once a minute."""
        before = time.monotonic() - USE_IS_NOTED_EVERY.total_seconds()
        noted, asked = self._noted_at, self.asked_at
        used = [
            key.id
            for key in self.keys.values()
            if asked.get(key.id, 0.0) > noted.get(key.id, 0.0) and noted.get(key.id, -1e9) < before
        ]
        if used:
            execute(NOTE_USES, {"ids": used, "now": now, "before": now - USE_IS_NOTED_EVERY})
            self._noted_at |= dict.fromkeys(used, time.monotonic())


def _keys_of(digests: set[str], now: datetime) -> dict[str, KnownKey]:
    if not digests:
        return {}
    found = {}
    for digest, number, name, rate, expires_at, site_ids, public_names in fetch_rows(
        KEYS, {"digests": list(digests), "now": now}
    ):
        sites = {name: site_id for name, site_id in zip(public_names, site_ids, strict=True) if name}
        found[digest] = KnownKey(number, name, rate, expires_at, sites | dict(zip(site_ids, site_ids, strict=True)))
    return found


def _restamped(
    edition: Edition, checked_at: datetime, next_at: datetime, stale_from: datetime, published_at: datetime
) -> Edition:
    if (edition.checked_at, edition.next_at, edition.stale_from) == (checked_at, next_at, stale_from):
        return edition
    return replace(edition, checked_at=checked_at, next_at=next_at, stale_from=stale_from, published_at=published_at)


def _rows(names: Iterable[tuple[str, str]]) -> Iterable[Snapshot]:
    wanted = set(names)
    rows = Snapshot.objects.filter(
        site_id__in={site_id for site_id, _ in wanted},
        kind__in={kind for _, kind in wanted},
        published_at__isnull=False,
    )
    return [row for row in rows if (row.site_id, row.kind) in wanted]
