"""Which language a request speaks, and whose clock it reads: the back office its operator's, everything else English
and UTC (docs/adr/0021)."""

from collections.abc import Callable
from datetime import UTC

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from assets.periods import MARKET_ZONE

Answer = Callable[[HttpRequest], HttpResponse]


def is_back_office(request: HttpRequest) -> bool:
    """Whether a request is one of the back office, by its path alone."""
    return request.path == "/admin" or request.path.startswith("/admin/")


def language_and_zone(get_response: Answer) -> Answer:
    """The middleware: by the path, so that no header changes what an API says, whoever calls it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not is_back_office(request):
            with translation.override(settings.LANGUAGE_CODE), timezone.override(UTC):
                return get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language), timezone.override(MARKET_ZONE):
            found = get_response(request)
        found.headers.setdefault("Content-Language", language)
        patch_vary_headers(found, ("Accept-Language", "Cookie"))
        return found

    return answer


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language that was chosen in a cookie, and lead back to where it was chosen, on this host only."""
    return set_language(request)
