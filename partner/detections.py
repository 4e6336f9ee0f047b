"""Which signal an anomaly is: the one that an earlier run has published, or a new one.

A signal keeps its id and the time of its first detection for as long as every run finds something of it: when it grows,
when its beginning leaves the days that are looked at, when late readings move its ends. What no run has found before is
detected now, however old its slots are, so that no signal ever appears behind a cursor already given.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from partner.anomalies import Anomaly
from partner.models import Signal

DIGITS: Final = 24
# One statement; a run has the site for itself, by the lock that publishing takes.
REMEMBER = """
WITH gone AS (
    DELETE FROM partner_signal WHERE site_id = %(site_id)s AND signal_id <> ALL(%(signal_ids)s::text[])
)
INSERT INTO partner_signal (site_id, signal_id, inverter_id, type, start_time, end_time, first_detected_at)
SELECT %(site_id)s, one.*
FROM unnest(
    %(signal_ids)s::text[], %(inverter_ids)s::text[], %(types)s::text[],
    %(start_times)s::timestamptz[], %(end_times)s::timestamptz[], %(first_detected)s::timestamptz[]
) AS one (signal_id, inverter_id, type, start_time, end_time, first_detected_at)
ON CONFLICT (site_id, signal_id) DO UPDATE
SET start_time = excluded.start_time, end_time = excluded.end_time, first_detected_at = excluded.first_detected_at
WHERE (partner_signal.start_time, partner_signal.end_time, partner_signal.first_detected_at)
    IS DISTINCT FROM (excluded.start_time, excluded.end_time, excluded.first_detected_at)
"""


@dataclass(frozen=True)
class Detection:
    """A signal as it is remembered: what it is about, from when to when, and when it was first detected."""

    signal_id: str
    inverter_id: str
    type: str
    start_time: datetime
    end_time: datetime
    first_detected_at: datetime

    def is_of(self, anomaly: Anomaly) -> bool:
        """Whether the anomaly is this one, as it is now: of the same inverter and type, with a time in common."""
        return (
            (self.inverter_id, self.type) == (anomaly.inverter_id, anomaly.type)
            and self.start_time < anomaly.end_time
            and anomaly.start_time < self.end_time
        )


def remembered(site_id: str) -> list[Detection]:
    """The signals of the site's current document."""
    columns = ("signal_id", "inverter_id", "type", "start_time", "end_time", "first_detected_at")
    return [Detection(*row) for row in Signal.objects.filter(site_id=site_id).values_list(*columns)]


def remember(*, site_id: str, detections: Sequence[Detection]) -> None:
    """Make these the signals of the site's current document; publish that in the same transaction."""
    asked: dict[str, Any] = {
        "site_id": site_id,
        "signal_ids": [one.signal_id for one in detections],
        "inverter_ids": [one.inverter_id for one in detections],
        "types": [one.type for one in detections],
        "start_times": [one.start_time for one in detections],
        "end_times": [one.end_time for one in detections],
        "first_detected": [one.first_detected_at for one in detections],
    }
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, asked)


def identified(
    anomalies: Iterable[Anomaly], *, known: Collection[Detection], looked_from: datetime, site_id: str, now: datetime
) -> list[tuple[Anomaly, Detection]]:
    """Each anomaly with the signal that it is; `looked_from` is where the days begin that were looked at.

    Of several known ones with a time in common it is the one that began first.
    """
    free = sorted(known, key=lambda one: (one.start_time, one.signal_id))
    later = max((one.first_detected_at for one in known), default=now - timedelta.resolution) + timedelta.resolution
    new_since = max(now, later)
    found: list[tuple[Anomaly, Detection]] = []
    new: list[Anomaly] = []
    for anomaly in sorted(anomalies, key=lambda one: (one.start_time, one.inverter_id, one.type)):
        one = next((one for one in free if one.is_of(anomaly)), None)
        if one is None:
            new.append(anomaly)
        else:
            free.remove(one)
            found.append((anomaly, _continued(one, anomaly, looked_from)))
    taken = {detection.signal_id for _, detection in found}
    for anomaly in new:
        signal_id = _free_id(site_id, anomaly, taken)
        taken.add(signal_id)
        place = (anomaly.inverter_id, anomaly.type, anomaly.start_time, anomaly.end_time)
        found.append((anomaly, Detection(signal_id, *place, first_detected_at=new_since)))
    return found


def _continued(known: Detection, anomaly: Anomaly, looked_from: datetime) -> Detection:
    """What is known, with its ends as they are now; a start before the days that were looked at stays as it was."""
    start_time = anomaly.start_time if anomaly.start_time >= looked_from else min(known.start_time, anomaly.start_time)
    return Detection(
        known.signal_id, known.inverter_id, known.type, start_time, anomaly.end_time, known.first_detected_at
    )


def _free_id(site_id: str, anomaly: Anomaly, taken: Collection[str]) -> str:
    """From what the signal is about and its first slot; counted on where another has kept that id and moved away."""
    first_slot = anomaly.start_time.isoformat()
    number = 0
    while True:
        about = "|".join((site_id, anomaly.inverter_id, anomaly.type, first_slot, *([str(number)] if number else [])))
        signal_id = f"sig_{hashlib.sha256(about.encode()).hexdigest()[:DIGITS]}"
        if signal_id not in taken:
            return signal_id
        number += 1
