"""What a change of limits would do, and what has become of one."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assets.slot_changes import Preview, Step
from config.database.statements import fetch_row, fetch_rows, load_sql

MOST_STEPS = 200
PLAN = load_sql("markets", "plan_limit_change")
STEPS = """
SELECT asset_id, before, after, count(*), min(start_time), max(start_time)
FROM {changed}
GROUP BY asset_id, before, after
ORDER BY asset_id, min(start_time)
LIMIT %(most_steps)s
"""
NOTED = "(SELECT * FROM markets_limitchangeslot WHERE change_id = %(change_id)s) AS noted"
TOTALS = """
SELECT
    (SELECT count(*) FROM planned),
    count(*),
    count(DISTINCT asset_id),
    md5(coalesce(string_agg(concat_ws(' ', asset_id, start_time, before, after), '' ORDER BY asset_id, start_time), ''))
FROM changing
"""
NOTE = """
INSERT INTO markets_limitchangeslot (change_id, asset_id, start_time, before, after)
SELECT %(change_id)s, asset_id, start_time, before, after FROM changing
"""
# A slot that is as the change left it has its row with its values and its stamp, or still none.
TOUCHED_SINCE = """
SELECT count(*)
FROM markets_limitchangeslot AS changed
JOIN markets_limitchange AS change ON change.id = changed.change_id
LEFT JOIN markets_limit AS stored
    ON stored.asset_id = changed.asset_id AND stored.start_time = changed.start_time AND stored.source = change.source
WHERE
    changed.change_id = %(change_id)s
    AND ((stored.asset_id IS NULL) <> (changed.after IS NULL) OR stored.updated_at <> change.made_at)
"""


def preview_of(plan: Mapping[str, Any]) -> Preview:
    """What the change of these parameters (of plan_limit_change.sql) would do now."""
    asked, changed, assets, fingerprint = fetch_row(PLAN + TOTALS, plan)
    return Preview(_steps(PLAN + STEPS.format(changed="changing"), plan), asked, changed, assets, fingerprint)


def steps_of(change_id: int) -> list[Step]:
    """What a change did, slots that changed alike as one; the first 200."""
    return _steps(STEPS.format(changed=NOTED), {"change_id": change_id})


def _steps(statement: str, params: Mapping[str, Any]) -> list[Step]:
    rows = fetch_rows(statement, {**params, "most_steps": MOST_STEPS})
    return [Step(asset_id, _values(before), _values(after), *rest) for asset_id, before, after, *rest in rows]


def _values(text: str | None) -> Mapping[str, Any] | None:
    """A row's values as PostgreSQL writes them, numbers exactly."""
    found: Mapping[str, Any] | None = json.loads(text, parse_float=Decimal, parse_int=Decimal) if text else None
    return found


def touched_since(change_id: int) -> int:
    """How many of a change's slots are not as it left them."""
    (number,) = fetch_row(TOUCHED_SINCE, {"change_id": change_id})
    return int(number)
