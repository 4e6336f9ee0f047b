"""What a desk waits for before it says that it is ready."""

import http.client

from django.conf import settings

from config.desk.demo.sibaya import PUBLIC_NAME
from partner.models import PartnerProfile
from partner.queries import is_published

HOST = "127.0.0.1"


def web_answers(*, port: int) -> bool:
    """Whether the web server on this port says that it is well."""
    named = next((host for host in settings.ALLOWED_HOSTS if not host.startswith(("*", "."))), HOST)
    client = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        # as a proxy that ends TLS would ask, so that it is not sent on to https:// where that is demanded
        client.request("GET", "/health", headers={"Host": named, "X-Forwarded-Proto": "https"})
        return client.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def missing() -> str | None:
    """What keeps the desk from being ready, as a sentence's beginning; None when nothing does."""
    profiles = PartnerProfile.objects.filter(public_name=PUBLIC_NAME)
    if not profiles.exists() or is_published(public_name=PUBLIC_NAME):
        return None
    return f"No snapshot of {PUBLIC_NAME} is published"
