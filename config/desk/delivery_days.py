"""The delivery day that a page of the back office is asked for."""

from datetime import date

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from assets.periods import MARKET_ZONE

FIRST, LAST = date(2000, 1, 1), date(2200, 1, 1)


def day_of(request: HttpRequest) -> date:
    """`?day=YYYY-MM-DD`, or today; BadRequest for what is none."""
    text = request.GET.get("day") or f"{timezone.now().astimezone(MARKET_ZONE):%Y-%m-%d}"
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("day should be a date such as 2026-05-01.") from error
    if not FIRST <= day <= LAST:
        raise BadRequest("day should lie between 2000 and 2200.")
    return day


def day_answer(text: str) -> HttpResponse:
    """The JSON of a day; of today it changes with every minute, so that nobody keeps it."""
    answer = HttpResponse(text, content_type="application/json")
    answer["Cache-Control"] = "private, no-store"
    return answer
