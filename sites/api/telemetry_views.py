"""The telemetry endpoints: each translates in, makes one domain call, passes on the JSON that PostgreSQL wrote."""

import json
from collections.abc import Collection
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from config.api.answers import as_preferred, json_text
from config.api.batches import Stored
from config.api.endpoint import Endpoints, endpoint
from config.api.pagination import link_next, page_of
from config.api.windows import WindowQuery
from sites import telemetry
from sites.api.examples import INVERTER_READING, INVERTER_READING_SENT, SITE_READING, SITE_READING_SENT, STORED
from sites.api.telemetry_bodies import (
    InverterReadingList,
    InverterReadingQuery,
    PutInverterReadings,
    PutSiteReadings,
    SiteReadingList,
    SiteReadingQuery,
)
from sites.telemetry import INVERTERS, SITES, Telemetry

PAGE = {"limit": 50, "offset": 0}


class _Telemetry(Endpoints):
    scope = "telemetry"

    def page(
        self, request: Request, query: WindowQuery, *, kind: Telemetry[Any], owner_ids: Collection[str]
    ) -> HttpResponse:
        """A page of the readings of these owners."""
        page = page_of(request, query)
        readings, last_key = telemetry.page_of_readings(
            kind=kind,
            owner_ids=owner_ids,
            start=query.from_,
            end=query.to,
            page=page,
            visible=self.caller.asset_ids,
        )
        text = f'{{"limit":{page.limit},"offset":{json.dumps(page.offset)},"readings":{readings}}}'
        answer = json_text(text)
        link_next(request, query, answer, last_key=last_key)
        return answer


class InverterTelemetryEndpoints(_Telemetry):
    """What inverters measure."""

    @endpoint(
        body=PutInverterReadings,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": {"readings": [INVERTER_READING_SENT]}, "answer": STORED},
    )
    def put_readings(self, request: Request, body: PutInverterReadings) -> HttpResponse:
        """Store readings of inverters. One of the same inverter and time is overwritten whole: what is left out
        becomes null [T1]."""
        stored = telemetry.put_readings(
            kind=INVERTERS, readings=body.readings, now=timezone.now(), visible=self.caller.asset_ids
        )
        return as_preferred(request, stored)

    @endpoint(
        query=InverterReadingQuery,
        answer=InverterReadingList,
        examples={"answer": {**PAGE, "readings": [INVERTER_READING]}},
    )
    def list_readings(self, request: Request, query: InverterReadingQuery) -> HttpResponse:
        """List readings of inverters in a window, ordered by inverter and time [T1]."""
        return self.page(request, query, kind=INVERTERS, owner_ids=query.inverter_ids)


class SiteTelemetryEndpoints(_Telemetry):
    """What sites' sensors measure."""

    def check_permissions(self, request: Request) -> None:
        """A site is more than the assets that a key may be bound to: such a key reads its readings only [C14]."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS:
            self.caller.must_see_all("write readings of sites")

    @endpoint(
        body=PutSiteReadings,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": {"readings": [SITE_READING_SENT]}, "answer": STORED},
    )
    def put_readings(self, request: Request, body: PutSiteReadings) -> HttpResponse:
        """Store readings of sites. One of the same site and time is overwritten whole: what is left out becomes
        null [T1]."""
        stored = telemetry.put_readings(kind=SITES, readings=body.readings, now=timezone.now())
        return as_preferred(request, stored)

    @endpoint(query=SiteReadingQuery, answer=SiteReadingList, examples={"answer": {**PAGE, "readings": [SITE_READING]}})
    def list_readings(self, request: Request, query: SiteReadingQuery) -> HttpResponse:
        """List readings of sites in a window, ordered by site and time [T1]."""
        return self.page(request, query, kind=SITES, owner_ids=query.site_ids)
