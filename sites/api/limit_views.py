"""The endpoints of site and inverter limits: each translates in, makes one domain call, translates out."""

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from assets.api.period_lists import period_list
from config.api.answers import as_preferred
from config.api.batches import Stored
from config.api.endpoint import Endpoints, endpoint
from config.api.pagination import page_of
from sites.api.examples import INVERTER, SITE, STORED
from sites.api.limit_bodies import (
    INVERTER_LIMITS_LISTED,
    INVERTER_LIMITS_SENT,
    SITE_LIMITS_LISTED,
    SITE_LIMITS_SENT,
    InverterLimitList,
    InverterLimitQuery,
    PutInverterLimits,
    PutSiteLimits,
    SiteLimitList,
    SiteLimitQuery,
)
from sites.limits import INVERTER_LIMITS, SITE_LIMITS, put_inverter_limits, put_site_limits
from sites.queries import check_inverter, get_site


class _Limits(Endpoints):
    scope = "sites"
    path_examples = {"site_id": SITE["id"], "inverter_id": INVERTER["id"]}

    def check_permissions(self, request: Request) -> None:
        """A key that is bound to assets sees sites and inverters through them, and limits none [C14]."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS:
            self.caller.must_see_all("limit sites and inverters")


class SiteLimitEndpoints(_Limits):
    """What points of connection may do."""

    @endpoint(
        body=PutSiteLimits,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": SITE_LIMITS_SENT, "answer": STORED},
    )
    def put_limits(self, request: Request, site_id: str, body: PutSiteLimits) -> HttpResponse:
        """Store a site's limits; a window with the same start is overwritten whole, others stay [ST6]."""
        stored = put_site_limits(site_id=site_id, items=body.limits, now=timezone.now())
        return as_preferred(request, stored)

    @endpoint(query=SiteLimitQuery, answer=SiteLimitList, refusals=(404,), examples={"answer": SITE_LIMITS_LISTED})
    def list_limits(self, request: Request, site_id: str, query: SiteLimitQuery) -> HttpResponse:
        """List a site's limits that start in a window of at most 31 days, by start [ST6]."""
        page_of(request, query)  # a cursor of another list is refused before an unknown site [C3]
        get_site(site_id, visible=self.caller.asset_ids)
        return period_list(request, query, SITE_LIMITS, owner_ids=[site_id], window=query.window)


class InverterLimitEndpoints(_Limits):
    """What inverters may do."""

    @endpoint(
        body=PutInverterLimits,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": INVERTER_LIMITS_SENT, "answer": STORED},
    )
    def put_limits(self, request: Request, site_id: str, inverter_id: str, body: PutInverterLimits) -> HttpResponse:
        """Store an inverter's limits; a window with the same start is overwritten whole, others stay [ST6]."""
        now = timezone.now()
        stored = put_inverter_limits(site_id=site_id, inverter_id=inverter_id, items=body.limits, now=now)
        return as_preferred(request, stored)

    @endpoint(
        query=InverterLimitQuery, answer=InverterLimitList, refusals=(404,), examples={"answer": INVERTER_LIMITS_LISTED}
    )
    def list_limits(self, request: Request, site_id: str, inverter_id: str, query: InverterLimitQuery) -> HttpResponse:
        """List an inverter's limits that start in a window of at most 7 days, by start [ST6]."""
        page_of(request, query)  # as above
        check_inverter(site_id=site_id, inverter_id=inverter_id, visible=self.caller.asset_ids)
        return period_list(request, query, INVERTER_LIMITS, owner_ids=[inverter_id], window=query.window)
