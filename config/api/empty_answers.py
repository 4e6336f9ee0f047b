"""Answers that have no content, and so no length of it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

WITHOUT_CONTENT = frozenset({204, 304})


class EmptyAnswerMiddleware:
    """Takes back the Content-Length that CommonMiddleware gives to 204 and 304 (RFC 9110, 8.6)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in WITHOUT_CONTENT:
            del response["Content-Length"]
        return response
