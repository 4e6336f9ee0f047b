"""The audit trail as one list: every change that somebody made, of whatever kind, newest first [C15] [P23].

The trail itself is written by triggers, one table for each kind of record; changes of limits, and statuses that
operators set, keep their own, and what no record tells is written down as a deed. Each kind's newest rows are read from
the end of its key's index and then merged: a page costs the same however long the trail is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from pydantic_core import from_json

from assets.history import NOBODY
from config.database.statements import fetch_rows

EXPORTED_AT_ONCE = 1_000
MOST_OF_AN_INSTANT = 100_000
STAMPS = frozenset({"created_at", "updated_at"})
KIND = """
(
    SELECT
        event.pgh_created_at AS at, event.pgh_id::bigint AS number, %(what_{number})s AS what,
        event.pgh_obj_id::text AS record, event.pgh_label AS action,
        coalesce(event.pgh_context ->> 'actor', %(nobody)s) AS actor, event.pgh_context ->> 'request_id' AS request_id,
        CASE WHEN event.pgh_label <> 'insert' THEN (
            SELECT to_jsonb(earlier) FROM {table} AS earlier
            WHERE earlier.pgh_obj_id = event.pgh_obj_id AND earlier.pgh_id < event.pgh_id
            ORDER BY earlier.pgh_id DESC LIMIT 1
        ) END AS before,
        CASE WHEN event.pgh_label <> 'delete' THEN to_jsonb(event) END AS after
    FROM {table} AS event
    WHERE
        (%(before)s::timestamptz IS NULL OR event.pgh_created_at < %(before)s)
        AND (%(since)s::timestamptz IS NULL OR event.pgh_created_at >= %(since)s)
        AND (%(actor)s::text IS NULL OR strpos(lower(event.pgh_context ->> 'actor'), lower(%(actor)s)) > 0)
        AND (%(request_id)s::text IS NULL OR event.pgh_context ->> 'request_id' = %(request_id)s)
        AND (%(record)s::text IS NULL OR event.pgh_obj_id::text = %(record)s)
    ORDER BY event.pgh_id DESC
    LIMIT %(limit)s
)
"""
LIMITS = """
(
    SELECT
        made_at, id, %(what_{number})s, coalesce(asked #>> '{{asset_ids,0}}', ''), lower(action), actor, request_id,
        NULL::jsonb, asked || jsonb_build_object('source', source, 'slots', slots, 'change', id)
    FROM markets_limitchange
    WHERE
        (%(before)s::timestamptz IS NULL OR made_at < %(before)s)
        AND (%(since)s::timestamptz IS NULL OR made_at >= %(since)s)
        AND (%(actor)s::text IS NULL OR strpos(lower(actor), lower(%(actor)s)) > 0)
        AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
        AND (%(record)s::text IS NULL OR asked -> 'asset_ids' ? %(record)s)
    ORDER BY id DESC
    LIMIT %(limit)s
)
"""
SITE_LIMITS = """
(
    SELECT
        made_at, id, %(what_{number})s, site_id, lower(action), actor, request_id,
        jsonb_build_object('limits', before), jsonb_build_object('limits', after)
    FROM sites_sitelimitchange
    WHERE
        (%(before)s::timestamptz IS NULL OR made_at < %(before)s)
        AND (%(since)s::timestamptz IS NULL OR made_at >= %(since)s)
        AND (%(actor)s::text IS NULL OR strpos(lower(actor), lower(%(actor)s)) > 0)
        AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
        AND (%(record)s::text IS NULL OR site_id = %(record)s)
    ORDER BY id DESC
    LIMIT %(limit)s
)
"""
# The partial index of entries that operators made answers this, however many came as events.
STATUSES = """
(
    SELECT
        created_at, 0::bigint, %(what_{number})s, asset_id, 'set', reasons #>> '{{0,source}}',
        reasons #>> '{{0,attributes,request_id}}',
        (
            SELECT jsonb_build_object('status', earlier.status) FROM assets_statusentry AS earlier
            WHERE earlier.asset_id = entry.asset_id AND earlier.effective_at < entry.effective_at
            ORDER BY earlier.effective_at DESC, earlier.event_id DESC LIMIT 1
        ),
        jsonb_build_object('status', status, 'reason', reasons #>> '{{0,detail}}')
    FROM assets_statusentry AS entry
    WHERE
        event_id LIKE 'operator-%%'
        AND (%(before)s::timestamptz IS NULL OR created_at < %(before)s)
        AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
        AND (%(actor)s::text IS NULL OR strpos(lower(reasons #>> '{{0,source}}'), lower(%(actor)s)) > 0)
        AND (%(request_id)s::text IS NULL OR reasons #>> '{{0,attributes,request_id}}' = %(request_id)s)
        AND (%(record)s::text IS NULL OR asset_id = %(record)s)
    ORDER BY created_at DESC
    LIMIT %(limit)s
)
"""
DEEDS = """
(
    SELECT at, id, what, record, action, actor, request_id, before, after
    FROM desk_deed
    WHERE
        what = %(what_{number})s
        AND (%(before)s::timestamptz IS NULL OR at < %(before)s)
        AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
        AND (%(actor)s::text IS NULL OR strpos(lower(actor), lower(%(actor)s)) > 0)
        AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
        AND (%(record)s::text IS NULL OR record = %(record)s)
    ORDER BY id DESC
    LIMIT %(limit)s
)
"""
MERGED = """
SELECT *
FROM ({kinds}) AS trail (at, number, what, record, action, actor, request_id, before, after)
ORDER BY at DESC, what, number DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Wanted:
    """Which changes: by whom (a part of the name), of which record, of which request, when; None: any."""

    actor: str | None = None
    record: str | None = None
    request_id: str | None = None
    what: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One change: the fields that differ, before and after; None where there was no record."""

    at: datetime
    what: str
    record: str
    action: str
    actor: str
    request_id: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class Kind:
    """One kind of what is changed: its name, its statement, and the permission to see it."""

    name: str
    statement: str
    table: str
    permission: str


def kinds() -> list[Kind]:
    """Every kind that has a trail, by name."""
    found = [_kind(model) for model in apps.get_models() if hasattr(model, "pgh_event_model")]
    found += [
        Kind("limits", LIMITS, "", "markets.view_limit"),
        Kind("site limits", SITE_LIMITS, "", "sites.view_sitelimit"),
        Kind("status", STATUSES, "", "assets.view_statusentry"),
        Kind("dead events", DEEDS, "", "assets.view_storedevent"),
        Kind("failed login", DEEDS, "", "axes.view_accessattempt"),
    ]
    return sorted(found, key=lambda kind: kind.name)


def _kind(model: Any) -> Kind:
    options, trail = model._meta, model.pgh_event_model._meta  # noqa: SLF001  Django's documented model API
    # who may see who has which role: who may see operators
    shown = options.concrete_model._meta.auto_created or options.concrete_model  # noqa: SLF001
    permission = f"{shown._meta.app_label}.view_{shown._meta.model_name}"  # noqa: SLF001
    return Kind(str(options.verbose_name), KIND, trail.db_table, permission)


def changes(wanted: Wanted, *, among: Sequence[Kind], limit: int) -> list[Change]:
    """The newest changes of these kinds that are wanted, so many at most."""
    asked = [kind for kind in among if wanted.what in (None, kind.name)]
    if not asked:
        return []
    statements = [kind.statement.format(number=number, table=kind.table) for number, kind in enumerate(asked)]
    params: dict[str, Any] = {f"what_{number}": kind.name for number, kind in enumerate(asked)}
    params |= {**asdict(wanted), "nobody": NOBODY, "limit": limit}
    rows = fetch_rows(MERGED.format(kinds=" UNION ALL ".join(statements)), params)
    return [_change(*row) for row in rows]


def page(wanted: Wanted, *, among: Sequence[Kind], size: int) -> tuple[list[Change], datetime | None]:
    """About so many changes, and the `before` of the next page where more follow.

    A page ends between two instants, so that none of one instant is lost; one instant's changes are one page at least.
    """
    found = changes(wanted, among=among, limit=size + 1)
    if len(found) <= size:
        return found, None
    whole = [change for change in found if change.at > found[-1].at]
    shown = whole or changes(replace(wanted, since=found[-1].at), among=among, limit=MOST_OF_AN_INSTANT)
    return shown, shown[-1].at


def every_change(wanted: Wanted, *, among: Sequence[Kind], most: int) -> Iterator[Change]:
    """All that is wanted, about so many at most."""
    following: datetime | None = wanted.before
    number = 0
    while number < most:
        found, following = page(replace(wanted, before=following), among=among, size=EXPORTED_AT_ONCE)
        yield from found
        number += len(found)
        if following is None:
            return


def _change(
    at: datetime,
    _number: int,
    what: str,
    record: str,
    action: str,
    actor: str,
    request_id: str | None,
    before: str | None,
    after: str | None,
) -> Change:
    then, now = _values(before), _values(after)
    if then is not None and now is not None:
        differing = [name for name in now if now[name] != then.get(name) and name not in STAMPS]
        then, now = {name: then.get(name) for name in differing}, {name: now[name] for name in differing}
    return Change(at, what, record, action, actor or NOBODY, request_id, then, now)


def _values(text: str | None) -> dict[str, Any] | None:
    """A row's own columns."""
    if text is None:
        return None
    return {name: value for name, value in from_json(text).items() if not name.startswith("pgh_")}
