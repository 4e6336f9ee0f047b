"""Imports of periods keep each row that they change, before and after, with their author [P23]."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assets.models import Asset
from config.desk.imports import operations
from config.desk.imports.kinds import KINDS
from config.desk.imports.models import Import, ImportedRow
from config.desk.roles import ROLES
from tests.desk.imports.files import BY, Cells, apply, counts, csv_of, upload
from tests.desk.test_role_matrix import API, LETTER
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser, role_named

pytestmark = pytest.mark.django_db

PERIOD = ("asset_id", "start_time", "end_time")
HEADERS = {
    "forecasts": (*PERIOD, "generation", "consumption"),
    "reservations": (*PERIOD, "market", "source", "power", "energy_change", "energy_buffer_low", "energy_buffer_high"),
    "limits": ("asset_id", "source", "start_time", "end_time", "valid_from", "valid_until", "power_discharge"),
}
OF_ONE = ("import", "imported_rows", "import_progress")
VALUE = {"forecasts": "generation", "reservations": "power", "limits": "power_discharge"}


def row_of(kind: str, asset_id: str, quarter: int, value: str) -> Cells:
    start, end = ("10:00", "10:15", "10:30", "10:45")[quarter : quarter + 2]
    if kind == "limits":
        return asset_id, "OPERATIONS", start, end, "2026-05-01", "2026-05-01", value
    window = (asset_id, f"2026-05-01T{start}:00Z", f"2026-05-01T{end}:00Z")
    return (*window, value, 0) if kind == "forecasts" else (*window, "FCR", "desk", value, 0, 0, 0)


def imported(kind: str, *rows: Cells) -> Import:
    return apply(upload(kind, csv_of(HEADERS[kind], *rows)))


def kept(found: Import, kind: str) -> list[tuple[object, object]]:
    value = VALUE[kind]
    return [(row.before and str(row.before[value]), str(row.after[value])) for row in found.kept_rows.order_by("id")]


@pytest.mark.parametrize("kind", sorted(HEADERS))
def test_each_row_that_is_new_or_changed_is_kept_and_no_other(kind: str) -> None:
    asset_id = make_asset().pk
    first = imported(kind, row_of(kind, asset_id, 0, "1.5"), row_of(kind, asset_id, 1, "2"))
    assert kept(first, kind) == [(None, "1.500000"), (None, "2.000000")]

    second = imported(kind, row_of(kind, asset_id, 0, "1.5"), row_of(kind, asset_id, 1, "2.25"))

    assert counts(second) == (0, 1, 1)
    assert kept(second, kind) == [("2.000000", "2.250000")]
    assert (second.by, len(kept(first, kind))) == (BY, 2)


@pytest.mark.parametrize("kind", sorted(HEADERS))
def test_what_was_only_tried_or_refused_leaves_nothing(kind: str) -> None:
    asset_id = make_asset().pk
    tried = upload(kind, csv_of(HEADERS[kind], row_of(kind, asset_id, 0, "1.5")))
    Asset.objects.filter(pk=asset_id).delete()
    assert apply(tried).faults_total
    assert not ImportedRow.objects.exists()


def test_any_number_of_rows_takes_the_same_statements() -> None:
    asset_id = make_asset().pk
    numbers = set()
    for number in (1, 3):
        rows = [row_of("forecasts", asset_id, quarter, str(number)) for quarter in range(number)]
        found = upload("forecasts", csv_of(HEADERS["forecasts"], *rows))
        with CaptureQueriesContext(connection) as asked:
            operations.ask_to_apply(import_id=found.pk, by=BY, now=timezone.now())
        numbers.add(len(asked))
        assert found.kept_rows.count() == number
    assert len(numbers) == 1


@pytest.mark.parametrize("kind", sorted(HEADERS))
def test_its_page_and_its_file_show_them(kind: str) -> None:
    client = desk_of(make_superuser())
    asset_id = make_asset().pk
    imported(kind, row_of(kind, asset_id, 0, "1.5"))
    found = imported(kind, row_of(kind, asset_id, 0, "2"))

    page = client.get(reverse("import", args=[found.pk])).content.decode()
    assert "<del>1.500000</del>" in page
    assert "<ins>2.000000</ins>" in page

    answer = client.get(reverse("imported_rows", args=[found.pk]))
    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert row["asset_id"] == asset_id
    assert (row[f"{VALUE[kind]} before"], row[f"{VALUE[kind]} after"]) == ("1.500000", "2.000000")


def test_records_have_no_such_file() -> None:
    """They have their own entries in the audit trail."""
    client = desk_of(make_superuser())
    found = upload("assets", csv_of(("name",), ("x",)))
    assert not KINDS["assets"].load
    assert client.get(reverse("imported_rows", args=[found.pk])).status_code == 404


@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.parametrize("kind", sorted(HEADERS))
def test_its_page_and_its_file_are_open_to_whom_the_kind_is(kind: str, role: str) -> None:
    """As the API's list of the kind; tests/desk/test_role_matrix.py says to whom."""
    found = imported(kind, row_of(kind, make_asset().pk, 0, "1.5"))
    operator = User.objects.create_user("rita", is_staff=True)
    operator.groups.set([role_named(role)])
    expected = 200 if LETTER[role] in API[kind][0] else 403

    told = {name: desk_of(operator).get(reverse(name, args=[found.pk])).status_code for name in OF_ONE}

    assert told == dict.fromkeys(OF_ONE, expected)


def test_who_sees_imports_in_the_trail_and_no_limits_is_refused_their_file() -> None:
    found = imported("limits", row_of("limits", make_asset().pk, 0, "1.5"))
    desk = desk_of(make_operator("desk.view_import", "markets.view_forecast", "markets.view_reservation"))

    assert desk.get(reverse("imported_rows", args=[found.pk])).status_code == 403
