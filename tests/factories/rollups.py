"""The KPI rollup as its builder makes it, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from partner import kpi_rollup
from sites.models import Site

SLOT = timedelta(minutes=15)
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)


def rollup(site: Site, now: datetime = NOW) -> dict[str, Any]:
    """The content of a site's document."""
    return dict(kpi_rollup.build(kpi_rollup.read(site_id=site.pk, now=now)).content)
