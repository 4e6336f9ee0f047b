"""Django, as the web server calls it."""

from contextlib import suppress
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest, get_str_from_wsgi
from django.http import parse_cookie
from django.utils.functional import cached_property
from django.utils.http import parse_header_parameters

# What Python's own parsers take quadratic time for: 30 KB of a cookie's backslashes (CVE-2024-7592, which Pythons that
# are in use still have) or of a Content-Type's semicolons held a worker for seconds, without a key.
LONGEST_CONTENT_TYPE, LONGEST_COOKIES, MOST_ESCAPES = 1_000, 16_384, 100


class Utf8Request(WSGIRequest):
    """A request whose Content-Type says nothing about how its query is read, and whose headers are read in no time.

    Django would decode the query by whatever codec the header names (`charset=base64`) and fail where it cannot, or
    where it cannot read the header itself: before any of our code runs, so that nobody could answer for it. Cookies
    that no browser has from us are as if none were sent.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        header = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = "", {}
        if len(header) <= LONGEST_CONTENT_TYPE:
            with suppress(ValueError):
                self.content_type, self.content_params = parse_header_parameters(header)

    @cached_property
    def COOKIES(self) -> dict[str, str]:  # type: ignore[override]  # noqa: N802  Django's name
        """Those that were sent."""
        sent = get_str_from_wsgi(self.environ, "HTTP_COOKIE", "")
        is_sane = len(sent) <= LONGEST_COOKIES and sent.count("\\") <= MOST_ESCAPES
        return parse_cookie(sent) if is_sane else {}


class Application(WSGIHandler):
    """Reads what clients send as UTF-8 alone."""

    request_class = Utf8Request
