"""The partner endpoints: each hands what was asked to partner/answers.py and sends what that decides."""

import logging
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel
from rest_framework.request import Request

from config.api.endpoint import Endpoint, OpenEndpoints
from config.api.queries import NoQuery, Query
from partner import answers
from partner.addresses import SNAPSHOT, Address, AnySnapshotQuery
from partner.answers import Answer, Asked
from partner.api.bodies import KPI_ROLLUP_EXAMPLE, AnySnapshot, JsonSchema, KpiRollup, Refusal
from partner.api.forecast_bodies import FORECAST_EXAMPLE, Forecast
from partner.api.maintenance_bodies import (
    MAINTENANCE_SCHEDULE_EXAMPLE,
    MAINTENANCE_SIGNALS_EXAMPLE,
    MaintenanceSchedule,
    MaintenanceSignals,
)
from partner.api.schema import PartnerSchema
from partner.api.source import COUNTED, Database
from partner.filters import ForecastQuery, ScheduleQuery, SignalsQuery, SiteQuery
from partner.queries import schema_text_of

logger = logging.getLogger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., HttpResponse])


def documented(
    *, answer: type[BaseModel], example: Any, query: type[Query] = NoQuery, refusals: tuple[int, ...] = ()
) -> Callable[[Handler], Handler]:
    """Declare a method for the schema; what it takes is parsed where its answer is decided."""

    def declare(handler: Handler) -> Handler:
        handler.endpoint = Endpoint(  # type: ignore[attr-defined]
            query=query, answer=answer, refusals=refusals, examples={"answer": example}
        )
        return handler

    return declare


class PartnerEndpoints(OpenEndpoints):
    """The base of the partner views: every method and every error is answered in the Partner API's own way."""

    tag = "Partner"
    schema = PartnerSchema()
    security = [{"partnerKey": []}]
    always: ClassVar[tuple[int, ...]] = (400, 401, 403, 404, 429, 503)
    http_method_names = ["get", "head", "options"]

    @staticmethod
    def problem_of(status: int) -> tuple[type[BaseModel], dict[str, Any]]:
        """The body of a refusal with this status, and an example."""
        return Refusal, {"error": answers.ERRORS[status], "detail": DETAILS.get(status, "site_id is required")}

    def decided(self, request: HttpRequest, **path: str) -> Answer:
        """The answer of this endpoint."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing is looked at before the answer is decided."""

    def respond(self, request: Request, **path: str) -> HttpResponse:
        """Send what is decided."""
        return sent(self.decided(request._request, **path))  # noqa: SLF001

    def http_method_not_allowed(self, request: Request, *_args: Any, **path: Any) -> HttpResponse:  # type: ignore[override]
        """A key comes first, so this too is decided with the rest."""
        return self.respond(request, **path)

    def options(self, request: Request, *_args: Any, **path: Any) -> HttpResponse:  # type: ignore[override]
        """A browser's question whether it may ask."""
        return self.respond(request, **path)

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """A database that is gone is 503; whatever else happens is a defect, and Django's to report."""
        if isinstance(exc, OperationalError | InterfaceError):
            logger.warning("The database is not available: %s", exc)
            return sent(answers.unavailable())
        raise exc

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: what an answer says is decided with it."""
        return {}


class SnapshotEndpoints(PartnerEndpoints):
    """Snapshots, by address."""

    address: Address = SNAPSHOT

    def decided(self, request: HttpRequest, **_path: str) -> Answer:
        now = timezone.now()
        asked = Asked(
            address=self.address,
            method=str(request.method),
            query=request.META.get("QUERY_STRING", ""),
            key=request.headers.get("x-api-key"),
            if_none_match=request.headers.get("If-None-Match"),
            accept_encoding=request.headers.get("Accept-Encoding"),
        )
        return answers.answer(asked, source=Database(now=now, counted=request.META.get(COUNTED)), now=now)

    @documented(query=SiteQuery, answer=KpiRollup, example=KPI_ROLLUP_EXAMPLE)
    def kpi_rollup(self, request: Request) -> HttpResponse:
        """The KPI rollup of a site's last 30 complete local days, computed before anybody asks [P1] [P6]."""
        return self.respond(request)

    @documented(query=SignalsQuery, answer=MaintenanceSignals, example=MAINTENANCE_SIGNALS_EXAMPLE)
    def maintenance_signals(self, request: Request) -> HttpResponse:
        """What was wrong with a site's inverters lately, by severity and since an earlier `cursor` [P1] [P5]."""
        return self.respond(request)

    @documented(query=ForecastQuery, answer=Forecast, example=FORECAST_EXAMPLE)
    def forecast_snapshot(self, request: Request) -> HttpResponse:
        """What a site is expected to produce in the next hours, as quantiles and in money [P1] [P5]."""
        return self.respond(request)

    @documented(query=ScheduleQuery, answer=MaintenanceSchedule, example=MAINTENANCE_SCHEDULE_EXAMPLE)
    def maintenance_schedule(self, request: Request) -> HttpResponse:
        """What is to be done at a site's inverters in the next 90 days [P1] [P5]."""
        return self.respond(request)

    @documented(query=AnySnapshotQuery, answer=AnySnapshot, example=KPI_ROLLUP_EXAMPLE)
    def snapshot(self, request: Request) -> HttpResponse:
        """The snapshot of a site of any kind; with `at`, the version of that instant [P1] [P8].

        It takes the filters of the kind's own endpoint; those of other kinds are refused [P5].
        """
        return self.respond(request)


class SchemaEndpoints(PartnerEndpoints):
    """The schemas of the documents; they need no key."""

    security = []
    always = (400, 404)

    def decided(self, request: HttpRequest, **path: str) -> Answer:
        return answers.schema_answer(
            schema_text_of(path["kind"]),
            method=str(request.method),
            query=request.META.get("QUERY_STRING", ""),
            if_none_match=request.headers.get("If-None-Match"),
        )

    @documented(answer=JsonSchema, example={"title": "KpiRollup", "type": "object"})
    def retrieve(self, request: Request, kind: str) -> HttpResponse:
        """The JSON Schema of a kind; every document validated against it before it was published [P8]."""
        return self.respond(request, kind=kind)


DETAILS = {
    401: answers.NO_VALID_KEY,
    403: answers.NOT_PERMITTED,
    404: answers.NOT_COMPUTED,
    429: "This key may call 600 times a minute; Retry-After says when it may again.",
    503: "The data is not available now; try again.",
}


@csrf_exempt
def no_such_address(_request: HttpRequest) -> HttpResponse:
    """404 for every other address, in the Partner API's shape."""
    return sent(answers.refusal(404, answers.NO_SUCH_ADDRESS))


def sent(answer: Answer) -> HttpResponse:
    """The answer, as Django sends it."""
    response = HttpResponse(answer.body, status=answer.status)
    del response["Content-Type"]
    for name, value in answer.headers.items():
        response[name] = value
    return response
