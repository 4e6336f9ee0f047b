"""Errors to Sentry, or what speaks as it does, where SENTRY_DSN is set. Loaded only then."""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration

from config.api.request_id import current_request_id
from config.watching import scrubbing


def begin() -> None:
    """From now on what goes wrong in this process is reported: errors alone, no traces, no sessions."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.ENVIRONMENT or "production",
        release=f"leitstand@{settings.VERSION}",
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(signals_spans=False), CeleryIntegration(propagate_traces=False)],
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,  # they hold bodies, keys and passwords
        auto_session_tracking=False,
        propagate_traces=False,
        before_send=_ready_to_send,
        before_breadcrumb=lambda crumb, _hint: scrubbing.scrubbed(crumb),
    )


def _ready_to_send(event: Any, _hint: dict[str, Any]) -> Any:
    """The report under its request's id, without what may be secret."""
    if "request" in event:
        event["request"] = scrubbing.request(event["request"])
    if known := current_request_id():
        event["tags"] = {**dict(event.get("tags") or {}), "request_id": known}
    return scrubbing.scrubbed(event)
