"""What a site is expected to produce, for the API's documentation [P1]."""

from typing import Any

from pydantic import RootModel

from partner.api.bodies import published_schema
from partner.vocabulary import FORECAST

FORECAST_EXAMPLE: dict[str, Any] = {
    "site_id": "Sibaya",
    "generated_at": "2026-05-30T09:00:12Z",
    "data_through": "2026-05-30T05:12:44.120816Z",
    "stale": False,
    "model_id": "submitted-1",
    "horizon_hours": 2,
    "resolution": "1h",
    "intervals": [
        {
            "ts": "2026-05-30T09:00:00Z",
            "model_id": "submitted-1",
            "quantiles": "submitted",
            "p10_kw": 118.5,
            "p50_kw": 171.25,
            "p90_kw": 202.0,
            "revenue_zar": 297.975,
        },
        {
            "ts": "2026-05-30T10:00:00Z",
            "model_id": "submitted-1",
            "quantiles": "submitted",
            "p10_kw": 121.75,
            "p50_kw": 178.5,
            "p90_kw": 209.25,
            "revenue_zar": 310.59,
        },
    ],
    "totals": {"total_kwh": 349.75, "total_revenue_zar": 608.565},
}


class Forecast(RootModel[dict[str, Any]]):
    """What a site is expected to produce in the coming hours."""

    @classmethod
    def model_json_schema(cls, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """The published schema, as a component of the OpenAPI document."""
        return published_schema(FORECAST)
