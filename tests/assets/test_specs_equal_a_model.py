"""Specs of an asset against a plain dictionary of them, on made-up sequences of PATCHes [SP2] [SP3]."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from tests.clients import Api, read
from tests.factories.assets import make_asset
from tests.factories.specs import stamp

pytestmark = pytest.mark.django_db

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


def stored(api: Api, asset: Asset) -> list[dict[str, Any]]:
    """What is stored, with the fields that the model knows."""
    listed = read(api.get(f"/specs?asset_ids={asset.pk}"))["specs"]
    return [{name: spec[name] for name in ("valid_from", "valid_to", *VALUES)} for spec in listed]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(patches(), min_size=2, max_size=12))
def test_specs_are_what_a_dictionary_of_them_would_be(sent: list[tuple[int, dict[str, Any]]]) -> None:
    """[SP2] [SP3]: the same are refused, and what is stored is the same after each."""
    api, asset = Api.with_key(), make_asset()
    rows: Rows = {}
    for start, fields in sent:
        body = {"asset_id": asset.pk, "valid_from": stamp(start)} | fields
        if "end" in body:
            end = body.pop("end")
            body["valid_to"] = end and stamp(end)
        expected = patched(rows, start, fields)

        answer = api.patch("/specs", body)

        assert answer.status_code == (422 if expected is None else 204), (rows, start, fields)
        rows = rows if expected is None else expected
        assert stored(api, asset) == answered(rows)
