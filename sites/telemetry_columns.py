"""Rows of a file as readings: which column becomes what, and why a row is rejected [T1]."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from config.api.values import Instant
from config.errors import DomainError
from sites.readings import InverterReadingItem, SiteReadingItem

Kind = Literal["inverter", "site"]
Reading = InverterReadingItem | SiteReadingItem

INSTANT = TypeAdapter(Instant)
ITEMS: dict[Kind, type[Reading]] = {"inverter": InverterReadingItem, "site": SiteReadingItem}
FIELDS = {
    kind: [field for field in item.model_fields if field not in (f"{kind}_id", "time")] for kind, item in ITEMS.items()
}


class ColumnMapError(DomainError):
    """The map of columns says something that cannot be, or names a column that the file does not have."""


@dataclass(frozen=True)
class Target:
    """Whose readings some columns hold, and the column's name by the reading's field."""

    kind: Kind
    owner_id: str
    columns: Mapping[str, str]

    def reading(self, time: datetime, values: Mapping[str, str]) -> Reading:
        """The reading of these values, or pydantic's ValidationError."""
        return ITEMS[self.kind].model_validate({f"{self.kind}_id": self.owner_id, "time": time, **values})


@dataclass(frozen=True)
class Rejection:
    """Why a row is not stored: one cell of it, and what is wrong there."""

    line: int
    column: str
    value: str
    reason: str


class RejectedError(DomainError):
    """A row cannot be stored, for all these reasons."""

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        super().__init__("; ".join(rejection.reason for rejection in rejections))
        self.rejections = tuple(rejections)


def targets_of(maps: Sequence[str], *, site_id: str) -> list[Target]:
    """The targets of maps like `inverter:ID:ac_power_kw=COLUMN` and `site:poa_irradiance_wm2=COLUMN`.

    Raises ColumnMapError for one that cannot be read, an unknown field, a field that is given twice, and an inverter
    without ac_power_kw.
    """
    columns: dict[tuple[Kind, str], dict[str, str]] = {}
    for given in maps:
        kind, owner_id, field, column = _parts_of(given)
        fields = columns.setdefault((kind, owner_id or site_id), {})
        if field not in FIELDS[kind]:
            raise ColumnMapError(f"{given!r}: the fields of {kind} readings are {', '.join(FIELDS[kind])}.")
        if field in fields:
            raise ColumnMapError(f"{given!r}: {field} already has the column {fields[field]!r}.")
        fields[field] = column
    for (kind, owner_id), fields in columns.items():
        if kind == "inverter" and "ac_power_kw" not in fields:
            raise ColumnMapError(f"Inverter {owner_id} needs a column for ac_power_kw.")
    return [Target(kind, owner_id, fields) for (kind, owner_id), fields in columns.items()]


def _parts_of(given: str) -> tuple[Kind, str, str, str]:
    """Kind, owner ("" for the site), field and column of a map."""
    target, _, column = given.partition("=")
    owner, _, field = target.rpartition(":")
    kind, _, owner_id = owner.partition(":")
    if column and kind == "inverter" and owner_id:
        return "inverter", owner_id, field, column
    if column and kind == "site" and not owner_id:
        return "site", "", field, column
    raise ColumnMapError(f"A map is inverter:ID:FIELD=COLUMN or site:FIELD=COLUMN, not {given!r}.")


def instant_of(text: str, *, zone: ZoneInfo | None) -> datetime:
    """The instant in a cell, in UTC. One without an offset is the zone's local time, if a zone is given.

    ValueError with a sentence for what is no instant, and for a local time that the zone skips or has twice.
    """
    text = text.replace(" ", "T", 1)
    try:
        return INSTANT.validate_python(text)
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["type"] != "timezone_aware" or zone is None:
            raise ValueError(fault["msg"]) from None
    local = INSTANT.validate_python(f"{text}Z").replace(tzinfo=zone)
    earlier, later = local.utcoffset(), local.replace(fold=1).utcoffset()
    if earlier != later:
        twice = earlier is not None and later is not None and earlier > later
        happens = "happens twice" if twice else "does not exist"
        raise ValueError(f"This local time {happens} in {zone.key}; it needs an offset")
    return local.astimezone(UTC)


class RowReader:
    """Turns the rows of one file into readings. It remembers each instant, so that none is taken twice."""

    def __init__(self, header: Sequence[str], *, time: str, zone: ZoneInfo | None, targets: Collection[Target]) -> None:
        self.width = len(header)
        self.zone = zone
        self.time = time
        self.targets = targets
        self.places = {column: self._place(header, column) for column in (time, *self._columns())}
        self.lines: dict[datetime, int] = {}

    def _columns(self) -> Collection[str]:
        return [column for target in self.targets for column in target.columns.values()]

    @staticmethod
    def _place(header: Sequence[str], column: str) -> int:
        if header.count(column) == 1:
            return header.index(column)
        if column in header:
            raise ColumnMapError(f"The file has the column {column!r} more than once.")
        raise ColumnMapError(f"The file has no column {column!r}; it has {', '.join(header)[:1000]}.")

    def read(self, line: int, cells: Sequence[str]) -> list[Reading]:
        """The readings in a row; an owner whose cells are all empty has none. RejectedError with all that is wrong."""
        row = self._row(line, cells)
        faults: list[Rejection] = []
        time = self._time(line, row[self.time], faults)
        found = [_reading(target, row, time=time, line=line, faults=faults) for target in self.targets]
        if faults:
            raise RejectedError(faults)
        self.lines[time] = line
        return [reading for reading in found if reading]

    def _row(self, line: int, cells: Sequence[str]) -> dict[str, str]:
        """The cells that count, by their column."""
        if len(cells) != self.width:
            sentence = f"The row has {len(cells)} cells, the header {self.width}"
            raise RejectedError([Rejection(line, "", "", sentence)])
        row = {column: cells[place].strip() for column, place in self.places.items()}
        faults = [Rejection(line, column, "", "Text cannot hold NUL") for column, cell in row.items() if "\0" in cell]
        if faults:
            raise RejectedError(faults)
        return row

    def _time(self, line: int, cell: str, faults: list[Rejection]) -> datetime:
        """The row's instant; any, if that is a fault: the other cells are still looked at."""
        try:
            time = instant_of(cell, zone=self.zone)
        except ValueError as error:
            faults.append(Rejection(line, self.time, cell, str(error)))
            return datetime.min.replace(tzinfo=UTC)
        if earlier := self.lines.get(time):
            faults.append(Rejection(line, self.time, cell, f"Line {earlier} has the same time"))
        return time


def _reading(
    target: Target, row: Mapping[str, str], *, time: datetime, line: int, faults: list[Rejection]
) -> Reading | None:
    values = {field: row[column] for field, column in target.columns.items() if row[column]}
    if not values:
        return None
    try:
        return target.reading(time, values)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            column = target.columns[str(fault["loc"][0])]
            faults.append(Rejection(line, column, row[column], fault["msg"]))
        return None
