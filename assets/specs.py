"""What an asset can do, over time: its specs, written one at a time and read per asset [SP1] to [SP4]."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from assets.models import Spec
from assets.queries import get_asset
from config.api.audit import change
from config.api.pagination import Page
from config.api.values import recorded
from config.database.refusals import retried, translating
from config.database.statements import load_sql
from config.errors import Fault, InvalidError

LIST = load_sql("assets", "list_specs")
# The database's own word on what may not be, for specs that are written past the lock.
GUARDS = (
    "specs_of_an_asset_do_not_overlap",
    "one_spec_of_an_asset_is_open",
    "one_spec_of_an_asset_begins_at_a_time",
)


@retried
def put_spec(*, asset_id: str, valid_from: datetime, changes: Mapping[str, Any], by: str, now: datetime) -> Spec:
    """Correct the asset's spec that begins at `valid_from`, or add it; the answer is the spec as it is then [SP2].

    `changes` may hold valid_to and the values, in MW, MWh and MW/min: what is left out stays as it is, None clears a
    value. A new spec without a valid_to is open, and closes the open one before it [SP3]. The same values again change
    nothing [C10]. Raises UnknownAssetError, or InvalidError naming the spec in the way.
    """
    wanted = Spec(asset_id=asset_id, valid_from=valid_from, created_at=now, updated_at=now, **changes)
    refusals = dict.fromkeys(GUARDS, lambda: _overlap(wanted, _in_the_way(wanted)))
    refusals["spec_ends_after_it_begins"] = lambda: _invalid(
        "valid_to", gettext("Should be after valid_from"), "spec_window"
    )
    with translating(refusals), change(by):
        # Whoever writes specs of this asset waits here, so that what is read next is still so when it is written.
        get_asset(asset_id, lock="change")
        stored = Spec.objects.filter(asset_id=asset_id, valid_from=valid_from).first()
        if stored is not None:
            return _correct(stored, changes, now=now)
        _make_room(wanted, now=now)
        wanted.save(force_insert=True)
        return wanted


def list_specs(
    *,
    asset_ids: Collection[str],
    start: datetime | None = None,
    end: datetime | None = None,
    latest: bool = False,
    page: Page,
) -> tuple[list[Spec], bool]:
    """A page of the specs that begin in `[start, end]`, by (asset_id, valid_from DESC), and whether more follow [SP4].

    `latest`: of each asset only the last that begins there. Assets that do not exist have none.
    """
    befores: dict[str, datetime | None] = dict.fromkeys(asset_ids)
    if page.after is not None:
        last_id, last_start = page.after
        befores = {asset_id: None for asset_id in befores if asset_id >= last_id}
        if latest:
            befores.pop(last_id, None)
        elif last_id in befores:
            befores[last_id] = datetime.fromisoformat(last_start)
    offset = page.offset or 0
    rows = _rows(
        befores,
        start=start,
        end=end,
        most_of_each=1 if latest else offset + page.limit + 1,
        offset=offset,
        limit=page.limit + 1,
    )
    return rows[: page.limit], len(rows) > page.limit


def active_specs(*, asset_ids: Collection[str], at: datetime) -> dict[str, Spec]:
    """What each of these assets can do at an instant, by its id; those that have no spec for it are left out."""
    latest = _rows(dict.fromkeys(asset_ids), end=at, most_of_each=1, limit=len(asset_ids))
    return {spec.asset_id: spec for spec in latest if spec.holds_at(at)}


def _rows(befores: Mapping[str, datetime | None], *, start: datetime | None = None, **params: Any) -> list[Spec]:
    owners = {"asset_ids": list(befores), "befores": list(befores.values())}
    return list(Spec.objects.raw(LIST, {**owners, "start": start, "offset": 0, **params}))


def _make_room(wanted: Spec, *, now: datetime) -> None:
    """Close the open spec that a new open one follows; InvalidError where the new one would overlap another."""
    rival = _in_the_way(wanted)
    if rival is None:
        return
    if wanted.valid_to is not None or rival.valid_to is not None:
        raise _overlap(wanted, rival)
    if wanted.valid_from < rival.valid_from:
        said = gettext("Should be after %(begins)s, at which the asset's open spec begins")
        raise _invalid("valid_from", said % {"begins": recorded(rival.valid_from)}, "spec_order")
    rival.valid_to, rival.updated_at = wanted.valid_from, now
    rival.save(update_fields=["valid_to", "updated_at"])


def _correct(spec: Spec, changes: Mapping[str, Any], *, now: datetime) -> Spec:
    """Save the fields that differ, and with any of them updated_at; InvalidError where the new end is not possible."""
    changed = [field for field, value in changes.items() if getattr(spec, field) != value]
    end = spec.valid_to
    for field in changed:
        setattr(spec, field, changes[field])
    if "valid_to" in changed:
        if end is not None and spec.valid_to is None:
            said = gettext("The spec ends at %(end)s; it cannot be opened again")
            raise _invalid("valid_to", said % {"end": recorded(end)}, "spec_closed")
        if rival := _in_the_way(spec):
            raise _overlap(spec, rival)
    if changed:
        spec.updated_at = now
        spec.save(update_fields=[*changed, "updated_at"])
    return spec


def _in_the_way(spec: Spec) -> Spec | None:
    """The last of the asset's other specs that this one overlaps; the open one, if it does."""
    others = Spec.objects.filter(asset_id=spec.asset_id).exclude(valid_from=spec.valid_from)
    if spec.valid_to is not None:
        others = others.filter(valid_from__lt=spec.valid_to)
    # They do not overlap each other, so of those that begin before this one's end the last one reaches furthest.
    last = others.order_by("-valid_from").first()
    reaches_it = last is not None and (last.valid_to is None or spec.valid_from < last.valid_to)
    return last if reaches_it else None


def _overlap(spec: Spec, rival: Spec | None) -> InvalidError:
    """The refusal of a spec for the one in its way; None: one that came past the lock, and is gone or the same."""
    if rival is None:
        said = gettext("Another spec of the asset was in the way; try again")
        return _invalid("valid_from", said, "spec_overlap")
    said = gettext("Overlaps the asset's spec that begins at %(begins)s and is open")
    named = {"begins": recorded(rival.valid_from)}
    if rival.valid_to:
        said = gettext("Overlaps the asset's spec that begins at %(begins)s and ends at %(ends)s")
        named["ends"] = recorded(rival.valid_to)
    field = "valid_to" if spec.valid_to is not None and spec.valid_from < rival.valid_from else "valid_from"
    return _invalid(field, said % named, "spec_overlap")


def _invalid(field: str, sentence: str, kind: str) -> InvalidError:
    return InvalidError([Fault(("body", field), sentence, kind)])
