"""Storing telemetry without HTTP, as the import and the event worker do [T1]."""

from datetime import timedelta

import pytest

from assets.models import Asset
from assets.period_store import put_periods
from assets.revisions import revisions_of
from config.errors import InvalidError
from sites.models import Inverter, InverterReading, Site
from sites.queries import UnknownInverterError
from sites.readings import InverterReadingItem, SiteReadingItem
from sites.telemetry import INVERTERS, SITES
from tests.factories.sites import NOW, add_inverter
from tests.factories.telemetry import inverter_reading, site_reading

pytestmark = pytest.mark.django_db


def reading(inverter: Inverter, minute: int = 0, **fields: object) -> InverterReadingItem:
    return InverterReadingItem.model_validate(inverter_reading(inverter, minute, **fields))


def revision(owner: Inverter | Site) -> int:
    """How often the owner's telemetry has changed."""
    return dict(revisions_of(owner_ids=[owner.pk], kind="telemetry")).get(owner.pk, 0)


def test_a_write_raises_the_revision_of_those_whose_readings_changed(
    inverter: Inverter, site: Site, asset: Asset
) -> None:
    """[C13] [P6]"""
    other = add_inverter(site, asset.pk)
    put_periods(INVERTERS, items=[reading(inverter), reading(other)], now=NOW)
    assert (revision(inverter), revision(other)) == (1, 1)
    put_periods(INVERTERS, items=[reading(inverter, 1), reading(other)], now=NOW)
    assert (revision(inverter), revision(other)) == (2, 1)
    put_periods(INVERTERS, items=[reading(inverter, ac_power_kw=1), reading(other)], now=NOW)
    assert (revision(inverter), revision(other), revision(site)) == (3, 1, 0)


def test_a_sites_revision_is_its_own(inverter: Inverter, site: Site) -> None:
    """[C13]"""
    sensors = SiteReadingItem.model_validate(site_reading(site))
    for _ in range(2):
        put_periods(SITES, items=[sensors], now=NOW)
    assert (revision(site), revision(inverter)) == (1, 0)


def test_a_refused_batch_raises_nothing(inverter: Inverter) -> None:
    """[B1]"""
    unknown = InverterReadingItem.model_validate(inverter_reading(inverter, inverter_id="NONE"))
    with pytest.raises(UnknownInverterError, match=r"^Unknown inverter: NONE\.$"):
        put_periods(INVERTERS, items=[reading(inverter), unknown], now=NOW)
    with pytest.raises(InvalidError, match="Item 1 has the same inverter_id and time as item 0"):
        put_periods(INVERTERS, items=[reading(inverter)] * 2, now=NOW)
    assert revision(inverter) == 0
    assert not InverterReading.objects.exists()


def test_a_write_is_stamped_with_the_clock_that_is_passed_in(inverter: Inverter) -> None:
    later = NOW + timedelta(hours=1)
    put_periods(INVERTERS, items=[reading(inverter)], now=NOW)
    put_periods(INVERTERS, items=[reading(inverter, ac_power_kw=0)], now=later)
    stored = InverterReading.objects.get()
    assert (stored.created_at, stored.updated_at) == (NOW, later)
