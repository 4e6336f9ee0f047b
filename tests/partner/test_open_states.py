"""Which inverters are in a critical state now, and since when (contract 13.2)."""

from datetime import datetime, timedelta

import pytest

from partner.models import PartnerProfile
from partner.open_states import OpenState, open_states
from partner.plant import devices_of
from sites.models import Inverter, Site
from tests.factories.plants import make_inverter, put_reading
from tests.factories.rollups import NOON, NOW, SLOT

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


def found(site: Site) -> list[OpenState]:
    """Of what was read since noon of the day before, and before now."""
    return open_states(devices=devices_of(site.pk), since=NOON, now=NOW)


def put(inverter: Inverter, *states: tuple[datetime, str | None]) -> None:
    for time, state in states:
        put_reading(inverter, time, 1, state=state)


def test_it_is_open_since_the_first_critical_reading_after_the_last_good_one(site: Site, inverter: Inverter) -> None:
    put(inverter, (NOON, "FAULT"), (NOON + SLOT, "NORMAL"), (NOON + 2 * SLOT, "WARNING"), (NOON + 3 * SLOT, "UNKNOWN"))
    put(inverter, (NOON + 4 * SLOT, "OFFLINE"), (NOON + 5 * SLOT, "CRITICAL"), (NOON + 6 * SLOT, None))
    put(inverter, (NOON + 7 * SLOT, "UNKNOWN"))
    assert found(site) == [OpenState(inverter.pk, "CRITICAL", NOON + 4 * SLOT)]


def test_a_good_reading_closes_it(site: Site, inverter: Inverter) -> None:
    put(inverter, (NOON, "FAULT"), (NOON + SLOT, "STANDBY"))
    assert found(site) == []


@pytest.mark.parametrize(
    ("time", "since"), [(NOON, NOON), (NOON - MOMENT, None), (NOW - MOMENT, NOW - MOMENT), (NOW, None)]
)
def test_what_is_read_from_the_first_moment_on_and_before_now_counts(
    site: Site, inverter: Inverter, time: datetime, since: datetime | None
) -> None:
    put(inverter, (time, "FAULT"))
    assert [one.since for one in found(site)] == ([since] if since else [])


def test_what_was_before_the_first_moment_moves_no_beginning(site: Site, inverter: Inverter) -> None:
    put(inverter, (NOON - SLOT, "FAULT"), (NOON, "NORMAL"), (NOON + SLOT, "FAULT"), (NOW + SLOT, "NORMAL"))
    assert found(site) == [OpenState(inverter.pk, "FAULT", NOON + SLOT)]


def test_a_good_reading_at_the_first_moment_is_the_last_good_one(site: Site, inverter: Inverter) -> None:
    other = make_inverter(site)
    put(inverter, (NOON - SLOT, "FAULT"), (NOON + SLOT, "FAULT"))
    put(other, (NOON, "NORMAL"), (NOON + 2 * SLOT, "OFFLINE"))
    assert {one.inverter_id: one.since for one in found(site)} == {inverter.pk: NOON + SLOT, other.pk: NOON + 2 * SLOT}


def test_they_are_told_by_inverter(site: Site, inverter: Inverter, profile: PartnerProfile) -> None:
    others = [make_inverter(site) for _ in range(2)]
    for one in (others[1], inverter, others[0]):
        put(one, (NOON, "FAULT"))
    assert [one.inverter_id for one in found(site)] == sorted(one.pk for one in (inverter, *others))
