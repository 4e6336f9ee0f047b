"""Django, as the web server calls it."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request whose Content-Type says nothing about how its query is read.

    Django would decode the query by whatever codec the header names (`charset=base64`) and fail where it cannot, or
    where it cannot read the header itself: before any of our code runs, so that nobody could answer for it.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {}


class Application(WSGIHandler):
    """Reads what clients send as UTF-8 alone."""

    request_class = Utf8Request
