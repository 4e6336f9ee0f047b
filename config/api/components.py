"""What operations of the OpenAPI document refer to: how to authenticate, and the headers of answers [C16]."""

from typing import Any

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An Asset Service key (`lst_...`)."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key, by header."},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "An operator's login."},
    "partnerKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A partner's key."},
}
HEADERS = {
    "X-Request-ID": "The request's id.",
    "Link": 'The next page, `rel="next"`, where more follows.',
    "Location": "The address of what was made.",
    "Preference-Applied": "`return=representation`, where the client preferred it.",
    "WWW-Authenticate": "The scheme by which to send a key.",
    "Retry-After": "In how many seconds to try again.",
    "ETag": "The tag of this answer, for If-None-Match and If-Match.",
    "Cache-Control": "`private, no-cache`: ask again with the ETag.",
    "Vary": "The headers that an answer depends on.",
}


def add_components(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Complete the document that drf-spectacular has made."""
    components = result["components"]
    components.setdefault("securitySchemes", {}).update(SECURITY_SCHEMES)
    components["headers"] = {
        name: {"schema": {"type": "string"}, "description": said} for name, said in HEADERS.items()
    }
    return result
