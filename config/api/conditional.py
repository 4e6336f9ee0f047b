"""Conditional requests (RFC 9110) [C13] [P4]."""

import re

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_OPAQUE = re.compile(r'"[^"]*"')


def none_match_fails(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match says that the client has this representation, so that the answer is 304.

    Tags are compared weakly; `*` matches whatever there is; what is not well-formed is ignored.

    >>> none_match_fails('"a", W/"b"', '"b"'), none_match_fails("*", '"b"'), none_match_fails("b", '"b"')
    (True, True, False)
    """
    if not header:
        return False
    if header == etag or header.strip() == "*":  # most clients send the one tag that they were given
        return True
    return bool(_LIST.fullmatch(header)) and etag.removeprefix("W/") in _OPAQUE.findall(header)


def match_fails(header: str, etag: str) -> bool:
    """Whether an If-Match names another representation than this one; compared strongly: a weak tag never matches.

    >>> match_fails('"a", "b"', '"b"'), match_fails("*", '"b"'), match_fails('W/"b"', '"b"'), match_fails("b", '"b"')
    (False, False, True, True)
    """
    if header.strip() == "*":
        return False
    strong = _OPAQUE.findall(re.sub(r'W/"[^"]*"', "", header))
    return not _LIST.fullmatch(header) or etag not in strong
