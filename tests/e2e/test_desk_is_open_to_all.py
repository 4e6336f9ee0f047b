"""The desk's pages in a light and in a dark room, wide and narrow: nobody is shut out, nothing had to be stopped."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from assets.vocabulary import Lifecycle
from tests.back_office import page_of
from tests.e2e.watched import faults_of, watch
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser
from tests.factories.sites import add_inverter, add_site
from tests.factories.specs import put_spec

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OFFERED = ["Day before", "day-date", "Day after", "Today", "Change limits", "The day as a table"]
ROOMS = [("light", 1400), ("dark", 390)]


def day_is_drawn(page: Page) -> None:
    """Wait for the delivery day."""
    expect(page.locator("[data-shown]")).to_be_attached()
    for table in page.get_by_text("The day as a table").all():
        table.click()


def previewed(page: Page) -> None:
    """Ask for a preview."""
    page.get_by_label("Lock trading", exact=True).check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()


def as_it_is(_page: Page) -> None:
    """Nothing to do."""


@pytest.mark.parametrize(("scheme", "width"), ROOMS, ids=[f"{scheme}-{width}" for scheme, width in ROOMS])
def test_its_pages_are_accessible(browser: Browser, live_server: LiveServer, scheme: Any, width: int) -> None:
    """WCAG 2.2 AA by axe: login, home, lists, asset, site, limits with their preview, audit and health."""
    asset = make_asset(Lifecycle.LIVE)
    spec = put_spec(asset, 1, rated_power=5)
    site = add_site()
    add_inverter(site, asset.pk)
    pages: dict[str, Callable[[Page], None]] = {
        "/admin/": as_it_is,
        "/admin/assets/asset/": as_it_is,
        page_of(asset): day_is_drawn,
        page_of(site): day_is_drawn,
        page_of(spec): as_it_is,
        f"/admin/markets/limitchange/add/?asset_ids={asset.pk}": previewed,
        "/admin/audit/": as_it_is,
        "/admin/health/": as_it_is,
    }
    session = desk_of(make_superuser()).cookies["sessionid"].value
    size = {"width": width, "height": 900}
    with browser.new_context(base_url=live_server.url, color_scheme=scheme, viewport=size) as context:  # type: ignore[arg-type]
        said = watch(context)
        page = context.new_page()
        page.goto("/admin/login/")
        found = {"/admin/login/": faults_of(page)}
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        for address, prepare in pages.items():
            page.goto(address)
            prepare(page)
            page.wait_for_load_state("networkidle")
            found[address] = faults_of(page)
            assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert page.evaluate("document.documentElement.classList.contains('dark')") == (scheme == "dark")
    assert {address: faults for address, faults in found.items() if faults} == {}
    assert said == []


def test_the_keyboard_reaches_what_the_asset_page_offers(desk: Page) -> None:
    """In the order of the page, each with a visible focus."""
    desk.goto(page_of(make_asset()))
    expect(desk.locator("[data-shown]")).to_be_attached()
    desk.get_by_role("button", name="Commission", exact=True).focus()
    outlines: dict[str, str] = {}
    for _ in range(20):
        desk.keyboard.press("Tab")
        name, outline = desk.evaluate(
            """() => [document.activeElement.textContent.trim() || document.activeElement.id,
                getComputedStyle(document.activeElement).outlineStyle]"""
        )
        outlines.setdefault(name, outline)
    assert [name for name in outlines if name in OFFERED] == OFFERED
    assert {name for name in OFFERED if outlines[name] == "none"} == set()
