"""Files that operators import, for tests."""

import csv
import io
from collections.abc import Sequence

from django.utils import timezone
from openpyxl import Workbook

from assets.models import Asset
from config.desk.imports import operations
from config.desk.imports.models import Import

BY = "user:olga"
SPEC_HEADER = ("asset_id", "valid_from", "rated_power.value", "rated_power.unit", "charge_efficiency")

Cells = Sequence[object]


def csv_of(header: Cells, *rows: Cells, delimiter: str = ",") -> bytes:
    """A CSV file of these cells."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


def xlsx_of(header: Cells, *rows: Cells) -> bytes:
    """A workbook whose first sheet has these cells."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (header, *rows):
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def spec_row(asset: Asset, day: int = 1, power: object = 10, unit: str = "MW", efficiency: object = "0.95") -> Cells:
    """A row of a file of specs, which begins on a day of May."""
    return asset.pk, f"2026-05-{day:02}T00:00:00Z", power, unit, efficiency


def upload(kind: str, content: bytes) -> Import:
    """Upload a file, which is tried at once if it is small."""
    return operations.upload(kind=kind, file_name=f"{kind}.csv", content=content, by=BY, now=timezone.now())


def apply(found: Import) -> Import:
    """Have an import applied."""
    return operations.ask_to_apply(import_id=found.pk, by=BY, now=timezone.now())


def counts(found: Import) -> tuple[int, int, int]:
    """How many rows an import adds, changes and leaves."""
    return found.added, found.changed, found.unchanged
