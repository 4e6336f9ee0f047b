"""Which content codings a client takes (RFC 9110, 12.5.3)."""

import re
from functools import lru_cache
from typing import Final

LONGEST: Final = 200  # characters that are looked at; no client lists more codings than fit
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def takes_gzip(header: str | None) -> bool:
    """Whether an Accept-Encoding takes gzip, and likes the body as it is no better.

    >>> takes_gzip("gzip, deflate"), takes_gzip("*"), takes_gzip("gzip;q=0"), takes_gzip("gzip;q=0.5, identity")
    (True, True, False, False)
    """
    return header is not None and len(header) <= LONGEST and _takes_gzip(header)


@lru_cache(maxsize=256)
def _takes_gzip(header: str) -> bool:
    liked = dict(_coding(element) for element in header.lower().split(",") if element.strip())
    gzip = liked.get("gzip", liked.get("x-gzip", liked.get("*", 0.0)))
    return gzip > 0 and gzip >= liked.get("identity", 0.0)


def _coding(element: str) -> tuple[str, float]:
    name, _, parameter = element.partition(";")
    said, _, value = parameter.partition("=")
    if said.strip() != "q":
        return name.strip(), 1.0
    return name.strip(), float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
