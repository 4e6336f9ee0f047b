"""What a desk waits for before it says that it is ready."""

import http.client

from django.conf import settings
from django.db import connection

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
    if "partner_snapshot" not in connection.introspection.table_names():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM partner_snapshot)")
        return None if cursor.fetchone()[0] else "No snapshot is published"
