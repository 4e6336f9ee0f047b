"""The pages of imports: upload, dry run, correction, apply; who may, and what a hostile file is told."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset, Spec
from config.desk.imports.models import Import
from config.desk.imports.workbooks import LARGEST_SHEETS
from tests.back_office import said, text_of
from tests.desk.imports.files import SPEC_HEADER, csv_of, spec_row, xlsx_of
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser

pytestmark = pytest.mark.django_db

IMPORTS = "/admin/imports/"
REFUSED = 403
WRONG_METHOD = 405


@pytest.fixture
def asset() -> Asset:
    return make_asset()


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def send(desk: Client, kind: str, content: bytes, name: str = "specs.csv") -> Any:
    return desk.post(f"{IMPORTS}upload", {"kind": kind, "file": SimpleUploadedFile(name, content)})


def zip_of(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return file.getvalue()


def test_an_operator_tries_corrects_and_applies_a_file(desk: Client, asset: Asset) -> None:
    bad = csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 2, unit="MWh"), spec_row(asset, 3, efficiency="1.2"))
    tried = desk.get(send(desk, "specs", bad)["Location"])
    assert [line for line, _, _ in tried.context["found"].faults] == [3, 4]
    assert "Apply</button>" not in text_of(tried)
    good = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 2), spec_row(asset, 3)))
    assert "Apply</button>" in text_of(desk.get(good["Location"]))

    done = desk.get(desk.post(f"{good['Location']}apply")["Location"])

    assert "Applied by user:anna" in text_of(done)
    assert Spec.objects.filter(asset=asset).count() == 3


def test_a_file_is_applied_once(desk: Client, asset: Asset) -> None:
    page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]
    desk.post(f"{page}apply")

    again = desk.post(f"{page}apply")

    assert said(desk, again) == ["The import is applied; it cannot be applied."]


def test_what_changed_since_the_dry_run_is_told_and_nothing_is_written(desk: Client, asset: Asset) -> None:
    other = make_asset()
    page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(other), spec_row(asset)))["Location"]
    desk.delete(f"/api/v1/assets/{asset.pk}")

    answer = desk.post(f"{page}apply")

    assert said(desk, answer) == ["Something was changed meanwhile, so nothing was applied. See what is wrong now."]
    assert Import.objects.get().faults == [[3, "asset_id", f"Unknown asset: {asset.pk}."]]
    assert not Spec.objects.exists()


class TestPermissions:
    def test_who_may_not_add_and_change_a_kind_cannot_import_it(self, asset: Asset) -> None:
        viewer = desk_of(make_operator("assets.view_spec", "assets.add_spec"))

        answer = send(viewer, "specs", csv_of(SPEC_HEADER, spec_row(asset)))

        assert answer.status_code == REFUSED
        assert not Import.objects.exists()

    def test_who_may_see_a_kind_sees_its_imports_and_applies_none(self, desk: Client, asset: Asset) -> None:
        page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]
        viewer = desk_of(make_operator("assets.view_spec"))

        assert "Apply</button>" not in text_of(viewer.get(page))
        assert viewer.post(f"{page}apply").status_code == REFUSED

    def test_who_sees_other_kinds_only_is_refused(self, desk: Client, asset: Asset) -> None:
        page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]
        other = desk_of(make_operator("sites.view_site"))

        assert [other.get(path).status_code for path in (page, f"{page}progress")] == [REFUSED, REFUSED]
        assert other.get("/admin/exports/specs").status_code == REFUSED

    def test_writing_is_never_a_get(self, desk: Client, asset: Asset) -> None:
        page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]

        assert desk.get(f"{page}apply").status_code == WRONG_METHOD
        assert desk.get(f"{IMPORTS}upload").status_code == WRONG_METHOD

    def test_without_its_token_a_form_is_refused(self) -> None:
        strict = desk_of(make_superuser(), csrf=True)

        assert send(strict, "specs", b"a").status_code == REFUSED


BOMB = zip_of(xl__workbook=b"<workbook/>", xl__worksheets__sheet1=bytes(LARGEST_SHEETS + 1))
HOSTILE = {
    "nothing": (b"", "The file is empty."),
    "UTF-16": ("asset_id\n".encode("utf-16"), "UTF-16"),
    "Latin-1": (b"asset_id,valid_from\nK\xe4then,2026", "Line 2 is not UTF-8"),
    "NUL": (b"asset_id,valid_from\nA,\0", "Line 2 holds NUL"),
    "an open quotation": (b'asset_id,valid_from\n"A,2026', "not valid CSV"),
    "one endless line": (b"a" * 70_000, "longer than"),
    "a thousand columns": (b"a," * 1_000, "columns"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "Save it as XLSX"),
    "no workbook": (b"PK\x03\x04junk", "not an XLSX workbook"),
    "another ZIP": (zip_of(hello=b"<hello/>"), "not an XLSX workbook"),
    "a bomb": (BOMB, "more than can be read"),
    "entities": (zip_of(xl__workbook=b'<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'), "not an XLSX workbook"),
    "one row of cells": (zip_of(xl__worksheets__sheet1=b"<row>" + b"<c/>" * 30_000 + b"</row>"), "more than can be"),
    "one attribute": (zip_of(xl__worksheets__sheet1=b'<row r="' + b"1" * 300_000 + b'"/>'), "more than can be"),
    "one text": (zip_of(xl__worksheets__sheet1=b"<row><t>" + b"a" * 300_000 + b"</t></row>"), "more than can be"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_table_is_told_so(desk: Client, name: str) -> None:
    content, sentence = HOSTILE[name]

    answer = send(desk, "specs", content, name="../../<b>.xlsx")

    page = desk.get(answer["Location"])
    told = [str(message) for message in page.context["messages"]]
    found = page.context.get("found")
    told += [fault[2] for fault in found.faults] if found else []
    assert any(sentence in one for one in told), told


def test_a_file_that_is_too_large_is_told_so(desk: Client) -> None:
    answer = send(desk, "specs", b"a,b\n" * (9 * 1024**2))

    assert said(desk, answer) == ["specs.csv: The file has more than 32 MiB. Split it."]


def test_a_cell_far_away_is_no_table_of_a_million_rows(desk: Client, asset: Asset) -> None:
    rows = [spec_row(asset), *([()] * 3_000), ("", *[""] * 500, "far")]

    found = desk.get(send(desk, "specs", xlsx_of(SPEC_HEADER, *rows))["Location"]).context["found"]

    assert (found.rows, found.faults_total) == (1, 0)


def test_an_import_is_in_the_audit_trail_with_who_and_what(desk: Client, asset: Asset) -> None:
    page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]
    desk.post(f"{page}apply")

    trail = [change for change, *_ in desk.get("/admin/audit/?what=import").context["changes"]]

    assert {change.actor for change in trail} == {"user:anna"}
    states = [change.after["state"] for change in reversed(trail) if change.after and "state" in change.after]
    assert states == ["checking", "checked", "applying", "applied"]


def test_its_entries_in_the_trail_lead_to_its_page_who_may_open_it(desk: Client, asset: Asset) -> None:
    page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]
    link = f'href="{page}"'
    assert link in text_of(desk.get("/admin/audit/?what=import"))

    only_told = desk_of(make_operator("desk.view_import"))
    assert only_told.get(page).status_code == REFUSED
    trail = text_of(only_told.get("/admin/audit/?what=import"))
    assert "specs.csv" in trail
    assert link not in trail


def test_an_entry_of_an_import_that_is_gone_or_of_another_record_leads_nowhere(desk: Client, asset: Asset) -> None:
    page = send(desk, "specs", csv_of(SPEC_HEADER, spec_row(asset)))["Location"]
    Import.objects.all().delete()

    trail = text_of(desk.get("/admin/audit/"))

    assert "specs.csv" in trail
    assert f'href="{page}"' not in trail
