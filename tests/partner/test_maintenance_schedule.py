"""The maintenance schedule out of readings and plant data (contract 13.1, 13.2)."""

from datetime import date, timedelta
from typing import Any

import pytest

from partner import maintenance_schedule
from partner.documents import assembled
from partner.kinds import KINDS
from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from partner.vocabulary import MAINTENANCE_SCHEDULE
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, put_reading
from tests.factories.rollups import NOON, NOW
from tests.factories.signals import put_light, put_slots

pytestmark = pytest.mark.django_db

# NOW is noon of the tenth of January 2026 in UTC, NOON the noon before.
NOTHING = {"total_tasks": 0, "by_priority": {}, "by_task_type": {}, "by_asset": {}}


@pytest.fixture(autouse=True)
def _profile(profile: PartnerProfile, inverter: Inverter) -> PartnerProfile:
    return profile


def schedule(site: Site) -> dict[str, Any]:
    computed = maintenance_schedule.compute(site.pk, NOW)
    KINDS[MAINTENANCE_SCHEDULE].validator.validate(assembled(computed, generated_at=NOW, stale=False))
    return dict(computed.content)


def test_a_plant_that_is_well_has_nothing_to_do_for_ninety_days(site: Site) -> None:
    document = schedule(site)
    assert document["horizon"] == {"start": "2026-01-10", "end": "2026-04-10"}
    assert (document["tasks"], document["summary"]) == ([], NOTHING)


def test_anomalies_an_open_state_and_a_due_service_are_tasks(site: Site, inverter: Inverter) -> None:
    put_light(site, [400] * 4)
    put_slots(inverter, [0] * 4)
    broken = make_inverter(site, serial_number="INV-2")
    put_slots(broken, [30] * 2, state="FAULT")
    old = make_inverter(site, serial_number="INV-3", service_interval_days=180, last_service_on=date(2025, 9, 1))
    put_slots(old, [32] * 4, state="NORMAL")
    document = schedule(site)
    found = {(one["asset_id"], one["task_type"], one["recommended_date"]): one for one in document["tasks"]}
    assert set(found) == {
        ("INV-2", "corrective_maintenance", "2026-01-10"),
        (inverter.pk, "inspection", "2026-01-16"),
        ("INV-2", "inspection", "2026-01-16"),
        ("INV-3", "scheduled_service", "2026-02-28"),
    }
    correction = found["INV-2", "corrective_maintenance", "2026-01-10"]
    assert (correction["reason"], correction["priority"]) == ("In state FAULT since 2026-01-09", "Critical")
    assert found[inverter.pk, "inspection", "2026-01-16"] == {
        "asset_id": inverter.pk,
        "task_type": "inspection",
        "reason": "1 anomaly detected in the last 7 days",
        "recommended_date": "2026-01-16",
        "estimated_duration_hours": 2,
        "priority": "High",
    }
    assert document["summary"] == {
        "total_tasks": 4,
        "by_priority": {"Critical": 1, "High": 2, "Low": 1},
        "by_task_type": {"inspection": 2, "corrective_maintenance": 1, "scheduled_service": 1},
        "by_asset": {inverter.pk: 1, "INV-2": 2, "INV-3": 1},
    }


def test_a_state_that_is_over_is_not_open(site: Site, inverter: Inverter) -> None:
    put_reading(inverter, NOON, 1, state="FAULT")
    put_reading(inverter, NOON + timedelta(minutes=1), 1, state="NORMAL")
    put_reading(inverter, NOON + timedelta(minutes=2), 1, state="UNKNOWN")
    put_reading(inverter, NOON + timedelta(minutes=3), 1)
    assert [one["task_type"] for one in schedule(site)["tasks"]] == ["inspection"]


def test_an_inverter_that_went_silent_in_a_critical_state_is_still_in_it(site: Site, inverter: Inverter) -> None:
    """Nobody has seen an anomaly for days, and it is open since the first reading after the last good one."""
    put_reading(inverter, NOW - timedelta(days=20), 1, state="NORMAL")
    put_reading(inverter, NOW - timedelta(days=19), 1, state="CRITICAL")
    put_reading(inverter, NOW - timedelta(days=18), 1, state="OFFLINE")
    put_reading(inverter, NOW - timedelta(days=17), 1)
    (task,) = schedule(site)["tasks"]
    assert (task["task_type"], task["reason"]) == ("corrective_maintenance", "In state OFFLINE since 2025-12-22")


def test_after_thirty_days_of_silence_no_state_is_known(site: Site, inverter: Inverter) -> None:
    put_reading(inverter, NOW - timedelta(days=31), 1, state="FAULT")
    assert schedule(site)["tasks"] == []


def test_days_are_those_of_the_site(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    """At noon in UTC the eleventh has begun on Kiritimati, where the noon before was two in the night."""
    save_profile(site=site, fields={"time_zone": "Pacific/Kiritimati"}, by="user:anna", now=NOW)
    put_reading(inverter, NOON, 1, state="FAULT")
    document = schedule(site)
    assert document["horizon"]["start"] == "2026-01-11"
    assert document["tasks"][0]["reason"] == "In state FAULT since 2026-01-10"


def test_how_far_back_anomalies_count_is_the_profiles(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    put_reading(inverter, NOW - timedelta(days=5), 1, state="FAULT")
    put_reading(inverter, NOW - timedelta(days=4), 1, state="NORMAL")
    assert len(schedule(site)["tasks"]) == 1
    save_profile(site=site, fields={"signal_thresholds": {"anomaly_days": 2}}, by="user:anna", now=NOW)
    assert schedule(site)["tasks"] == []


def test_the_newest_anomaly_says_when_it_is_to_be_looked_at(site: Site, inverter: Inverter) -> None:
    """Two days of it, four and one day ago: seven days are counted from the latter."""
    for days in (3, 0):
        put_light(site, [400] * 2, start=NOON - timedelta(days=days))
        put_slots(inverter, [0] * 2, start=NOON - timedelta(days=days))
    (task,) = schedule(site)["tasks"]
    assert task["recommended_date"] == "2026-01-16"
