"""Maintenance signals: what was wrong with a site's inverters lately (contract 13.1, docs/partner-metrics.md).

`read` takes the anomalies and the published signals from the database, in the view that is open; `signals_of` and
`build` are pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from partner import anomalies, detections, signal_documents
from partner.anomalies import Anomaly
from partner.detections import Detection
from partner.documents import Computed, instant_text, rounded
from partner.local_days import day_of, start_of
from partner.models import PartnerProfile
from partner.plant import Device, devices_of
from partner.signal_descriptions import description_of
from partner.thresholds import Thresholds, thresholds_of


@dataclass(frozen=True)
class Inputs:
    """All that the document is made of: the anomalies since `looked_from`, and the signals of the current document."""

    profile: PartnerProfile
    devices: Sequence[Device]
    thresholds: Thresholds
    looked_from: datetime
    now: datetime
    anomalies: Sequence[Anomaly]
    known: Sequence[Detection]
    data_through: datetime | None


def compute(site_id: str, now: datetime) -> Computed:
    """The document as of now, whose signals are remembered from here on: publish it in the same transaction."""
    inputs = read(site_id=site_id, now=now)
    found = signals_of(inputs)
    detections.remember(site_id=site_id, detections=[detection for _, detection in found])
    return build(inputs, found)


def read(*, site_id: str, now: datetime) -> Inputs:
    """The inputs of a site's signals as of now: of the local days that the threshold says, and today so far."""
    profile = PartnerProfile.objects.get(site_id=site_id)
    zone = ZoneInfo(profile.time_zone)
    thresholds = thresholds_of(profile.signal_thresholds)
    devices = devices_of(site_id)
    looked_from = start_of(day_of(now, zone) - timedelta(days=int(thresholds.lookback_days)), zone)
    found = anomalies.find(profile=profile, devices=devices, thresholds=thresholds, start_time=looked_from, now=now)
    newest = anomalies.newest_reading(site_id=site_id, devices=devices, now=now)
    known = detections.remembered(site_id)
    return Inputs(profile, devices, thresholds, looked_from, now, found, known, newest)


def signals_of(inputs: Inputs) -> list[tuple[Anomaly, Detection]]:
    """Each anomaly with its signal: one that is published already, or a new one."""
    return detections.identified(
        inputs.anomalies,
        known=inputs.known,
        looked_from=inputs.looked_from,
        site_id=inputs.profile.site_id,
        now=inputs.now,
    )


def build(inputs: Inputs, found: Sequence[tuple[Anomaly, Detection]]) -> Computed:
    """The document of contract 13.1. What is not known is null."""
    devices = {device.id: device for device in inputs.devices}
    zone = ZoneInfo(inputs.profile.time_zone)
    signals = signal_documents.ordered(
        _signal(replace(anomaly, start_time=detection.start_time), detection, devices, zone, inputs.thresholds)
        for anomaly, detection in found
    )
    content = {
        "site_id": inputs.profile.public_name,
        "cursor": signals[0]["timestamp"] if signals else None,
        "signals": signals,
        "summary": signal_documents.summary(signals),
    }
    return Computed(content=content, data_through=inputs.data_through)


def _signal(
    anomaly: Anomaly, detection: Detection, devices: Mapping[str, Device], zone: ZoneInfo, thresholds: Thresholds
) -> dict[str, Any]:
    device = devices[anomaly.inverter_id]
    return {
        "id": detection.signal_id,
        "timestamp": instant_text(detection.first_detected_at),
        "asset_id": device.asset_id,
        "type": anomaly.type,
        "severity": anomalies.severity_of(anomaly, thresholds).value,
        "description": description_of(anomaly, zone=zone, thresholds=thresholds),
        "start_time": instant_text(anomaly.start_time),
        "end_time": instant_text(anomaly.end_time),
        "state_code": anomaly.state_code,
        "rated_kw": rounded(device.p0),
        "expected_kw": rounded(anomaly.expected_kw),
        "actual_kw": rounded(anomaly.actual_kw),
        "capacity_pct": rounded(anomaly.capacity_pct),
        "irradiance_wm2": rounded(anomaly.irradiance),
    }
