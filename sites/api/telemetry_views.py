"""The telemetry endpoints: each translates in, makes one domain call, passes on the JSON that PostgreSQL wrote."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from assets.api.period_batches import store_periods
from assets.api.period_lists import period_list
from assets.period_store import Periods
from config.api.batches import Stored
from config.api.endpoint import Endpoints, endpoint
from config.api.row_bodies import SentRows
from config.api.rows import JSON_OR_ROWS
from config.api.windows import WindowQuery
from sites.api.examples import INVERTER_READING, INVERTER_READING_SENT, SITE_READING, SITE_READING_SENT, STORED
from sites.api.telemetry_bodies import (
    InverterReadingList,
    InverterReadingQuery,
    PutInverterReadings,
    PutSiteReadings,
    SiteReadingList,
    SiteReadingQuery,
)
from sites.queries import ids_among, visible_inverters, visible_sites
from sites.telemetry import INVERTERS, SITES

PAGE = {"limit": 50, "offset": 0}


class _Telemetry(Endpoints):
    scope = "telemetry"

    def page(
        self, request: Request, query: WindowQuery, *, of: Periods[Any], owner_ids: Collection[str], seen: QuerySet[Any]
    ) -> HttpResponse:
        """A page of the readings of these owners, without those that are not among the `seen`."""
        if self.caller.asset_ids is not None:
            owner_ids = ids_among(owner_ids, seen)
        return period_list(request, query, of, owner_ids=owner_ids, window=(query.from_, query.to))


class InverterTelemetryEndpoints(_Telemetry):
    """What inverters measure."""

    @endpoint(
        body=PutInverterReadings,
        takes=JSON_OR_ROWS,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": {"readings": [INVERTER_READING_SENT]}, "answer": STORED},
    )
    def put_readings(self, request: Request, body: PutInverterReadings | SentRows[Any]) -> HttpResponse:
        """Store readings of inverters. One of the same inverter and time is overwritten whole: what is left out
        becomes null [T1]."""
        return store_periods(request, INVERTERS, body, visible=self.caller.asset_ids)

    @endpoint(
        query=InverterReadingQuery,
        answer=InverterReadingList,
        media=JSON_OR_ROWS,
        examples={"answer": {**PAGE, "readings": [INVERTER_READING]}},
    )
    def list_readings(self, request: Request, query: InverterReadingQuery) -> HttpResponse:
        """List readings of inverters in a window, ordered by inverter and time [T1]."""
        seen = visible_inverters(self.caller.asset_ids)
        return self.page(request, query, of=INVERTERS, owner_ids=query.inverter_ids, seen=seen)


class SiteTelemetryEndpoints(_Telemetry):
    """What sites' sensors measure."""

    def check_permissions(self, request: Request) -> None:
        """A site is more than the assets that a key may be bound to: such a key reads its readings only [C14]."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS:
            self.caller.must_see_all("write readings of sites")

    @endpoint(
        body=PutSiteReadings,
        takes=JSON_OR_ROWS,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": {"readings": [SITE_READING_SENT]}, "answer": STORED},
    )
    def put_readings(self, request: Request, body: PutSiteReadings | SentRows[Any]) -> HttpResponse:
        """Store readings of sites. One of the same site and time is overwritten whole: what is left out becomes
        null [T1]."""
        return store_periods(request, SITES, body)

    @endpoint(
        query=SiteReadingQuery,
        answer=SiteReadingList,
        media=JSON_OR_ROWS,
        examples={"answer": {**PAGE, "readings": [SITE_READING]}},
    )
    def list_readings(self, request: Request, query: SiteReadingQuery) -> HttpResponse:
        """List readings of sites in a window, ordered by site and time [T1]."""
        seen = visible_sites(self.caller.asset_ids)
        return self.page(request, query, of=SITES, owner_ids=query.site_ids, seen=seen)
