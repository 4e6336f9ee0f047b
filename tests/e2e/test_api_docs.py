"""Swagger UI and ReDoc: whole, usable by an operator who is logged in, and all our own [C16]."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from assets.models import Asset
from config.desk.documents import document
from tests.factories.assets import make_asset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}


def operations() -> int:
    """How many operations the document has."""
    return sum(len(METHODS & set(path)) for path in document()["paths"].values())


def expect_all_ours(asked_for: list[str], live_server: object) -> None:
    """Nothing was asked for outside; `blob:` is a script that the page made itself."""
    ours = (str(live_server), f"blob:{live_server}", "data:")
    assert [address for address in asked_for if not address.startswith(ours)] == []


def try_out(desk: Page, operation: str) -> Locator:
    """Open an operation's box on Swagger UI's page, ready to be filled in."""
    box = desk.locator(f"[id$='{operation}']")
    box.locator(".opblock-summary-control").click()
    box.get_by_role("button", name="Try it out").click()
    return box


def execute(box: Locator) -> Locator:
    """Send what was filled in; the row of the table that shows the answer."""
    box.get_by_role("button", name="Execute").click()
    return box.locator(".live-responses-table tbody tr.response")


def test_swagger_ui_lists_every_operation_and_asks_nothing_outside(
    page: Page, asked_for: list[str], live_server: object
) -> None:
    page.goto("/api/docs")

    expect(page.locator(".opblock")).to_have_count(operations())
    expect(page.get_by_role("link", name="Back office")).to_have_attribute("href", "/admin/")
    expect_all_ours(asked_for, live_server)


def test_redoc_lists_every_operation_and_asks_nothing_outside(
    page: Page, asked_for: list[str], live_server: object
) -> None:
    page.goto("/api/redoc")

    expect(page.locator("[data-section-id^='tag/'][data-section-id*='operation/']")).to_have_count(operations())
    expect(page.get_by_text("API docs by Redocly")).to_be_visible()  # beside it stands the logo that is not asked for
    expect_all_ours(asked_for, live_server)


def test_an_operator_reads_and_writes(desk: Page) -> None:
    """With the session, and with its CSRF token where something changes [C14]."""
    make_asset()
    desk.goto("/api/docs")

    answer = execute(try_out(desk, "-get_assets"))
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("DE_50HZ_WU_1")

    box = try_out(desk, "-post_assets")
    body = box.locator("textarea.body-param__text")
    body.fill(json.dumps(json.loads(body.input_value()) | {"code": "TRIED"}))
    answer = execute(box)
    expect(answer).to_contain_text("201")
    expect(answer).to_contain_text("DE_50HZ_TRIED_1")
    assert Asset.objects.filter(code="TRIED").exists()
