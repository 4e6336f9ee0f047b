"""Signals from run to run, as they are published: what partners who poll with the cursor see (contract 13.1)."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from partner.builders import BUILDERS
from partner.documents import Computed
from partner.kinds import KINDS
from partner.models import PartnerProfile, Signal, Snapshot
from partner.operations.profiles import save_profile
from partner.operations.publishing import Outcome, Run, refresh
from partner.schedules import Stamps
from partner.signal_documents import filtered
from partner.vocabulary import MAINTENANCE_SIGNALS
from sites.models import Inverter, InverterReading, Site
from tests.factories.plants import put_reading
from tests.factories.rollups import NOON, NOW, SLOT
from tests.factories.signals import put_light, put_slots, times

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = timedelta(seconds=30)
DAY = timedelta(days=1)


def run(profile: PartnerProfile, now: datetime, *, compute: Any = BUILDERS[MAINTENANCE_SIGNALS]) -> Outcome:
    stamps = Stamps(next_check_at=now + PERIOD, stale_from=now + 2 * PERIOD)
    return refresh(Run(profile.site_id, KINDS[MAINTENANCE_SIGNALS], now, stamps), compute=compute)


def published() -> dict[str, Any]:
    return dict(json.loads(str(Snapshot.objects.get(kind=MAINTENANCE_SIGNALS).body)))


@pytest.fixture
def first(site: Site, inverter: Inverter, profile: PartnerProfile) -> dict[str, Any]:
    """An hour without production, as it was published."""
    put_light(site, [400] * 8)
    put_slots(inverter, [0] * 4)
    assert run(profile, NOW) is Outcome.PUBLISHED
    (signal,) = published()["signals"]
    return dict(signal)


def test_late_readings_bring_signals_after_the_cursor(
    inverter: Inverter, profile: PartnerProfile, first: dict[str, Any]
) -> None:
    """What is found out today about the day before yesterday is as new as what happens now."""
    cursor = datetime.fromisoformat(published()["cursor"])
    put_reading(inverter, NOON - DAY, 1, state="FAULT")
    assert run(profile, NOW + PERIOD) is Outcome.PUBLISHED
    (new,) = filtered(published(), since=cursor)["signals"]
    assert new["start_time"] == "2026-01-08T12:00:00Z"
    assert new["timestamp"] == published()["cursor"] == "2026-01-10T12:00:30Z"
    assert [one["id"] for one in published()["signals"]] == [new["id"], first["id"]]


def test_a_signal_that_goes_on_keeps_its_id_and_its_timestamp(
    inverter: Inverter, profile: PartnerProfile, first: dict[str, Any]
) -> None:
    put_slots(inverter, [0] * 4, start=NOON + 4 * SLOT)
    assert run(profile, NOW + PERIOD) is Outcome.PUBLISHED
    (signal,) = published()["signals"]
    assert (signal["id"], signal["timestamp"]) == (first["id"], first["timestamp"])
    assert (times(first), times(signal)) == (("12:00", "13:00"), ("12:00", "14:00"))
    assert (first["severity"], signal["severity"]) == ("High", "Critical")


def test_a_signal_longer_than_the_days_that_are_looked_at_keeps_its_beginning(
    inverter: Inverter, profile: PartnerProfile
) -> None:
    save_profile(site=profile.site, fields={"signal_thresholds": {"lookback_days": 1}}, by="user:anna", now=NOW)
    for day in range(4):
        for hour in range(24):
            put_reading(inverter, NOON + day * DAY + 4 * hour * SLOT, 1, state="OFFLINE")
        assert run(profile, NOON + (day + 1) * DAY) is Outcome.PUBLISHED
        (signal,) = published()["signals"]
        assert (signal["timestamp"], signal["start_time"]) == ("2026-01-10T12:00:00Z", "2026-01-09T12:00:00Z")
        assert signal["id"] == Signal.objects.get().signal_id


def test_what_readings_take_back_goes_and_comes_again_as_new(
    site: Site, inverter: Inverter, profile: PartnerProfile, first: dict[str, Any]
) -> None:
    put_slots(inverter, [32] * 4)
    assert run(profile, NOW + PERIOD) is Outcome.PUBLISHED
    assert (published()["signals"], published()["cursor"], Signal.objects.count()) == ([], None, 0)
    put_slots(inverter, [0] * 4)
    assert run(profile, NOW + 2 * PERIOD) is Outcome.PUBLISHED
    (again,) = published()["signals"]
    assert (again["id"], again["timestamp"]) == (first["id"], "2026-01-10T12:01:00Z")


def test_signals_leave_with_the_days_that_are_looked_at(
    inverter: Inverter, profile: PartnerProfile, first: dict[str, Any]
) -> None:
    assert run(profile, NOW + 6 * DAY) is Outcome.UNCHANGED
    assert run(profile, NOW + 7 * DAY) is Outcome.PUBLISHED
    assert (published()["signals"], Signal.objects.count()) == ([], 0)


def test_a_run_that_publishes_nothing_remembers_nothing(
    inverter: Inverter, profile: PartnerProfile, first: dict[str, Any]
) -> None:
    """What was detected by a run that failed is detected by the next one, and no earlier."""

    def failing(site_id: str, now: datetime) -> Computed:
        computed = BUILDERS[MAINTENANCE_SIGNALS](site_id, now)
        return Computed({**computed.content, "signals": "none"}, computed.data_through)

    put_reading(inverter, NOON - DAY, 1, state="FAULT")
    assert run(profile, NOW + PERIOD, compute=failing) is Outcome.FAILED
    assert Signal.objects.get().signal_id == first["id"]
    assert run(profile, NOW + 2 * PERIOD) is Outcome.PUBLISHED
    assert published()["cursor"] == "2026-01-10T12:01:00Z"


def test_signals_go_with_their_inverter(inverter: Inverter, profile: PartnerProfile, first: dict[str, Any]) -> None:
    InverterReading.objects.all().delete()
    inverter.delete()
    assert not Signal.objects.exists()
    assert run(profile, NOW + PERIOD) is Outcome.PUBLISHED
    assert published()["signals"] == []
