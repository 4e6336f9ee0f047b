"""Published snapshots for tests, without computing one."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from partner.api.bodies import KPI_ROLLUP_EXAMPLE
from partner.api.forecast_bodies import FORECAST_EXAMPLE
from partner.api.maintenance_bodies import MAINTENANCE_SCHEDULE_EXAMPLE, MAINTENANCE_SIGNALS_EXAMPLE
from partner.documents import Computed
from partner.kinds import KINDS
from partner.models import PartnerProfile, Snapshot
from partner.operations.publishing import Run, publish
from partner.schedules import Stamps
from partner.vocabulary import FORECAST, KPI_ROLLUP, MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS

EXAMPLES = {
    KPI_ROLLUP: KPI_ROLLUP_EXAMPLE,
    FORECAST: FORECAST_EXAMPLE,
    MAINTENANCE_SIGNALS: MAINTENANCE_SIGNALS_EXAMPLE,
    MAINTENANCE_SCHEDULE: MAINTENANCE_SCHEDULE_EXAMPLE,
}
STAMPED = ("generated_at", "data_through", "stale")


def make_snapshot(profile: PartnerProfile, *, now: datetime, kind: str = KPI_ROLLUP, **changes: Any) -> Snapshot:
    """The kind's example document as the site's own, published now, with a period of 30 seconds."""
    content = {name: value for name, value in EXAMPLES[kind].items() if name not in STAMPED}
    content |= {"site_id": profile.public_name} | changes
    stamps = Stamps(next_check_at=now + timedelta(seconds=30), stale_from=now + timedelta(seconds=60))
    run = Run(site_id=profile.site_id, kind=KINDS[kind], now=now, stamps=stamps)
    with transaction.atomic():
        publish(run, Computed(content, data_through=now), inputs="as they were")
    return Snapshot.objects.get(site=profile.site, kind=kind)
