"""Specs of an asset as a dictionary of rows, by the day on which they begin [SP2] [SP3]."""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from tests.factories.specs import stamp

LAST_DAY = 12
NEVER = 100  # a day that no spec of the model reaches

# Few days and few values, so that specs meet, touch and change back.
VALUES: dict[str, list[Any]] = {
    "rated_power": [None, {"value": "1", "unit": "MW"}, {"value": "2", "unit": "MW"}],
    "ramp_rate": [None, "1", "2"],
    "ramp_type": [None, "LINEAR", "STEP"],
}


@dataclass(frozen=True)
class Row:
    """A spec of the model: the day on which it ends, if it does, and its values."""

    end: int | None
    values: dict[str, Any] = field(default_factory=dict)


Rows = dict[int, Row]


@st.composite
def patches(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    """The day on which a spec begins, and what is sent beside it."""
    start = draw(st.integers(1, LAST_DAY))
    ends = st.none() | st.integers(start + 1, LAST_DAY + 2)
    values = {name: st.sampled_from(words) for name, words in VALUES.items()}
    return start, draw(st.fixed_dictionaries({}, optional={"end": ends, **values}))


def is_apart(rows: Rows) -> bool:
    """Whether no day belongs to two specs."""
    days = [day for start, row in rows.items() for day in range(start, row.end or NEVER)]
    return len(days) == len(set(days))


def patched(rows: Rows, start: int, sent: dict[str, Any]) -> Rows | None:
    """The rows after a PATCH; None where it is refused."""
    after = dict(rows)
    values = {name: value for name, value in sent.items() if name != "end"}
    if start in rows:
        row = rows[start]
        end = sent.get("end", row.end)
        if end is None and row.end is not None:
            return None
        after[start] = Row(end, row.values | values)
    else:
        end = sent.get("end")
        for opened in [day for day, row in rows.items() if row.end is None]:
            if end is None and start < opened:
                return None
            if end is None:
                after[opened] = replace(rows[opened], end=start)
        after[start] = Row(end, dict.fromkeys(VALUES) | values)
    return after if is_apart(after) else None


def answered(rows: Rows) -> list[dict[str, Any]]:
    """The rows as a list answers them, from the last to the first."""
    return [
        {"valid_from": stamp(start), "valid_to": row.end and stamp(row.end), **row.values}
        for start, row in sorted(rows.items(), reverse=True)
    ]


def body_of(asset_id: str, start: int, sent: dict[str, Any]) -> dict[str, Any]:
    """What a PATCH sends."""
    body = {"asset_id": asset_id, "valid_from": stamp(start)} | {name: sent[name] for name in sent if name != "end"}
    if "end" in sent:
        body["valid_to"] = sent["end"] and stamp(sent["end"])
    return body
