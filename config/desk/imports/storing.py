"""Storing the rows of a file by the operations that the API and the forms call."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext_noop

from assets.models import Asset
from assets.queries import naming_unknown
from config.api.bodies import SLICE
from config.desk.imports.kept import changes_kept
from config.desk.imports.records import Store
from config.desk.imports.words import MOST_SHOWN, Given, Run, column_of, placed
from config.errors import DomainError, InvalidError, UnknownError

# Rows that stand in each other's way are found a hundred at a time.
MOST_ROUNDS = 10


def store(rows: Sequence[Given], run: Run) -> None:
    """Store rows as their kind is stored, and count; whatever is refused is noted."""
    if run.kind.store:
        _store_records(rows, run, run.kind.store)
    else:
        _store_periods(rows, run)


def _store_records(rows: Sequence[Given], run: Run, store_one: Store) -> None:
    """Store each row by itself: one that is refused undoes nothing but itself, and the next is tried."""
    for number, (line, cells, item) in enumerate(rows, start=1):
        try:
            with transaction.atomic():
                record = store_one(item, by=run.by, now=run.now)
        except InvalidError as error:
            for fault in error.faults:
                run.found.fault(line, column_of(fault), fault.msg)
        except DomainError as error:
            run.found.fault(line, run.kind.named_by if isinstance(error, UnknownError) else "", error.sentence)
        except (DataError, IntegrityError):
            run.found.fault(line, "", gettext_noop("The database cannot take this row"))
        else:
            _count(record, line, cells, run)
        run.tick(number, len(rows))


def _count(record: Any, line: int, cells: list[str], run: Run) -> None:
    if record.created_at == run.now:
        run.found.added += 1
        outcome = gettext_noop("added")
    elif record.updated_at == run.now:
        run.found.changed += 1
        outcome = gettext_noop("changed")
    else:
        run.found.unchanged += 1
        outcome = gettext_noop("unchanged")
    run.found.show(line, outcome, cells)


def _store_periods(rows: Sequence[Given], run: Run) -> None:
    """Store all rows by one statement; those that it refuses are noted, and the others tried again."""
    found = run.found
    _note_unknown_assets(rows, run)
    for number in range(MOST_ROUNDS):
        good = [given for given in rows if given[0] not in found.faulty_lines]
        run.tick(number, MOST_ROUNDS)
        if not good or 0 in found.faulty_lines or _is_stored(good, run):
            break
    for line, cells, _ in good[:MOST_SHOWN]:
        found.show(line, "", cells)


def _note_unknown_assets(rows: Sequence[Given], run: Run) -> None:
    known = set(Asset.objects.values_list("pk", flat=True))
    for line, _, item in rows:
        asset_id: str = item.asset_id  # type: ignore[attr-defined]  # each of these items has one
        if asset_id not in known:
            run.found.fault(line, "asset_id", naming_unknown("asset", [asset_id]))


def _is_stored(good: Sequence[Given], run: Run) -> bool:
    """Whether these rows could all be stored; else the faults are noted."""
    assert run.kind.load, "What has no store has a load."  # noqa: S101
    try:
        with changes_kept(good, run):
            stored = run.kind.load(rows=GoodRows(good), now=run.now)
    except InvalidError as error:
        for fault in error.faults:
            run.found.fault(*placed(fault))
        return False
    except DomainError as error:
        run.found.fault(0, "", error.sentence)
        return False
    run.found.added, run.found.changed, run.found.unchanged = stored.inserted, stored.updated, stored.unchanged
    return True


class GoodRows:
    """Rows that were checked, as those who store many take them (config.api.rows.Rows)."""

    def __init__(self, rows: Sequence[Given]) -> None:
        self.rows = rows
        self.count = len(rows)

    def slices(self) -> Iterator[tuple[list[int], list[Any]]]:
        """The items, some at a time, and their lines."""
        for start in range(0, self.count, SLICE):
            some = self.rows[start : start + SLICE]
            yield [line for line, _, _ in some], [item for _, _, item in some]
