"""Who holds which key of the Asset Service [C14]."""

from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config.api.access import Caller
from partner.operations.keys import note_use
from partner.queries import find_api_key

REFUSAL: Final = "This needs a valid API key."


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`, or `X-API-Key: <key>` where there is no Authorization."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Caller] | None:
        text = presented_key(request)
        if text is None:
            return None
        now = timezone.now()
        key = find_api_key(text, now=now)
        if key is None:
            raise AuthenticationFailed(REFUSAL)
        note_use(key=key, now=now)
        return AnonymousUser(), Caller(
            actor=key.actor,
            scopes=frozenset(key.scopes),
            sources=None if key.sources is None else frozenset(key.sources),
            asset_ids=None if key.asset_ids is None else frozenset(key.asset_ids),
            rate_per_minute=key.rate_per_minute,
        )

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="Leitstand Asset Service"'


def presented_key(request: Request) -> str | None:
    """What stands where a key belongs: "" for an Authorization of another scheme, None where there is nothing."""
    if "Authorization" not in request.headers:
        return request.headers.get("X-API-Key")
    scheme, _, credentials = request.headers["Authorization"].partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""
