"""Which of the media types that an endpoint can answer a client gets (RFC 9110, 12.5.1)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF reads its settings, and with them this module, while it is still loading its views
    from rest_framework.parsers import BaseParser
    from rest_framework.renderers import BaseRenderer

MOST_RANGES = 64
_RANGE = re.compile(r"(?P<type>[\w!#$&^.+*-]+)/(?P<subtype>[\w!#$&^.+*-]+)", re.ASCII)
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


@dataclass(frozen=True)
class MediaRange:
    """One element of an Accept header: `text/*;q=0.5`."""

    type: str
    subtype: str
    quality: float

    def precision(self, media_type: str) -> int:
        """How precisely it names this media type: 3 by its whole name, 1 for anything; 0 where it does not."""
        kind, _, form = media_type.partition("/")
        if self.type == "*":
            return 1 if self.subtype == "*" else 0
        if self.type != kind:
            return 0
        return 2 if self.subtype == "*" else 3 * (self.subtype == form)


class QualityNegotiation(BaseContentNegotiation):
    """Gives what the client likes best of what the view's renderers write; of equals the first. 406 without any."""

    def select_parser(self, request: Request, parsers: "Iterable[BaseParser]") -> "BaseParser":  # noqa: ARG002
        """The first: bodies are read by config/api/bodies.py."""
        return next(iter(parsers))

    def select_renderer(
        self,
        request: Request,
        renderers: "Iterable[BaseRenderer]",
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> "tuple[BaseRenderer, str]":
        """The renderer and its media type."""
        ranges = list(accepted_ranges(request.headers.get("Accept", "")))
        best, liked = None, 0.0
        for renderer in renderers:
            quality = quality_of(str(renderer.media_type), ranges)
            if quality > liked:
                best, liked = renderer, quality
        if best is None:
            names = ", ".join(dict.fromkeys(str(renderer.media_type) for renderer in renderers))
            raise NotAcceptable(f"This is answered as {names}; the Accept header takes no such type.")
        return best, str(best.media_type)


def quality_of(media_type: str, ranges: Sequence[MediaRange]) -> float:
    """How much a client likes a media type: what the most precise of its ranges says; 0 is not at all."""
    precision, quality = max(((one.precision(media_type), one.quality) for one in ranges), default=(0, 0.0))
    return quality if precision else 0.0


def accepted_ranges(header: str) -> Iterator[MediaRange]:
    """The media ranges of an Accept header; all there is where it is empty. What is malformed accepts nothing.

    >>> [(one.type, one.subtype, one.quality) for one in accepted_ranges("text/*;q=0.5, application/json; charset=x")]
    [('text', '*', 0.5), ('application', 'json', 1.0)]
    """
    elements = [element for element in header.split(",") if element.strip()][:MOST_RANGES]
    if not elements:
        yield MediaRange("*", "*", 1.0)
    for element in elements:
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        if match := _RANGE.fullmatch(name):
            yield MediaRange(match["type"], match["subtype"], _quality_among(parameters))


def _quality_among(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return 1.0
