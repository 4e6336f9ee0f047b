"""How assets are doing: how status entries are listed [S1] [S2]."""

from assets.models import StatusEntry
from assets.period_store import ListedPeriods
from config.database.periods import PeriodTable

STATUSES = ListedPeriods(
    kind="statuses",
    field="statuses",
    table=PeriodTable(StatusEntry, answer=("asset_id", "status", "effective_at", "reasons", "created_at")),
    order="time",
)
