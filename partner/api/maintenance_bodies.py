"""Maintenance signals and the schedule that follows from them, for the API's documentation [P1]."""

from typing import Any

from pydantic import RootModel

from partner.api.bodies import published_schema
from partner.vocabulary import MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS

MAINTENANCE_SIGNALS_EXAMPLE: dict[str, Any] = {
    "site_id": "Sibaya",
    "generated_at": "2026-05-30T09:45:12Z",
    "data_through": "2026-05-30T09:30:00Z",
    "stale": False,
    "cursor": "2026-05-30T09:45:12.204817Z",
    "signals": [
        {
            "id": "sig_5d2c0a7be41f83960a4b7e15",
            "timestamp": "2026-05-30T09:45:12.204817Z",
            "asset_id": "INV-2021-0049",
            "type": "Zero Production",
            "severity": "High",
            "description": "No production from 11:00 to 11:45 on 2026-05-30, where 65.2 kW were expected.",
            "start_time": "2026-05-30T09:00:00Z",
            "end_time": "2026-05-30T09:45:00Z",
            "state_code": None,
            "rated_kw": 160.0,
            "expected_kw": 65.208,
            "actual_kw": 0.0,
            "capacity_pct": 0.0,
            "irradiance_wm2": 522.5,
        }
    ],
    "summary": {
        "by_type": {"Zero Production": 1},
        "by_severity": {"High": 1},
        "by_asset": {"INV-2021-0049": 1},
    },
}

MAINTENANCE_SCHEDULE_EXAMPLE: dict[str, Any] = {
    "site_id": "Sibaya",
    "generated_at": "2026-05-30T03:39:39Z",
    "data_through": "2026-05-30T03:30:00Z",
    "stale": False,
    "horizon": {"start": "2026-05-30", "end": "2026-08-28"},
    "tasks": [
        {
            "asset_id": "INV-2021-0049",
            "task_type": "inspection",
            "reason": "35 anomalies detected in the last 7 days",
            "recommended_date": "2026-06-06",
            "estimated_duration_hours": 2.0,
            "priority": "High",
        }
    ],
    "summary": {
        "total_tasks": 1,
        "by_priority": {"High": 1},
        "by_task_type": {"inspection": 1},
        "by_asset": {"INV-2021-0049": 1},
    },
}


class MaintenanceSignals(RootModel[dict[str, Any]]):
    """What is wrong with a site's inverters."""

    @classmethod
    def model_json_schema(cls, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """The published schema, as a component of the OpenAPI document."""
        return published_schema(MAINTENANCE_SIGNALS)


class MaintenanceSchedule(RootModel[dict[str, Any]]):
    """What is to be done at a site in the next 90 days."""

    @classmethod
    def model_json_schema(cls, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        """The published schema, as a component of the OpenAPI document."""
        return published_schema(MAINTENANCE_SCHEDULE)
