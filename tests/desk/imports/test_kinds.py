"""Each kind is taken away as CSV and XLSX, and what was taken away can be imported again and changes nothing."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from assets.models import Asset
from config.desk.imports.kinds import KINDS
from markets.models import Forecast, Limit
from sites.models import Inverter, Site
from tests.back_office import said
from tests.desk.imports.files import SPEC_HEADER, apply, counts, csv_of, spec_row, upload, xlsx_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser

pytestmark = pytest.mark.django_db

PERIOD = ("asset_id", "start_time", "end_time")
LIMIT = (
    "asset_id",
    "source",
    "start_time",
    "end_time",
    "valid_from",
    "valid_until",
    "power_discharge",
    "trading_locked",
)
NEW_ASSET = ("code", "name", "type", "region", "delivery_area", "provider")


@pytest.fixture
def asset() -> Asset:
    return make_asset()


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def taken(desk: Client, kind: str, query: str = "") -> bytes:
    answer = desk.get(f"/admin/exports/{kind}?{query}")
    assert answer.status_code == 200, said(desk, answer)
    return b"".join(answer)


def quarter(number: int) -> str:
    return f"2026-05-01T{number // 4:02}:{number % 4 * 15:02}:00Z"


def file_of(kind: str, asset: Asset) -> bytes:
    """A file with two rows of a kind."""
    prefix = [(asset.pk, quarter(number), quarter(number + 1)) for number in (8, 9)]
    site = "=1+1 Site", "SITE", "DE", "50HZ", "MANUAL"
    return {
        "assets": lambda: csv_of(NEW_ASSET, *[("NEW", name, "PV", "DE", "50HZ", "TERRALAYR") for name in ("-1", "B")]),
        "sites": lambda: csv_of(("name", "code", "region", "delivery_area", "dispatch_mode_name"), site, site),
        "inverters": lambda: csv_of(*inverters(asset)),
        "specs": lambda: csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 3)),
        "limits": lambda: csv_of(
            LIMIT,
            (asset.pk, "CUSTOMER", "00:00", "24:00", "2026-05-01", "2026-05-01", "2.5", "true"),
            (asset.pk, "PV", "23:00", "00:00", "2026-05-01", "2026-05-01", "", "FALSE"),
        ),
        "forecasts": lambda: csv_of((*PERIOD, "generation", "consumption"), *[(*each, "1.5", 0) for each in prefix]),
        "reservations": lambda: csv_of(
            (*PERIOD, "market", "source", "power", "energy_change", "energy_buffer_low", "energy_buffer_high"),
            *[(*each, "-DA", "DESK", "-1.5", 0, 0, 0) for each in prefix],
        ),
    }[kind]()


def inverters(asset: Asset) -> Iterator[Any]:
    header = ("name", "code", "region", "delivery_area", "dispatch_mode_name")
    apply(upload("sites", csv_of(header, ("Site", "SITE", "DE", "50HZ", "MANUAL"))))
    site = Site.objects.get()
    yield (
        "site_id",
        "rated_power.value",
        "rated_power.unit",
        "charge_efficiency",
        "discharge_efficiency",
        "asset_ids",
        "service_interval_days",
    )
    yield from [(site.pk, power, "MW", "0.9", "0.9", asset.pk, 365) for power in (1, 2)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_away_comes_back_unchanged(desk: Client, asset: Asset, kind: str, form: str) -> None:
    made = apply(upload(kind, file_of(kind, asset)))
    assert (made.state, made.faults) == ("applied", [])
    assert counts(made)[0] >= 2

    file = taken(desk, kind, f"format={form}&assets={asset.pk}&from=2026-05-01&to=2026-05-05")

    again = upload(kind, file)
    assert (again.faults, again.added, again.changed) == ([], 0, 0)
    assert again.unchanged >= 2


def test_text_that_looks_like_a_formula_is_none_in_a_spreadsheet(desk: Client, asset: Asset) -> None:
    apply(upload("sites", file_of("sites", asset)))

    rows = list(csv.reader(io.StringIO(taken(desk, "sites").decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(taken(desk, "sites", "format=xlsx")))

    assert rows[1][2] == "'=1+1 Site"
    assert book.active is not None
    assert (book.active["C2"].value, book.active["C2"].data_type) == ("'=1+1 Site", "s")
    assert Site.objects.first().name == "=1+1 Site"  # type: ignore[union-attr]


def test_numbers_are_numbers_in_a_workbook_and_may_be_negative(desk: Client, asset: Asset) -> None:
    apply(upload("reservations", file_of("reservations", asset)))

    query = f"format=xlsx&assets={asset.pk}&from=2026-05-01&to=2026-05-01"
    sheet = load_workbook(io.BytesIO(taken(desk, "reservations", query))).active

    assert sheet is not None
    assert [cell.value for cell in sheet[2]][3:6] == ["'-DA", "DESK", -1.5]


def test_a_workbook_as_a_spreadsheet_saves_it_is_read(asset: Asset) -> None:
    days = datetime(2026, 5, 1), datetime(2026, 5, 2)  # noqa: DTZ001  as a workbook has them
    row = (asset.pk, "OPERATIONS", "06:00", "07:00", *days, 0.1 + 0.2, True)

    found = apply(upload("limits", xlsx_of(LIMIT, row)))

    assert (found.faults, found.added) == ([], 8)
    assert set(Limit.objects.values_list("power_discharge", "trading_locked")) == {(Decimal("0.3"), True)}


def test_semicolons_come_with_decimal_commas(asset: Asset) -> None:
    header = (*PERIOD, "generation", "consumption")

    apply(upload("forecasts", csv_of(header, (asset.pk, quarter(0), quarter(1), "1,5", 0), delimiter=";")))

    assert Forecast.objects.get().generation == Decimal("1.5")


def test_rows_with_the_same_key_name_both_lines(asset: Asset) -> None:
    row = (asset.pk, quarter(0), quarter(1), 1, 0)

    found = upload("forecasts", csv_of((*PERIOD, "generation", "consumption"), row, row))

    assert found.faults == [[3, "start_time", "Line 3 has the same asset_id and start_time as line 2"]]


def test_limits_that_cross_are_told_by_their_lines(asset: Asset) -> None:
    header = ("asset_id", "source", "start_time", "end_time", "valid_from", "valid_until", "energy_low", "energy_high")
    window = (asset.pk, "PV", "06:00", "07:00", "2026-05-01", "2026-05-01")

    found = upload("limits", csv_of(header, (*window, 1, 2), (*window, 3, ""), (*window, "", 0)))

    assert {line for line, _, _ in found.faults} == {3, 4}
    assert found.added == 4


def test_what_cannot_be_changed_is_a_fault_of_its_column(asset: Asset) -> None:
    header = ("id", "code", "name")

    found = upload("assets", csv_of(header, (asset.pk, "OTHER", "A"), ("DE_50HZ_NO_1", "", "B"), ("", "NEW", "C")))

    assert [(line, column) for line, column, _ in found.faults] == [
        (2, "code"),
        (3, "id"),
        *[(4, column) for column in ("delivery_area", "provider", "region", "type")],
    ]


def test_every_fault_of_a_header_is_told(asset: Asset) -> None:
    found = upload("specs", csv_of(("asset_id", "asset_id", "power", "rated_power.value"), (asset.pk, "", "", "")))

    assert {column for _, column, _ in found.faults} == {"asset_id", "power", "valid_from", "rated_power.unit"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-05-01&to=2026-05-01", "Name 1 to 500 assets."),
        ("assets=NO&from=2026-05-01&to=2026-05-01", "Unknown asset: NO."),
        ("assets=NO&from=2026-05-01&to=2026-06-01", "At most 31 days at once."),
        ("assets=NO&from=x", "Give the first and the last day, such as 2026-05-01."),
    ],
)
def test_a_window_that_cannot_be_is_told(desk: Client, query: str, sentence: str) -> None:
    assert said(desk, desk.get(f"/admin/exports/limits?{query}")) == [sentence]


def test_an_import_of_inverters_lists_their_assets_in_order(asset: Asset) -> None:
    apply(upload("inverters", file_of("inverters", asset)))

    assert [inverter.rated_power for inverter in Inverter.objects.order_by("id")] == [1, 2]
