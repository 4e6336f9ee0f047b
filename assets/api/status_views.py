"""The endpoint of status entries: translates in, makes one domain call, passes on the JSON that PostgreSQL wrote."""

from django.http import HttpResponse
from rest_framework.request import Request

from assets.api.period_lists import period_list
from assets.api.status_bodies import STATUSES_LISTED, StatusList, StatusQuery
from assets.statuses import STATUSES
from config.api.endpoint import Endpoints, endpoint


class StatusEndpoints(Endpoints):
    """How assets are doing, over time."""

    scope = "assets"
    tag = "Status"

    @endpoint(query=StatusQuery, answer=StatusList, examples={"answer": STATUSES_LISTED})
    def list_statuses(self, request: Request, query: StatusQuery) -> HttpResponse:
        """List the latest status entry of each asset, by asset, or those effective in a window, by instant, asset and
        event. Entries are written by events and operators, never over HTTP [S1] [S2]."""
        visible = self.caller.visible(query.asset_ids)
        filters = {"status": query.status}
        return period_list(request, query, STATUSES, owner_ids=visible, window=query.window, filters=filters)
