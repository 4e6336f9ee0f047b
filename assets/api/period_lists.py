"""Lists of periods, answered with 304 from their revisions alone where the client has them [C13]."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from assets.period_rows import rows_of_periods
from assets.period_store import ListedPeriods, page_of_periods
from assets.revisions import revisions_of, where_replicated
from config.api.etags import tag_of_list, unless_matched
from config.api.pagination import PageQuery, page_of
from config.api.period_answers import list_answer
from config.api.row_answers import FORM_OF, rows_list
from config.api.rows import ROWS


def revised_list(
    request: Request,
    query: PageQuery,
    make: Callable[[], HttpResponse],
    *,
    owner_ids: Collection[str],
    kind: str,
    more: Any = None,
) -> HttpResponse:
    """The list, or 304: the tag is made of the query and the owners' revisions of this kind, read before the list.

    `more` is whatever else the answer depends on. The list is read from the replica where it has these revisions.
    """
    revisions = revisions_of(owner_ids=owner_ids, kind=kind)
    tag = tag_of_list(request, query, owner_ids=owner_ids, revisions=revisions, more=more)
    read = partial(where_replicated, make, owner_ids=owner_ids, kind=kind, revisions=revisions)
    return unless_matched(request, tag, read)


def period_list(
    request: Request,
    query: PageQuery,
    periods: ListedPeriods,
    *,
    owner_ids: Collection[str],
    window: tuple[datetime, datetime] | None,
    filters: Mapping[str, Collection[str] | None] | None = None,
    more: Any = None,
) -> HttpResponse:
    """The page of these owners' periods that start in `[start, end)`, or without a window of the latest, or 304.

    It comes as JSON, or as rows for those who accept them [B3].
    """
    asked = page_of(request, query)
    media = str(getattr(request, "accepted_media_type", ""))

    def make() -> HttpResponse:
        if media in ROWS:
            rows = rows_of_periods(
                periods, owner_ids=owner_ids, window=window, asked=asked, filters=filters, form=FORM_OF[media]
            )
            return rows_list(request, query, rows, media=media, key=periods.sorted_by(latest=window is None))
        found = page_of_periods(periods, owner_ids=owner_ids, window=window, asked=asked, filters=filters)
        return list_answer(
            request,
            query,
            asked,
            field=periods.field,
            items=found.items,
            last_key=found.last_key,
            more_fields=found.totals,
        )

    return revised_list(request, query, make, owner_ids=owner_ids, kind=periods.kind, more=more)
