"""Limits of sites and inverters under many hands at once [ST6] [B1]."""

import random
from collections.abc import Callable

import pytest
from django.utils import timezone

from config.api.batches import Stored
from sites.limits import InverterLimitItem, SiteLimitItem, put_inverter_limits, put_site_limits
from sites.models import Inverter, InverterLimit, SiteLimit
from sites.operations import delete_inverter
from sites.queries import UnknownInverterError
from tests.factories.plants import make_asset
from tests.factories.site_limits import limits_of_inverter, limits_of_site
from tests.factories.sites import add_inverter, add_site
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16
SLOTS = 200


@pytest.fixture
def inverter() -> Inverter:
    return add_inverter(add_site(), make_asset().pk)


def writing(inverter: Inverter, writer: int) -> Callable[[], tuple[Stored, Stored]]:
    """A writer of the same slots of the site and the inverter, shuffled; every value says who wrote it."""
    of_site, of_inverter = limits_of_site(inverter.site), limits_of_inverter(inverter)
    slots = random.Random(writer).sample(range(SLOTS), SLOTS)
    ours = [of_site.limit(slot, into=-writer, out=writer) for slot in slots]
    theirs = [of_inverter.limit(slot, into=-writer, out=writer) for slot in slots]
    site_items = [SiteLimitItem.model_validate(limit) for limit in ours]
    inverter_items = [InverterLimitItem.model_validate(limit) for limit in theirs]

    def write() -> tuple[Stored, Stored]:
        now = timezone.now()
        return (
            put_site_limits(site_id=inverter.site_id, items=site_items, now=now),
            put_inverter_limits(site_id=inverter.site_id, inverter_id=inverter.pk, items=inverter_items, now=now),
        )

    return write


def test_overlapping_shuffled_batches_never_deadlock_and_leave_rows_whole(
    inverter: Inverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B1]: without a second try; the rows are all of one writer."""
    monkeypatch.setattr("config.database.refusals.MOST_TRIES", 1)
    outcomes = at_once(*(writing(inverter, writer) for writer in range(1, WRITERS + 1)))
    for stored in zip(*outcomes, strict=True):
        assert sum(one.inserted for one in stored) == SLOTS
        assert sum(one.updated for one in stored) == SLOTS * (WRITERS - 1)
    ((taken, given),) = SiteLimit.objects.values_list("power_import", "power_export").distinct()
    assert -taken == given
    ((charge, discharge),) = InverterLimit.objects.values_list("power_charge", "power_discharge").distinct()
    assert -charge == discharge


@pytest.mark.parametrize("_round", range(4))
def test_limits_are_either_stored_and_deleted_with_their_inverter_or_refused(inverter: Inverter, _round: int) -> None:
    """[ST4] [ST6]"""
    limit = InverterLimitItem.model_validate(limits_of_inverter(inverter).limit())

    def store() -> int:
        try:
            asked = {"site_id": inverter.site_id, "inverter_id": inverter.pk}
            return put_inverter_limits(**asked, items=[limit], now=timezone.now()).inserted
        except UnknownInverterError:
            return 1

    def delete() -> int:
        delete_inverter(site_id=inverter.site_id, inverter_id=inverter.pk, by="user:anna")
        return 1

    assert at_once(store, delete) == [1, 1]
    assert not InverterLimit.objects.exists()
