"""P23: every change has an author.

Each operation on a record, by the back office and by the API, is done once, as a request with an id of its own. What
the database holds of every record before and after it says what was changed; the trail has to say exactly that, with
who and the request. A record that is changed and has no trail is found as well, and so is one that nothing here
changes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from config.desk.audit_list import STAMPS, Change, Wanted, changes, kinds
from tests.trust.conftest import Promise, promises
from tests.trust.record_changes import Desk, Step, steps

# Rows that are no records: periods, what was measured, what is made of it, and what keeps the servers going. The last
# two have a trail of their own.
NO_RECORDS = {
    *("markets_limit", "markets_forecast", "markets_reservation", "markets_price", "markets_limitchangeslot"),
    *("assets_statesnapshot", "assets_dispatch", "assets_storedevent", "assets_revision", "assets_numberseries"),
    *("sites_inverterreading", "sites_sitereading", "sites_sitelimit", "sites_inverterlimit"),
    *("partner_snapshot", "partner_snapshotversion", "partner_signal"),
    *("django_session", "django_admin_log", "django_migrations", "django_content_type", "auth_permission"),
    *("axes_accessattempt", "axes_accesslog", "axes_accessfailurelog", "axes_accessattemptexpiration"),
    *("otp_static_staticdevice", "otp_static_statictoken"),  # secrets, which belong to one-time codes
    *("django_celery_beat_periodictasks", "pghistory_context", "api_storedanswer"),
    *("assets_statusentry", "markets_limitchange", "sites_sitelimitchange", "desk_deed"),
}
OWN_TRAIL = {"status", "limits"}  # that operations here come to
Rows = dict[tuple[str, str], dict[str, Any]]


@dataclass
class Audited:
    """What was done and found."""

    steps: int = 0
    changed: int = 0
    seen: set[str] = field(default_factory=set)  # kinds that had a change
    faults: list[str] = field(default_factory=list)


def tracked() -> dict[str, Any]:
    """The models that have a trail, by the table of their rows."""
    return {model._meta.db_table: model for model in apps.get_models() if hasattr(model, "pgh_event_model")}


def tables() -> list[str]:
    """Those of records, whether they have a trail or not; those of trails, and of periods, aside."""
    trails = {model.pgh_event_model._meta.db_table for model in tracked().values()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        every = [row[0] for row in cursor.fetchall()]
    return [name for name in every if name not in trails | NO_RECORDS]


def rows() -> Rows:
    """Every record as the database holds it."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in tables():
            model = tracked().get(table)
            key = model._meta.pk.column if model else None
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" AS t')
            for number, (text,) in enumerate(cursor.fetchall()):
                row = text if isinstance(text, dict) else json.loads(text)
                found[table, str(row[key] if key else row.get("id", number))] = row
    return found


def differing(before: dict[str, Any] | None, after: dict[str, Any] | None, columns: set[str]) -> tuple[Any, Any]:
    """What the trail has to say of a change: whole rows, or the fields that differ."""
    if before is None or after is None:
        whole = [one and {name: one[name] for name in columns} for one in (before, after)]
        return whole[0], whole[1]
    names = {name for name in columns if before[name] != after[name] and name not in STAMPS}
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def said(entries: list[Change]) -> tuple[Any, Any]:
    """What the entries of one record and one request say together, from the first to the last."""
    first, *others = entries
    before, after = first.before, first.after
    for entry in others:
        if before is not None and entry.before is not None:
            before = {**entry.before, **before}
        after = None if entry.after is None else {**(after or {}), **entry.after}
    return before, after


def expected(before: Rows, after: Rows) -> Iterator[tuple[str, str, Any, Any]]:
    """Each record that was changed, and how."""
    for table, key in before.keys() | after.keys():
        old, new = before.get((table, key)), after.get((table, key))
        if old == new:
            continue
        model = tracked().get(table)
        if model is None:
            yield table, key, None, None
            continue
        columns = {one.column for one in model.pgh_event_model._meta.fields if not one.name.startswith("pgh_")}
        if old is None or new is None or any(old[name] != new[name] for name in columns):
            yield str(model._meta.verbose_name), key, *differing(old, new, columns)


def look(step: Step, desk: Desk, audited: Audited) -> None:
    """One operation."""
    request_id = f"audit-{audited.steps}"
    audited.steps += 1
    try:
        target = step.prepare(desk)
        before = rows()
        step.act(desk, request_id, target)
    except (AssertionError, ObjectDoesNotExist) as error:
        audited.faults.append(f"{step.name} cannot be done: {error!r}"[:500])
        return
    found: dict[tuple[str, str], list[Change]] = {}
    for entry in reversed(changes(Wanted(request_id=request_id), among=kinds(), limit=1000)):
        found.setdefault((entry.what, entry.record), []).append(entry)
        if entry.actor != step.actor(desk):
            audited.faults.append(f"{step.name}: {entry.what} {entry.record} is of {entry.actor}")
    wanted = list(expected(before, rows()))
    for what, record, then, now in wanted:
        audited.changed += 1
        audited.seen.add(what)
        entries = found.get((what, record))
        if not entries:
            audited.faults.append(f"{step.name}: {what} {record} has no entry")
        elif said(entries) != (then, now):
            audited.faults.append(f"{step.name}: {what} {record} says {said(entries)}, was {(then, now)}")
    own = {what for what, _ in found} & OWN_TRAIL
    audited.changed += len(own)
    audited.seen |= own
    if not wanted and not own:
        audited.faults.append(f"{step.name}: changed nothing")


@promises("P23")
@pytest.mark.django_db(transaction=True)
def test_every_change_has_an_author_and_what_was_before(promise: Promise) -> None:
    audited, desk = Audited(), Desk()
    for step in steps():
        look(step, desk, audited)
    of_records = {str(model._meta.verbose_name) for table, model in tracked().items() if table not in NO_RECORDS}
    missing = (of_records | OWN_TRAIL) - audited.seen
    right = audited.changed - len(audited.faults)
    figure = (
        f"{max(0, right) / audited.changed:.1%} of {audited.changed} changes in {audited.steps} operations, "
        f"{len(audited.seen)} of {len(of_records | OWN_TRAIL)} kinds of records"
    )
    promise("P23", "every change has actor, request id, before and after", figure=figure, target="100 % of all kinds")
    assert not audited.faults, "\n".join(audited.faults[:20])
    assert missing == set()
