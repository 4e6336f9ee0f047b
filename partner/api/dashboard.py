"""The dashboard: a page about one site that partners embed. It knows nothing; its script asks the API, with a key.

The page is the same for every name, known or not. Only who may frame it differs, and only for a site whose profile
names origins: naming one tells whoever asks for the site by its name that there is a frame for it.
"""

import logging
from collections.abc import Sequence
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from config.api.queries import parse_query
from config.errors import InvalidError
from partner.answers import ON_EVERY_ANSWER, Answer, misread, open_answer
from partner.api.views import sent
from partner.filters import SiteQuery
from partner.queries import frame_origins

logger = logging.getLogger(__name__)

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors {}"
)


@csrf_exempt
@xframe_options_exempt
def dashboard(request: HttpRequest) -> HttpResponse:
    """The page, to everybody; 400 for a query that is none of its own, 405 for other methods [P1] [P2] [C3]."""
    query = request.META.get("QUERY_STRING", "")
    return sent(open_answer(str(request.method), lambda: _page(query)))


def _page(query: str) -> Answer:
    try:
        name = parse_query(query, SiteQuery).site_id
    except InvalidError as error:
        return misread(error)
    return Answer(
        200,
        render_to_string("partner/dashboard.html", {"site_id": name}).encode(),
        {
            "Content-Type": HTML,
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY.format(" ".join(_framed_by(name)) or "'none'"),
            **ON_EVERY_ANSWER,
        },
    )


def _framed_by(name: str) -> Sequence[str]:
    """Who may frame it; nobody while the database cannot be asked."""
    try:
        return frame_origins(name)
    except (OperationalError, InterfaceError) as error:
        logger.warning("The database is not available: %s", error)
        return ()
