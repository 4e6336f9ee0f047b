"""An operator imports a file of specs with two bad rows: tries it, corrects it, applies it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from assets.models import Asset, Spec
from config.desk.imports.models import Import
from config.desk.tasks import work_on_import
from tests.desk.imports.files import SPEC_HEADER, csv_of, spec_row
from tests.factories.assets import make_asset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asset() -> Asset:
    return make_asset()


def violations(desk: Page) -> list[str]:
    """What axe finds on the page, of WCAG 2.2 AA."""
    found = Axe().run(desk, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).response
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]]


def send(desk: Page, folder: Path, content: bytes) -> None:
    """Choose a file, and try it."""
    file = folder / "specs.csv"
    file.write_bytes(content)
    desk.get_by_label("File", exact=True).set_input_files(file)
    desk.get_by_role("button", name="Try it").click()


def test_two_bad_rows_are_found_corrected_and_applied(desk: Page, asset: Asset, tmp_path: Path) -> None:
    desk.locator("#nav-sidebar-apps").get_by_text("Imports and exports", exact=True).click()
    desk.get_by_label("What it holds").select_option("Specs")
    bad = spec_row(asset), spec_row(asset, 2, power="ten"), ("DE_50HZ_NO_1", *spec_row(asset)[1:])
    send(desk, tmp_path, csv_of(SPEC_HEADER, *bad))

    expect(desk.get_by_role("status")).to_contain_text("2 faults.")
    expect(desk.locator("#import-faults tbody tr")).to_have_text(
        ["3 rated_power Input should be a number like 90 or 0.97", "4 asset_id Unknown asset: DE_50HZ_NO_1."]
    )
    expect(desk.get_by_role("button", name="Apply")).to_have_count(0)
    assert violations(desk) == []

    send(desk, tmp_path, csv_of(SPEC_HEADER, spec_row(asset), spec_row(asset, 2), spec_row(asset, 3)))
    expect(desk.get_by_role("status")).to_contain_text("would add 3, change 0 and leave 0")
    assert not Spec.objects.exists()
    desk.get_by_role("button", name="Apply").click()

    expect(desk.get_by_role("status")).to_contain_text("3 added, 0 changed, 0 were so already. Applied by user:anna")
    assert Spec.objects.filter(asset=asset).count() == 3


def test_the_page_of_a_long_one_says_when_it_is_done(
    desk: Page, asset: Asset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.desk.imports.kinds.FEW_RECORDS", 0)
    desk.goto("/admin/imports/?kind=specs")
    send(desk, tmp_path, csv_of(SPEC_HEADER, spec_row(asset)))
    expect(desk.get_by_label("How far it has come")).to_be_visible()

    work_on_import(Import.objects.get().pk)

    expect(desk.get_by_role("button", name="Apply")).to_be_visible()


def test_lists_offer_their_files(desk: Page, asset: Asset) -> None:
    desk.goto("/admin/assets/asset/")

    with desk.expect_download() as download:
        desk.get_by_role("link", name="All as CSV").click()

    assert asset.pk in download.value.path().read_text()
    desk.goto("/admin/imports/")
    assert violations(desk) == []
