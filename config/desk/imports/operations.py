"""Importing a file: upload, dry run, apply. Long runs are the worker's; what it is to do stands in the import's row.

So nobody waits for the broker, and what was asked for is done however often the worker is started anew: an import is
applied in the transaction that says so.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from config.api.audit import acting
from config.database.transactions import try_lock
from config.desk.imports.kinds import KINDS
from config.desk.imports.models import Import
from config.desk.imports.progress import Teller, telling
from config.desk.imports.runs import run_over
from config.desk.imports.tables import LARGEST_FILE, is_small
from config.desk.imports.words import Findings, Run, State, TableError
from config.errors import ConflictError, UnknownError

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
MOST_ATTEMPTS = 3
LONGEST_NAME = 200
UNDER_WAY = (State.CHECKING, State.APPLYING)
# What a run finds and an import keeps.
FOUND = ("rows", "columns", "faults", "faults_total", "preview", "added", "changed", "unchanged")

NOT_NOW = gettext_noop("The import is %(state)s; it cannot be applied.")
TOO_LONG = gettext_noop("It took too long. Split the file.")
TOO_OFTEN = gettext_noop("It was begun three times and never came to its end. Split the file.")


def upload(*, kind: str, file_name: str, content: bytes, by: str, now: datetime) -> Import:
    """Keep a file and try it: a small one at once, a large one as soon as the worker gets to it.

    TableError for a file that is none.
    """
    if len(content) > LARGEST_FILE:
        raise TableError(f"The file has more than {LARGEST_FILE // 1024**2} MiB. Split it.")
    is_quick = is_small(content, rows=KINDS[kind].few_rows)
    with acting(by):
        found = Import.objects.create(
            kind=kind,
            file_name=file_name[-LONGEST_NAME:],
            by=by,
            state=State.CHECKING,
            content=content,
            created_at=now,
            changed_at=now,
        )
    if is_quick:
        work_on(found.pk, now=now)
        found.refresh_from_db()
    return found


def ask_to_apply(*, import_id: int, by: str, now: datetime) -> Import:
    """Have a checked import applied: a small one at once. ConflictError where it is not to be applied."""
    with acting(by), transaction.atomic():
        found = get_import(import_id, lock=True)
        if not found.may_be_applied:
            raise ConflictError(gettext(NOT_NOW) % {"state": found.get_state_display().lower()})
        found.state, found.by, found.changed_at, found.attempts = State.APPLYING, by, now, 0
        found.save(update_fields=["state", "by", "changed_at", "attempts"])
    few = KINDS[found.kind].few_rows
    if found.rows <= few and is_small(bytes(found.content or b""), rows=few):
        work_on(import_id, now=now)
        found.refresh_from_db()
    return found


def get_import(import_id: int, *, lock: bool = False) -> Import:
    """An import; UnknownError where there is none."""
    rows = Import.objects.select_for_update() if lock else Import.objects
    found = rows.filter(pk=import_id).first()
    if found is None:
        raise UnknownError(f"There is no import {import_id}.")
    return found


def under_way() -> Sequence[int]:
    """The imports that wait for the worker, or are in its hands."""
    return list(Import.objects.filter(state__in=UNDER_WAY).order_by("pk").values_list("pk", flat=True))


def work_on(import_id: int, *, now: datetime, is_worker: bool = False) -> None:
    """Check or apply what was asked for, unless somebody does already or has done.

    What is found is stored, and read in any language: it is kept in English.
    """
    try:
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            # held until the transaction ends, whatever becomes of its process
            is_ours = try_lock(f"import {import_id}")
            found = Import.objects.filter(pk=import_id, state__in=UNDER_WAY).first() if is_ours else None
            if found is not None:
                with acting(found.by), telling(found.pk) as tell:
                    _work(found, tell, now=now, is_worker=is_worker)
    except SoftTimeLimitExceeded:
        _fail(import_id, TOO_LONG, now=now)
    except OperationalError:
        logger.warning("Import %s is tried again.", import_id, exc_info=True)


def _work(found: Import, tell: Teller, *, now: datetime, is_worker: bool) -> None:
    if is_worker and tell.attempt() > MOST_ATTEMPTS:
        _fail(found.pk, TOO_OFTEN, now=now)
        return
    is_dry = found.state != State.APPLYING
    run = Run(kind=KINDS[found.kind], by=found.by, now=now, tick=tell.tick, import_id=None if is_dry else found.pk)
    content = bytes(found.content or b"")

    def keep(findings: Findings) -> None:
        _save(found, findings, state=State.APPLIED, now=now)

    findings = run_over(content, run, keep=None if is_dry else keep)
    if found.state != State.APPLIED:
        _save(found, findings, state=State.CHECKED, now=now)


def _save(found: Import, findings: Findings, *, state: State, now: datetime) -> None:
    saved = {"state": state, "changed_at": now, **{name: getattr(findings, name) for name in FOUND}}
    if state == State.APPLIED:
        saved["content"] = None
    for name, value in saved.items():
        setattr(found, name, value)
    found.save(update_fields=list(saved))


def _fail(import_id: int, sentence: str, *, now: datetime) -> None:
    Import.objects.filter(pk=import_id).update(state=State.FAILED, sentence=sentence, changed_at=now)


def forget_contents(*, now: datetime) -> int:
    """Delete the contents of files that are a week old; how many there were."""
    return Import.objects.filter(content__isnull=False, created_at__lt=now - KEPT).update(content=None)
