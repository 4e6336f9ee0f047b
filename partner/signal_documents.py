"""Documents of maintenance signals: their order, their summary, and what is left of them for who asks for less [P5]."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from partner.vocabulary import Severity, SignalType

Signal = Mapping[str, Any]
SEVERITIES = {severity.value: rank for rank, severity in enumerate(Severity)}


def filtered(
    document: Mapping[str, Any], *, severities: Collection[str] | None = None, since: datetime | None = None
) -> dict[str, Any]:
    """The document with the signals of these severities that were first detected strictly after `since` [P5].

    None filters nothing. The summary is that of what is left; the cursor stays, since all up to it was looked at.
    """
    kept = [
        signal
        for signal in document["signals"]
        if (severities is None or signal["severity"] in severities)
        and (since is None or datetime.fromisoformat(signal["timestamp"]) > since)
    ]
    return {**document, "signals": kept, "summary": summary(kept)}


def ordered(signals: Iterable[Signal]) -> list[Signal]:
    """The latest detected first, then the worst, then by id."""
    by_id = sorted(signals, key=lambda one: (SEVERITIES[one["severity"]], one["id"]))
    return sorted(by_id, key=lambda one: datetime.fromisoformat(one["timestamp"]), reverse=True)


def summary(signals: Collection[Signal]) -> dict[str, dict[str, int]]:
    """How many signals there are of each type, severity and asset, of those that have any."""
    return {
        "by_type": counted((one["type"] for one in signals), order=SignalType.values),
        "by_severity": counted((one["severity"] for one in signals), order=Severity.values),
        "by_asset": counted(one["asset_id"] for one in signals),
    }


def counted(words: Iterable[str], *, order: Collection[str] = ()) -> dict[str, int]:
    """How often each word occurs, in this order or by the alphabet."""
    counts = Counter(words)
    return {word: counts[word] for word in (order or sorted(counts)) if word in counts}
