"""The maintenance schedule: what is to be done at a site in the next 90 days (contract 13.1, docs/partner-metrics.md).

`read` takes the causes from the database, in the view that is open; `build` is pure and makes tasks of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from partner import anomalies, maintenance_tasks, schedule_documents
from partner.anomalies import Anomaly
from partner.documents import Computed
from partner.local_days import day_of, start_of
from partner.maintenance_tasks import HORIZON, Task
from partner.models import PartnerProfile
from partner.open_states import OpenState, open_states
from partner.plant import Device, devices_of
from partner.thresholds import Thresholds, thresholds_of

# An inverter that has said nothing for longer is in no known state.
STATES_ARE_KNOWN_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Inputs:
    """All that the schedule is made of; `today` is the site's."""

    profile: PartnerProfile
    devices: Sequence[Device]
    thresholds: Thresholds
    today: date
    anomalies: Sequence[Anomaly]
    open_states: Sequence[OpenState]
    data_through: datetime | None


def compute(site_id: str, now: datetime) -> Computed:
    """The document as of now."""
    return build(read(site_id=site_id, now=now))


def read(*, site_id: str, now: datetime) -> Inputs:
    """The inputs of a site's schedule as of now."""
    profile = PartnerProfile.objects.get(site_id=site_id)
    zone = ZoneInfo(profile.time_zone)
    thresholds = thresholds_of(profile.signal_thresholds)
    devices = devices_of(site_id)
    today = day_of(now, zone)
    start_time = start_of(today - timedelta(days=int(thresholds.anomaly_days)), zone)
    return Inputs(
        profile=profile,
        devices=devices,
        thresholds=thresholds,
        today=today,
        anomalies=anomalies.find(
            profile=profile, devices=devices, thresholds=thresholds, start_time=start_time, now=now
        ),
        open_states=open_states(devices=devices, since=start_of(today - STATES_ARE_KNOWN_FOR, zone), now=now),
        data_through=anomalies.newest_reading(site_id=site_id, devices=devices, now=now),
    )


def build(inputs: Inputs) -> Computed:
    """The document of contract 13.1."""
    tasks = [_documented(task) for task in maintenance_tasks.planned(_causes(inputs), today=inputs.today)]
    content = {
        "site_id": inputs.profile.public_name,
        "horizon": {"start": inputs.today.isoformat(), "end": (inputs.today + HORIZON).isoformat()},
        "tasks": tasks,
        "summary": schedule_documents.summary(tasks),
    }
    return Computed(content=content, data_through=inputs.data_through)


def _causes(inputs: Inputs) -> Iterator[Task]:
    devices = {device.id: device for device in inputs.devices}
    zone = ZoneInfo(inputs.profile.time_zone)
    for one in inputs.open_states:
        since = day_of(one.since, zone)
        yield maintenance_tasks.correction(devices[one.inverter_id], state=one.state, since=since, today=inputs.today)
    yield from _inspections(inputs, devices, zone)
    for device in inputs.devices:
        yield from maintenance_tasks.services(device, today=inputs.today)


def _inspections(inputs: Inputs, devices: Mapping[str, Device], zone: ZoneInfo) -> Iterator[Task]:
    in_order = sorted(inputs.anomalies, key=lambda one: one.inverter_id)
    for inverter_id, group in groupby(in_order, key=lambda one: one.inverter_id):
        found = list(group)
        yield maintenance_tasks.inspection(
            devices[inverter_id],
            severities=[anomalies.severity_of(one, inputs.thresholds) for one in found],
            newest=max(day_of(one.start_time, zone) for one in found),
            days=int(inputs.thresholds.anomaly_days),
            today=inputs.today,
        )


def _documented(task: Task) -> dict[str, Any]:
    return {
        "asset_id": task.device.asset_id,
        "task_type": task.type.value,
        "reason": task.reason,
        "recommended_date": task.day.isoformat(),
        "estimated_duration_hours": task.hours,
        "priority": task.priority.value,
    }
