"""Documents as filters leave them, made from the stored bytes and kept for who asks again [P5]."""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

from partner.documents import Variant, variant_of
from partner.filters import FILTERS, SiteQuery

MOST_KEPT: Final = 1_000
MOST_BYTES: Final = 32 * 1024 * 1024


class Kept:
    """The last variants that were made, at most so many and so large in all; a client cannot fill more than this."""

    def __init__(self, *, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes = most, most_bytes
        self.bytes = 0
        self._found: OrderedDict[Hashable, Variant] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Hashable, make: Callable[[], Variant]) -> Variant:
        """What is kept under the key, else what is made now."""
        with self._lock:
            if found := self._found.get(key):
                self._found.move_to_end(key)
                return found
        made = make()
        with self._lock:
            if key not in self._found:
                self._found[key] = made
                self.bytes += made.size
            while len(self._found) > self.most or self.bytes > self.most_bytes:
                _, dropped = self._found.popitem(last=False)
                self.bytes -= dropped.size
        return made


KEPT: Final = Kept()


def narrowed(variant: Variant, *, kind: str, query: SiteQuery) -> Variant:
    """What the query's filters leave of a variant, as bytes with their own tag."""
    found = FILTERS.get(kind)
    arguments = found.chosen(query) if found else {}
    if not (found and arguments):
        return variant

    def make() -> Variant:
        return variant_of(found.narrow(json.loads(variant.body), **arguments))

    return KEPT.get((kind, variant.etag, *sorted(arguments.items())), make)
