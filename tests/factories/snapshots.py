"""Published snapshots for tests, without computing one."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from partner.api.bodies import KPI_ROLLUP_EXAMPLE
from partner.documents import Computed
from partner.kinds import KINDS
from partner.models import PartnerProfile, Snapshot
from partner.operations.publishing import Run, publish
from partner.schedules import Stamps
from partner.vocabulary import KPI_ROLLUP

STAMPED = ("generated_at", "data_through", "stale")


def make_snapshot(profile: PartnerProfile, *, now: datetime, **changes: Any) -> Snapshot:
    """The example document as the site's KPI rollup, published now, with a period of 30 seconds."""
    content = {name: value for name, value in KPI_ROLLUP_EXAMPLE.items() if name not in STAMPED}
    content |= {"site_id": profile.public_name} | changes
    stamps = Stamps(next_check_at=now + timedelta(seconds=30), stale_from=now + timedelta(seconds=60))
    run = Run(site_id=profile.site_id, kind=KINDS[KPI_ROLLUP], now=now, stamps=stamps)
    with transaction.atomic():
        publish(run, Computed(content, data_through=now), inputs="as they were")
    return Snapshot.objects.get(site=profile.site, kind=KPI_ROLLUP)
