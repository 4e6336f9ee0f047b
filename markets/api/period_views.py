"""The forecast, reservation and price endpoints: each translates in, makes one domain call, translates out."""

from django.http import HttpResponse
from rest_framework.request import Request

from assets.api.period_batches import SentBatch, store_periods
from assets.api.period_lists import period_list
from config.api.batches import Stored
from config.api.endpoint import Endpoints, endpoint
from config.api.rows import JSON_OR_ROWS
from markets.api.period_bodies import (
    ForecastList,
    ForecastQuery,
    PriceList,
    PriceQuery,
    PutForecasts,
    PutPrices,
    PutReservations,
    ReservationList,
    ReservationQuery,
)
from markets.api.period_examples import (
    FORECASTS_LISTED,
    FORECASTS_SENT,
    PRICES_LISTED,
    PRICES_SENT,
    RESERVATIONS_LISTED,
    RESERVATIONS_SENT,
    STORED,
)
from markets.periods import FORECASTS, PRICES, RESERVATIONS


class ForecastEndpoints(Endpoints):
    """What assets are expected to generate and consume."""

    scope = "markets"
    tag = "Forecasts"

    @endpoint(
        body=PutForecasts,
        takes=JSON_OR_ROWS,
        plain=True,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": FORECASTS_SENT, "answer": STORED},
    )
    def put_forecasts(self, request: Request, body: PutForecasts | SentBatch) -> HttpResponse:
        """Store forecast windows; a window with the same asset and start is overwritten whole [F1]."""
        return store_periods(request, FORECASTS, body, visible=self.caller.asset_ids)

    @endpoint(query=ForecastQuery, answer=ForecastList, media=JSON_OR_ROWS, examples={"answer": FORECASTS_LISTED})
    def list_forecasts(self, request: Request, query: ForecastQuery) -> HttpResponse:
        """List forecasts that start in a window, by asset and start. Give `from` and `to`, or `delivery_day` [F2]."""
        visible = self.caller.visible(query.asset_ids)
        return period_list(request, query, FORECASTS, owner_ids=visible, window=query.window)


class ReservationEndpoints(Endpoints):
    """Net market positions."""

    scope = "markets"
    tag = "Reservations"

    @endpoint(
        body=PutReservations,
        takes=JSON_OR_ROWS,
        plain=True,
        status=204,
        answer=Stored,
        refusals=(404,),
        examples={"body": RESERVATIONS_SENT, "answer": STORED},
    )
    def put_reservations(self, request: Request, body: PutReservations | SentBatch) -> HttpResponse:
        """Store positions; one with the same asset, start, market and source is overwritten whole, others stay [R1]."""
        return store_periods(request, RESERVATIONS, body, visible=self.caller.asset_ids)

    @endpoint(
        query=ReservationQuery, answer=ReservationList, media=JSON_OR_ROWS, examples={"answer": RESERVATIONS_LISTED}
    )
    def list_reservations(self, request: Request, query: ReservationQuery) -> HttpResponse:
        """List positions that start in a window, by asset, start, market and source [R2]."""
        visible = self.caller.visible(query.asset_ids)
        filters = {"market": query.markets, "source": query.sources}
        return period_list(request, query, RESERVATIONS, owner_ids=visible, window=query.window, filters=filters)


class PriceEndpoints(Endpoints):
    """What energy costs on the markets."""

    scope = "markets"
    tag = "Prices"

    @endpoint(
        body=PutPrices,
        takes=JSON_OR_ROWS,
        status=204,
        answer=Stored,
        examples={"body": PRICES_SENT, "answer": STORED},
    )
    def put_prices(self, request: Request, body: PutPrices | SentBatch) -> HttpResponse:
        """Store prices; one of the same delivery area, market and start is overwritten [PR1]."""
        return store_periods(request, PRICES, body)

    @endpoint(query=PriceQuery, answer=PriceList, media=JSON_OR_ROWS, examples={"answer": PRICES_LISTED})
    def list_prices(self, request: Request, query: PriceQuery) -> HttpResponse:
        """List prices that start in a window, by delivery area, start and market [PR1]."""
        areas = [area.value for area in query.delivery_areas]
        filters = {"market": query.markets}
        return period_list(request, query, PRICES, owner_ids=areas, window=query.window, filters=filters)
