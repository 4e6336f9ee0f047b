"""Changes of points of connection's limits that operators make: planned, shown, made.

What is written is written by the operation that the API calls; here it is noted before and after. The API clears no
limit, so that is done here alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from assets.local_windows import LocalWindows
from assets.periods import LONGEST_WINDOW, SLOT
from assets.revisions import raise_revisions
from assets.slot_changes import Preview, Step, check_slots
from config.api.request_id import current_request_id
from config.api.values import edge, plain
from config.database.refusals import retried
from config.errors import ConflictError, Fault, InvalidError
from sites.limit_plans import Plan, Powers, Run, Window, plan, runs_of, slots_of
from sites.limits import SITE_LIMITS, SiteLimitItem, put_site_limits
from sites.models import SiteLimit, SiteLimitChange
from sites.queries import get_site, lock_site
from sites.vocabulary import SiteLimitAction

MOST_SLOTS = 10_000  # as many as a batch of the API holds


@dataclass(frozen=True)
class PlannedChange:
    """What an operator asks for: of which site, when, and what is to hold there; None: no limit."""

    site_id: str
    windows: LocalWindows
    powers: Powers | None

    def checked_slots(self) -> list[datetime]:
        """The slots; InvalidError where there are none, or more than one change may hold."""
        windows = self.windows.in_utc()
        check_slots(sum((end - start) // SLOT for start, end in windows), most=MOST_SLOTS)
        return [slot for start, end in windows for slot in slots_of(start, end)]


def preview(change: PlannedChange) -> Preview:
    """What the change would do; nothing is written. UnknownSiteError, or InvalidError where it cannot be."""
    get_site(change.site_id)
    slots = change.checked_slots()
    return _preview(change.site_id, _planned(change, slots), asked=len(slots))


@retried
def make_change(
    change: PlannedChange, *, fingerprint: str, asked: Mapping[str, Any], by: str, now: datetime
) -> SiteLimitChange:
    """Make the change as it was previewed, all of it or nothing, and note what was there before and after.

    Raises ConflictError where what it would do is not what was previewed any more or is nothing, UnknownSiteError, and
    InvalidError where it cannot be.
    """
    slots = change.checked_slots()
    with transaction.atomic():
        # Whoever puts limits keeps the site from being deleted, so all of them wait: what is read next stays so.
        lock_site(change.site_id, to="delete")
        planned = _planned(change, slots)
        shown = _preview(change.site_id, planned, asked=len(slots))
        if shown.fingerprint != fingerprint:
            raise ConflictError(gettext("Limits in these slots were changed meanwhile. Look at the preview again."))
        if not shown.slots_changed:
            raise ConflictError(gettext("Nothing would change: all these slots are as asked already."))
        _write(change.site_id, planned, now=now)
        return _note(change, planned, asked=asked, by=by, now=now)


def steps_of(change: SiteLimitChange) -> list[Step]:
    """What a change did, slots that changed alike as one."""
    runs = [
        (datetime.fromisoformat(was["start_time"]), datetime.fromisoformat(was["end_time"]), _powers(was), _powers(now))
        for was, now in zip(change.before, change.after, strict=True)
    ]
    return _steps(change.site_id, runs)


def _planned(change: PlannedChange, slots: Sequence[datetime]) -> Plan:
    planned = plan(slots, wanted=change.powers, stored=_stored(change.site_id, slots[0], slots[-1] + SLOT))
    lacking = sum(powers is not None and None in powers for _start, _before, powers in planned.changes)
    if lacking:
        said = gettext("%(slots)s of these slots have no limit yet, so both values are needed.")
        missing = [name for name, value in zip(Powers._fields, change.powers or (), strict=True) if value is None]
        raise InvalidError([Fault(("body", name), said % {"slots": lacking}, "missing") for name in missing])
    return planned


def _stored(site_id: str, start: datetime, end: datetime) -> list[Window]:
    """The windows that touch this one, and those that these overlap; none is longer than a day."""
    near = (start - 2 * LONGEST_WINDOW, end + LONGEST_WINDOW - timedelta(microseconds=1))
    rows = SiteLimit.objects.filter(site_id=site_id, start_time__range=near).order_by("start_time")
    values = rows.values_list("start_time", "end_time", *Powers._fields)
    return [Window(start, end, Powers(*powers)) for start, end, *powers in values]


def _preview(site_id: str, planned: Plan, *, asked: int) -> Preview:
    fingerprint = hashlib.sha256(repr(planned.changes).encode()).hexdigest()
    changed = len(planned.changes)
    return Preview(_steps(site_id, runs_of(planned.changes)), asked, changed, min(changed, 1), fingerprint)


def _steps(site_id: str, runs: Sequence[Run]) -> list[Step]:
    def alike(run: Run) -> str:
        return repr(run[2:])

    groups = [list(group) for _alike, group in groupby(sorted(runs, key=lambda run: (alike(run), run[0])), key=alike)]
    return [_step(site_id, group) for group in sorted(groups, key=lambda group: group[0][0])]


def _step(site_id: str, runs: Sequence[Run]) -> Step:
    _start, _end, before, after = runs[0]
    slots = sum((end - start) // SLOT for start, end, *_powers in runs)
    was, becomes = (None if powers is None else powers._asdict() for powers in (before, after))
    return Step(site_id, was, becomes, slots, runs[0][0], runs[-1][1] - SLOT)


def _write(site_id: str, planned: Plan, *, now: datetime) -> None:
    if planned.delete:
        SiteLimit.objects.filter(site_id=site_id, start_time__in=planned.delete).delete()
        raise_revisions(owner_ids=[site_id], kind=SITE_LIMITS.kind, now=now)
    if planned.put:
        items = [
            SiteLimitItem.model_construct(start_time=start, end_time=end, **powers._asdict())
            for start, end, powers in planned.put
        ]
        put_site_limits(site_id=site_id, items=items, now=now)


def _note(change: PlannedChange, planned: Plan, *, asked: Mapping[str, Any], by: str, now: datetime) -> SiteLimitChange:
    runs = runs_of(planned.changes)
    return SiteLimitChange.objects.create(
        site_id=change.site_id,
        action=SiteLimitAction.CLEAR if change.powers is None else SiteLimitAction.SET,
        asked=dict(asked),
        before=[_written(start, end, before) for start, end, before, _after in runs],
        after=[_written(start, end, after) for start, end, _before, after in runs],
        slots=len(planned.changes),
        actor=by,
        request_id=current_request_id(),
        made_at=now,
    )


def _written(start: datetime, end: datetime, powers: Powers | None) -> dict[str, str | None]:
    """A window as lists of the API have it; nulls where there is no limit."""
    values = (None if value is None else plain(value) for value in powers or (None, None))
    return {"start_time": edge(start), "end_time": edge(end), **dict(zip(Powers._fields, values, strict=True))}


def _powers(written: Mapping[str, str | None]) -> Powers | None:
    values = [None if (text := written[name]) is None else Decimal(text) for name in Powers._fields]
    return None if None in values else Powers(*values)
