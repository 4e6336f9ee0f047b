"""What assets were told to do: how dispatches are listed [D1]."""

from assets.models import Dispatch
from assets.period_store import ListedPeriods
from config.database.periods import PeriodTable


def _edge(column: str) -> str:
    """SQL that writes an edge: without a fraction as other periods' are, unless it has one, being on no grid."""
    instant = f"period.{column} AT TIME ZONE 'UTC'"
    return f"""'"' || replace(to_char({instant}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || 'Z"'"""


DISPATCHES = ListedPeriods(
    kind="dispatches",
    field="dispatches",
    table=PeriodTable(
        Dispatch,
        answer=(
            "id",
            "asset_id",
            "start_time",
            "end_time",
            "delivery_day",
            "power",
            "source",
            "market",
            "issued_at",
            "acknowledged_at",
            "status",
            "attributes",
            "created_at",
        ),
        written={"start_time": _edge("start_time"), "end_time": _edge("end_time")},
    ),
)
