"""Batches of periods, sent as one JSON document or as rows [B1] [B3]."""

from collections.abc import Collection
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from assets.period_rows import load_periods
from assets.period_store import Periods, put_periods
from config.api.answers import as_preferred
from config.api.bodies import Body
from config.api.row_bodies import SentRows


def store_periods(
    request: Request, periods: Periods[Any], body: Body | SentRows[Any], *, visible: Collection[str] | None = None
) -> HttpResponse:
    """Store what was sent, and answer 204, or the counts where the client prefers them [C11]."""
    if isinstance(body, SentRows):
        return as_preferred(request, load_periods(periods, rows=body, now=timezone.now(), visible=visible))
    items = getattr(body, periods.field)
    return as_preferred(request, put_periods(periods, items=items, now=timezone.now(), visible=visible))
