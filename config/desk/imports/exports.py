"""What can be taken away: each kind's rows, as text, in the columns in which they can be imported again."""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic import BaseModel

from assets.api.spec_bodies import SpecBody
from assets.models import Asset, Spec
from assets.period_rows import rows_of_periods
from assets.periods import SLOT
from assets.quantities import Price
from config.api.pagination import Page
from config.api.rows import MOST_ROWS, RowColumn
from config.api.values import plain
from config.database.exports import copy_out
from config.desk.imports.kinds import ImportKind
from markets.periods import FORECASTS, RESERVATIONS
from sites.api.bodies import InverterBody
from sites.dispatch_mode import prices_of
from sites.models import Inverter, Site
from sites.queries import with_assets

Row = Sequence[str]
LIMITS = """
SELECT
    asset_id, source, start_time AT TIME ZONE 'UTC', trim_scale(power_charge), trim_scale(power_discharge),
    trim_scale(energy_low), trim_scale(energy_high), trading_locked::text
FROM markets_limit
WHERE asset_id = ANY(%(asset_ids)s) AND start_time >= %(start)s AND start_time < %(end)s
ORDER BY asset_id, source, start_time
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Wanted:
    """Which periods or specs: of these assets, beginning in `[start, end)`. Records are exported whole."""

    asset_ids: Collection[str] = ()
    start: datetime = datetime(1, 1, 1, tzinfo=UTC)
    end: datetime = datetime(9999, 12, 31, tzinfo=UTC)


def rows_of(kind: ImportKind, wanted: Wanted, *, most: int = MOST_ROWS) -> Iterator[Row]:
    """The rows of a kind in the order of its columns, so many at most. To be read to the end."""
    return islice(READ[kind.name](kind.columns, wanted), most)


def _assets(columns: Sequence[RowColumn], _wanted: Wanted) -> Iterator[Row]:
    for asset in Asset.objects.order_by("id").iterator():
        yield [_text(getattr(asset, column.field)) for column in columns]


def _sites(columns: Sequence[RowColumn], _wanted: Wanted) -> Iterator[Row]:
    for site in Site.objects.order_by("id").iterator():
        floor, strike = prices_of(site)
        prices = {"dispatch_mode_floor_price": _money(floor), "dispatch_mode_strike_price": _money(strike)}
        yield [
            prices[column.field][column.part] if column.part else _text(getattr(site, column.field))
            for column in columns
        ]


def _inverters(columns: Sequence[RowColumn], _wanted: Wanted) -> Iterator[Row]:
    for inverter in with_assets(Inverter.objects.order_by("id")):
        yield _cells(InverterBody.of(inverter), columns)


def _specs(columns: Sequence[RowColumn], wanted: Wanted) -> Iterator[Row]:
    begun = Spec.objects.filter(valid_from__gte=wanted.start, valid_from__lt=wanted.end)
    for spec in begun.filter(asset_id__in=wanted.asset_ids).order_by("asset_id", "valid_from").iterator():
        yield _cells(SpecBody.model_validate(spec), columns)


def _of_periods(periods: Any) -> Callable[[Sequence[RowColumn], Wanted], Iterator[Row]]:
    def read(columns: Sequence[RowColumn], wanted: Wanted) -> Iterator[Row]:
        asked = Page(limit=MOST_ROWS, offset=0, after=None)
        window = (wanted.start, wanted.end)
        lines = rows_of_periods(
            periods, owner_ids=wanted.asset_ids, window=window, asked=asked, filters=None, form="csv"
        )
        given = csv.reader(line.decode() for line in lines)
        header = next(given)
        places = [header.index(column.name) for column in columns]
        for cells in given:
            yield [cells[place] for place in places]

    return read


def _limits(_columns: Sequence[RowColumn], wanted: Wanted) -> Iterator[Row]:
    """Slots as windows of a day: what follows with the same values is one row, as it would be sent."""
    params = {"asset_ids": list(wanted.asset_ids), "start": wanted.start, "end": wanted.end, "most": MOST_ROWS}
    lines = csv.reader(line.decode() for line in copy_out(LIMITS, params, form="csv"))
    next(lines)
    begun: tuple[str, str, datetime, datetime, list[str]] | None = None
    for asset_id, source, slot, *values in lines:
        start = datetime.fromisoformat(slot)
        if begun and begun[:2] == (asset_id, source) and begun[4] == values and _continues(begun, start):
            begun = (*begun[:3], start + SLOT, values)
            continue
        if begun:
            yield _window(*begun)
        begun = (asset_id, source, start, start + SLOT, values)
    if begun:
        yield _window(*begun)


def _continues(begun: tuple[str, str, datetime, datetime, list[str]], start: datetime) -> bool:
    return begun[3] == start and begun[2].date() == start.date()


def _window(asset_id: str, source: str, start: datetime, end: datetime, values: list[str]) -> Row:
    day = start.date().isoformat()
    return [asset_id, source, f"{start:%H:%M}", f"{end:%H:%M}", day, day, *values]


READ: Mapping[str, Callable[[Sequence[RowColumn], Wanted], Iterator[Row]]] = {
    "assets": _assets,
    "sites": _sites,
    "inverters": _inverters,
    "specs": _specs,
    "limits": _limits,
    "forecasts": _of_periods(FORECASTS),
    "reservations": _of_periods(RESERVATIONS),
}


def _cells(body: BaseModel, columns: Sequence[RowColumn]) -> list[str]:
    """A body as the API answers it, cell by cell."""
    said = body.model_dump(mode="json")
    found = [(said[column.field], column.part) for column in columns]
    return [_text(value[part] if part and value else value) for value, part in found]


def _money(price: Price | None) -> dict[str, str]:
    if price is None:
        return {"value": "", "unit": ""}
    return {"value": plain(price.amount), "unit": f"{price.currency}/MWh"}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return plain(value) if isinstance(value, Decimal) else str(value)
