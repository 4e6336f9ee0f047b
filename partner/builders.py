"""How a document of each kind comes about. The worker alone imports this, and with it what only computing needs."""

from collections.abc import Callable, Mapping
from datetime import datetime

from partner import forecast, kpi_rollup, maintenance_schedule, maintenance_signals
from partner.documents import Computed
from partner.vocabulary import FORECAST, KPI_ROLLUP, MAINTENANCE_SCHEDULE, MAINTENANCE_SIGNALS

Builder = Callable[[str, datetime], Computed]


def _kpi_rollup(site_id: str, now: datetime) -> Computed:
    return kpi_rollup.build(kpi_rollup.read(site_id=site_id, now=now))


def _forecast(site_id: str, now: datetime) -> Computed:
    return forecast.build(forecast.read(site_id=site_id, now=now))


BUILDERS: Mapping[str, Builder] = {
    KPI_ROLLUP: _kpi_rollup,
    FORECAST: _forecast,
    MAINTENANCE_SIGNALS: maintenance_signals.compute,
    MAINTENANCE_SCHEDULE: maintenance_schedule.compute,
}
