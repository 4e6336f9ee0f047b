"""Changes of limits that operators make: planned, shown, made, undone.

What is written is written by the operations that the API calls; here each slot is noted before and after.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from assets.local_windows import LocalWindows, Window
from assets.periods import SLOT
from assets.queries import lock_assets
from assets.revisions import raise_revisions
from assets.slot_changes import Preview, check_slots, windows_refused
from config.api.request_id import current_request_id
from config.database.refusals import retried
from config.database.statements import fetch_row, load_sql
from config.database.transactions import consistent_view
from config.errors import ConflictError
from markets.limit_items import LimitItem
from markets.models import LimitChange
from markets.operations.limits import REVISION_KIND, clear_limits, put_limits
from markets.queries.limit_changes import NOTE, PLAN, preview_of, touched_since
from markets.vocabulary import LimitChangeAction, LimitSource

MOST_SLOTS = 50_000
MOST_CLEARED_WINDOWS = 2_000
DAY = timedelta(days=1)
UNDO = load_sql("markets", "undo_limit_change")


@dataclass(frozen=True)
class PlannedChange:
    """What an operator asks for: which assets, when, and what is to hold there; a value of None keeps what is."""

    action: LimitChangeAction
    source: LimitSource
    asset_ids: tuple[str, ...]
    windows: LocalWindows
    values: Mapping[str, Decimal | None] = field(default_factory=dict)

    @property
    def assets(self) -> list[str]:
        """Each asset once, in the order in which all writers lock them."""
        return sorted(set(self.asset_ids))

    @property
    def trading_locked(self) -> bool | None:
        """What becomes of the lock."""
        return {LimitChangeAction.LOCK: True, LimitChangeAction.UNLOCK: False}.get(self.action)

    @property
    def plan(self) -> dict[str, Any]:
        """The parameters of plan_limit_change.sql; InvalidError where it is too much at once."""
        windows = self.checked_windows()
        return {
            "asset_ids": self.assets,
            "starts": [start for start, _ in windows],
            "ends": [end for _, end in windows],
            "source": self.source.value,
            "clears": self.action is LimitChangeAction.CLEAR,
            "trading_locked": self.trading_locked,
            **_given(self),
        }

    def checked_windows(self) -> list[Window]:
        """The windows in UTC; InvalidError where there are none, or more than one change may hold."""
        windows = self.windows.in_utc()
        slots = sum((end - start) // SLOT for start, end in windows) * len(self.assets)
        check_slots(slots, most=MOST_SLOTS)
        if self.action is LimitChangeAction.CLEAR and len(windows) * len(self.assets) > MOST_CLEARED_WINDOWS:
            said = gettext("This is too many separate windows to clear at once; take fewer assets or days.")
            raise windows_refused(said, "too_many")
        return windows


VALUES = ("power_charge", "power_discharge", "energy_low", "energy_high")


def preview(change: PlannedChange) -> Preview:
    """What the change would do; nothing is written. InvalidError where it is too much at once."""
    return preview_of(change.plan)


@retried
def make_change(
    change: PlannedChange, *, fingerprint: str, asked: Mapping[str, Any], by: str, now: datetime
) -> LimitChange:
    """Make the change as it was previewed, all of it or nothing, and note each slot before and after.

    Raises ConflictError where what it would do is not what was previewed any more or is nothing, UnknownAssetError, and
    InvalidError where it would cross an energy band [L7].
    """
    plan = change.plan
    with consistent_view():
        lock_assets(change.assets)
        shown = preview_of(plan)
        if shown.fingerprint != fingerprint:
            raise ConflictError(gettext("Limits in these slots were changed meanwhile. Look at the preview again."))
        if not shown.slots_changed:
            raise ConflictError(gettext("Nothing would change: all these slots are as asked already."))
        made = _note(change.action, change.source, slots=shown.slots_changed, asked=asked, by=by, now=now)
        _run(PLAN + NOTE, {**plan, "change_id": made.pk})
        _write(change, now=now)
    return made


@retried
def undo_change(*, change_id: int, by: str, now: datetime) -> LimitChange:
    """Make each slot of a change what it was before. An undo is a change too, and can be undone.

    Raises ConflictError where anything touched one of its slots since, or the change was undone already.
    """
    with consistent_view():
        change = LimitChange.objects.select_for_update().get(pk=change_id)
        if LimitChange.objects.filter(undoes=change).exists():
            raise ConflictError(gettext("This change was undone already."))
        if touched := touched_since(change_id):
            said = gettext(
                "%(touched)s of its %(slots)s slots were changed since; undoing it would lose that. "
                "Make a new change instead."
            )
            raise ConflictError(said % {"touched": touched, "slots": change.slots})
        lock_assets(change.slot_rows.order_by().values_list("asset_id", flat=True).distinct())
        made = _note(
            LimitChangeAction.UNDO,
            LimitSource(change.source),
            slots=change.slots,
            asked=change.asked,
            by=by,
            now=now,
            undoes=change,
        )
        _run(NOTE_UNDO, {"made": made.pk, "undone": change_id})
        _, asset_ids = fetch_row(UNDO, {"change_id": change_id, "source": change.source, "now": now})
        raise_revisions(owner_ids=asset_ids, kind=REVISION_KIND, now=now)
    return made


NOTE_UNDO = """
INSERT INTO markets_limitchangeslot (change_id, asset_id, start_time, before, after)
SELECT %(made)s, asset_id, start_time, after, before FROM markets_limitchangeslot WHERE change_id = %(undone)s
"""


def _note(
    action: LimitChangeAction,
    source: LimitSource,
    *,
    slots: int,
    asked: Mapping[str, Any],
    by: str,
    now: datetime,
    undoes: LimitChange | None = None,
) -> LimitChange:
    return LimitChange.objects.create(
        action=action,
        source=source,
        slots=slots,
        asked=dict(asked),
        actor=by,
        request_id=current_request_id(),
        made_at=now,
        undoes=undoes,
    )


def _write(change: PlannedChange, *, now: datetime) -> None:
    windows = change.windows.in_utc()
    if change.action is not LimitChangeAction.CLEAR:
        put_limits(items=list(_items(change, windows)), now=now)
        return
    for asset_id in change.assets:
        for start, end in windows:
            clear_limits(asset_id=asset_id, source=change.source, start=start, end=end, now=now)


def _items(change: PlannedChange, windows: list[Window]) -> Iterator[LimitItem]:
    """The batch that an API client would send: windows of UTC days, where days that are alike are one item."""
    pieces = sorted(_pieces(windows), key=lambda piece: (piece[1], piece[0]))
    for (first, last), days in groupby(_runs(pieces), key=lambda run: run[0]):
        for _, start_day, end_day in days:
            for asset_id in change.assets:
                yield LimitItem.model_construct(
                    asset_id=asset_id,
                    source=change.source,
                    start_time=first,
                    end_time=last,
                    valid_from=start_day,
                    valid_until=end_day,
                    trading_locked=change.trading_locked,
                    **_given(change),
                )


def _given(change: PlannedChange) -> dict[str, Any]:
    return {name: change.values.get(name) for name in VALUES}


def _pieces(windows: list[Window]) -> Iterator[tuple[date, tuple[int, int]]]:
    """Each window cut at midnight UTC: the day, and the quarters of an hour since its midnight."""
    for start, end in windows:
        for number in range((end - SLOT).toordinal() - start.toordinal() + 1):
            midnight = datetime.combine(start.date() + number * DAY, time(), tzinfo=UTC)
            first, last = max(start, midnight), min(end, midnight + DAY)
            yield midnight.date(), ((first - midnight) // SLOT, (last - midnight) // SLOT)


def _runs(pieces: list[tuple[date, tuple[int, int]]]) -> list[tuple[tuple[int, int], date, date]]:
    """Pieces of the same quarters on days in a row as one: the quarters, the first day and the last."""
    runs: list[tuple[tuple[int, int], date, date]] = []
    for day, quarters in pieces:
        if runs and runs[-1][0] == quarters and runs[-1][2] + DAY == day:
            runs[-1] = (quarters, runs[-1][1], day)
        else:
            runs.append((quarters, day, day))
    return runs


def _run(statement: str, params: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, dict(params))
