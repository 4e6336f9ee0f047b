"""The limits endpoints: each translates in, makes one domain call, translates out."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from assets.api.period_lists import revised_list
from config.api.answers import as_preferred
from config.api.batches import Stored
from config.api.endpoint import Endpoints, endpoint
from config.api.pagination import page_of
from config.api.period_answers import list_answer
from config.api.row_answers import FORM_OF, rows_list
from config.api.row_bodies import SentRows
from config.api.rows import JSON_OR_ROWS, ROWS
from markets.api.bodies import ClearQuery, LimitList, LimitQuery, PatchLimits
from markets.api.examples import CLEARED, LIMITS, LIMITS_SENT, STORED
from markets.operations import limits as operations
from markets.operations.limit_rows import load_limits
from markets.queries import limits as queries
from markets.queries.limit_rows import export_limits


class LimitEndpoints(Endpoints):
    """What assets may do, slot by slot."""

    scope = "markets"
    tag = "Limits"

    @endpoint(
        body=PatchLimits,
        takes=JSON_OR_ROWS,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": LIMITS_SENT, "answer": STORED},
    )
    def patch_limits(self, request: Request, body: PatchLimits | SentRows[Any]) -> HttpResponse:
        """Write what sources say for a window of each day of a range; it is expanded to slots of 15 minutes. Values
        that are null or left out stay as they are stored; `trading_locked: false` clears a lock [L1] to [L3]."""
        now, visible, may_write = timezone.now(), self.caller.asset_ids, self.caller.must_write_as
        if isinstance(body, SentRows):
            return as_preferred(request, load_limits(rows=body, may_write=may_write, now=now, visible=visible))
        may_write({item.source for item in body.limits})
        return as_preferred(request, operations.put_limits(items=body.limits, now=now, visible=visible))

    @endpoint(query=LimitQuery, answer=LimitList, media=JSON_OR_ROWS, examples={"answer": LIMITS})
    def list_limits(self, request: Request, query: LimitQuery) -> HttpResponse:
        """List limits by asset and slot: what each source says, and the most restrictive of all, with the sources that
        set it. Give `from` and `to`, or `delivery_day`. Pages count slots [L4] [L5]."""
        start, end = query.window
        page = page_of(request, query)
        visible = self.caller.visible(query.asset_ids)
        wanted: dict[str, Any] = {
            "asset_ids": visible,
            "start": start,
            "end": end,
            "sources": query.sources,
            "page": page,
        }
        media = str(getattr(request, "accepted_media_type", ""))

        def answer() -> HttpResponse:
            if media in ROWS:
                rows = export_limits(**wanted, form=FORM_OF[media])
                return rows_list(request, query, rows, media=media, key=("asset_id", "start_time"))
            found = queries.list_limits(**wanted)
            return list_answer(request, query, page, field="limits", items=found.groups, last_key=found.last_key)

        return revised_list(request, query, answer, owner_ids=visible, kind=operations.REVISION_KIND)

    @endpoint(query=ClearQuery, status=204, answer=operations.Cleared, refusals=(404,), examples={"answer": CLEARED})
    def clear_limits(self, request: Request, query: ClearQuery) -> HttpResponse:
        """Take back the values of a source in a window. A lock stays: to clear it, patch `trading_locked: false`. Rows
        that say nothing any more are removed [L6]."""
        self.caller.must_write_as({query.source})
        cleared = operations.clear_limits(
            asset_id=query.asset_id,
            source=query.source,
            start=query.start_time,
            end=query.end_time,
            now=timezone.now(),
            visible=self.caller.asset_ids,
        )
        return as_preferred(request, cleared)
