"""Batches of periods, sent as one JSON document or as rows [B1] [B3]."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from assets.period_rows import load_periods
from assets.period_store import PLAIN_REFUSALS, Periods, put_periods, put_plain_periods
from config.api.answers import as_preferred
from config.api.batches import Stored
from config.api.bodies import Body
from config.api.plain_batches import PlainBatch
from config.api.row_bodies import SentRows

SentBatch = PlainBatch[Any] | SentRows[Any]


def store_periods(
    request: Request,
    periods: Periods[Any],
    body: Body | SentBatch,
    *,
    visible: Collection[str] | None = None,
) -> HttpResponse:
    """Store what was sent, and answer 204, or the counts where the client prefers them [C11]."""
    return as_preferred(request, _stored(periods, body, now=timezone.now(), visible=visible))


def _stored(
    periods: Periods[Any],
    body: Body | SentBatch,
    *,
    now: datetime,
    visible: Collection[str] | None,
) -> Stored:
    if isinstance(body, SentRows):
        return load_periods(periods, rows=body, now=now, visible=visible)
    if isinstance(body, PlainBatch):
        try:
            return put_plain_periods(periods, rows=body.rows, now=now, visible=visible)
        except PLAIN_REFUSALS:
            body = body.strictly()
    return put_periods(periods, items=getattr(body, periods.field), now=now, visible=visible)
