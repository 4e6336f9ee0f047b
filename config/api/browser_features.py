"""What a browser may do in our pages and in frames of them: none of what asks its user or its devices."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

HEADER: Final = "Permissions-Policy"
NONE_OF: Final = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")
POLICY: Final = ", ".join(f"{feature}=()" for feature in NONE_OF)


class BrowserFeaturesMiddleware:
    """Says so with every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response[HEADER] = POLICY
        return response
