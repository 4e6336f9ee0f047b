"""The bodies of the Partner API, for its documentation: the schemas are the published ones [P8]."""

from typing import Any, ClassVar

from pydantic import BaseModel, RootModel

from partner.kinds import KINDS
from partner.vocabulary import KPI_ROLLUP

KPI_ROLLUP_EXAMPLE: dict[str, Any] = {
    "site_id": "Sibaya",
    "generated_at": "2026-05-30T03:39:39Z",
    "data_through": "2026-05-29T21:45:00Z",
    "stale": False,
    "period": {"start": "2026-04-30", "end": "2026-05-30"},
    "system": {"rated_capacity_kw": 408.0, "device_count": 2},
    "energy_balance": {
        "consumption_kwh": None,
        "solar_production_kwh": 51240.5,
        "grid_purchases_kwh": None,
        "solar_offset_pct": None,
    },
    "performance": {
        "system_pr": 0.811532,
        "pr_target": 0.8,
        "pr_status": "On Target",
        "true_uptime_pct": 99.2,
        "state_uptime_pct": 99.6,
        "availability_pct": 98.9,
        "availability_target": 0.98,
    },
    "ear": {
        "energy_lost_kwh": 1210.25,
        "energy_lost_pct": 2.4,
        "capacity_utilization_pct": 101.441516,
        "recovery_potential_kwh": {"50pct": 605.125, "75pct": 907.6875, "95pct": 1149.7375, "100pct": 1210.25},
        "value_lost_zar": 2117.9375,
        "realized_savings_zar": 89670.875,
        "annual_projection_zar": 25768.239583,
    },
    "financial": {
        "tariff_currency": "ZAR",
        "shortfall_cost_zar": 2117.9375,
        "realized_savings_zar": 89670.875,
        "total_potential_value_zar": 91788.8125,
        "tou_breakdown": {},
    },
}


def published_schema(kind: str) -> dict[str, Any]:
    """The kind's published schema, as a component of the OpenAPI document."""
    return {name: value for name, value in KINDS[kind].schema.items() if name != "$schema"}


class KpiRollup(RootModel[dict[str, Any]]):
    """The KPI rollup of a site."""

    @classmethod
    def model_json_schema(cls, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """The published schema, as a component of the OpenAPI document."""
        return published_schema(KPI_ROLLUP)


class AnySnapshot(RootModel[dict[str, Any]]):
    """The document of any kind; its schema is at `/partner/schemas/{kind}`."""


class JsonSchema(RootModel[dict[str, Any]]):
    """A JSON Schema (draft 2020-12)."""


class Refusal(BaseModel):
    """Why a request was refused."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"error": "Invalid request", "detail": "site_id is required"}

    error: str
    detail: str
