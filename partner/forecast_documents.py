"""Documents of forecasts: their totals, and what is left of them for who looks less far ahead [P5]."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from partner.documents import rounded

Interval = Mapping[str, Any]

STORED_HOURS: Final = 72
DEFAULT_HOURS: Final = 24
REVENUE: Final = "revenue_"


def filtered(document: Mapping[str, Any], *, horizon_hours: int = DEFAULT_HOURS) -> dict[str, Any]:
    """The document with its first so many hours, at most 72, and what they come to [P5]."""
    intervals = document["intervals"][:horizon_hours]
    currency = next(iter(set(document["totals"]) - {"total_kwh"})).rpartition("_")[2]
    return {**document, **summary(intervals, currency=currency)}


def summary(intervals: Sequence[Interval], *, currency: str) -> dict[str, Any]:
    """The part of a document that follows from its intervals, and they themselves.

    `model_id` names the models of the intervals in their order; None where no hour has one. A total is None where one
    of its hours is.
    """
    models = dict.fromkeys(interval["model_id"] for interval in intervals if interval["model_id"])
    return {
        "model_id": "+".join(models) or None,
        "horizon_hours": len(intervals),
        "resolution": "1h",
        "intervals": list(intervals),
        "totals": {
            "total_kwh": _total(interval["p50_kw"] for interval in intervals),
            f"total_revenue_{currency}": _total(interval[f"{REVENUE}{currency}"] for interval in intervals),
        },
    }


def _total(numbers: Any) -> float | None:
    """The sum of the numbers as they are written; each stands for an hour."""
    known = list(numbers)
    return None if None in known else rounded(sum((Decimal(str(number)) for number in known), Decimal(0)))
