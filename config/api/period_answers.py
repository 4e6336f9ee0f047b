"""Answers to lists of periods: JSON that PostgreSQL wrote, in its frame."""

import json
from collections.abc import Sequence

from django.http import HttpResponse
from rest_framework.request import Request

from config.api.answers import json_text
from config.api.pagination import Page, PageQuery, link_next


def list_answer(
    request: Request,
    query: PageQuery,
    page: Page,
    *,
    field: str,
    items: str,
    last_key: Sequence[str] | None,
    more_fields: str = "",
) -> HttpResponse:
    """`{"limit", "offset", field: items}` with the Link to the next page [C5]; `more_fields` is JSON to go on with."""
    frame = f'{{"limit":{page.limit},"offset":{json.dumps(page.offset)},"{field}":{items}{more_fields}}}'
    answer = json_text(frame)
    link_next(request, query, answer, last_key=last_key)
    return answer
