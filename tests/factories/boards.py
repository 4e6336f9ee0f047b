"""All four documents of a site, published, as its dashboard shows them."""

from datetime import UTC, datetime, timedelta
from math import pi, sin
from typing import Any

from partner import forecast_documents, schedule_documents, signal_documents
from partner.models import PartnerProfile
from partner.vocabulary import FORECAST, MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS, Severity
from tests.factories.snapshots import make_snapshot


def make_board(profile: PartnerProfile, *, now: datetime) -> None:
    """The example rollup, three days of sun, seven signals and three days of tasks."""
    make_snapshot(profile, now=now)
    make_snapshot(profile, now=now, kind=FORECAST, **sunny_days(now))
    make_snapshot(profile, now=now, kind=MAINTENANCE_SIGNALS, **signals(now))
    make_snapshot(profile, now=now, kind=MAINTENANCE_SCHEDULE, **tasks(now))


def sunny_days(now: datetime) -> dict[str, Any]:
    """72 hours that bring up to 200 kW between six and eighteen UTC, each kWh worth half a rand."""
    first = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    intervals = []
    for hour in (first + timedelta(hours=number) for number in range(forecast_documents.STORED_HOURS)):
        power = round(max(200 * sin((hour.hour - 6) / 12 * pi), 0), 6)
        intervals.append(
            {
                "ts": f"{hour:%Y-%m-%dT%H:00:00Z}",
                "model_id": "submitted-1",
                "quantiles": "submitted",
                "p10_kw": power / 2,
                "p50_kw": power,
                "p90_kw": power * 1.25,
                "revenue_zar": round(power / 2, 6),
            }
        )
    return forecast_documents.summary(intervals, currency="zar")


def signals(now: datetime) -> dict[str, Any]:
    """Seven, of which one is critical and two are high."""
    severities = [Severity.CRITICAL, Severity.HIGH, Severity.HIGH, *[Severity.LOW] * 4]
    found = [
        {
            "id": f"sig_{number:024x}",
            "timestamp": f"{now - timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}",
            "asset_id": "INV-2021-0049",
            "type": "Zero Production",
            "severity": str(severity),
            "description": f"No production, number {number}.",
            "start_time": f"{now - timedelta(hours=number + 2):%Y-%m-%dT%H:00:00Z}",
            "end_time": f"{now - timedelta(hours=number):%Y-%m-%dT%H:00:00Z}",
            "state_code": None,
            "rated_kw": 160.0,
            "expected_kw": 65.208,
            "actual_kw": 0.0,
            "capacity_pct": 0.0,
            "irradiance_wm2": 522.5,
        }
        for number, severity in enumerate(severities, start=1)
    ]
    return {"cursor": found[0]["timestamp"], "signals": found, "summary": signal_documents.summary(found)}


def tasks(now: datetime) -> dict[str, Any]:
    """Two on one day, and one in each of the two following months."""
    today = now.date()
    given = [
        (6, "inspection", "High", 2.0),
        (6, "corrective_maintenance", "Critical", 4.0),
        (40, "scheduled_service", "Low", 3.0),
        (75, "scheduled_service", "Medium", 1.0),
    ]
    planned = [
        {
            "asset_id": f"INV-2021-004{number}",
            "task_type": kind,
            "reason": f"Reason number {number}",
            "recommended_date": (today + timedelta(days=days)).isoformat(),
            "estimated_duration_hours": hours,
            "priority": priority,
        }
        for number, (days, kind, priority, hours) in enumerate(given, start=1)
    ]
    horizon = {"start": today.isoformat(), "end": (today + timedelta(days=90)).isoformat()}
    return {"horizon": horizon, "tasks": planned, "summary": schedule_documents.summary(planned)}
