"""The endpoint of dispatches: translates in, makes one domain call, passes on the JSON that PostgreSQL wrote."""

from django.http import HttpResponse
from rest_framework.request import Request

from assets.api.dispatch_bodies import DISPATCHES_LISTED, DispatchList, DispatchQuery
from assets.api.period_lists import period_list
from assets.dispatches import DISPATCHES
from config.api.endpoint import Endpoints, endpoint


class DispatchEndpoints(Endpoints):
    """What assets were told to do."""

    scope = "assets"
    tag = "Dispatches"

    @endpoint(query=DispatchQuery, answer=DispatchList, examples={"answer": DISPATCHES_LISTED})
    def list_dispatches(self, request: Request, query: DispatchQuery) -> HttpResponse:
        """List dispatches that start in a window, by asset, start, when they were issued, and id. Give `from` and `to`,
        or `delivery_day`. They are written by events, never over HTTP [D1]."""
        visible = self.caller.visible(query.asset_ids)
        return period_list(request, query, DISPATCHES, owner_ids=visible, window=query.window)
