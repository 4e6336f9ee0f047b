"""The pictures in docs/images, taken of the demo fleet beside a running desk, as the operator that it printed, and with
the partner key that it printed; without a key, those of the back office alone:

make screenshots DESK='http://127.0.0.1:8000 operator PASSWORD lsp_...'
"""

import sys
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from config.embedded import BASE_DIR
from tests.e2e.chromium import launched
from tests.e2e.dashboards import open_board

IMAGES = BASE_DIR / "docs" / "images"
WIDTH, HEIGHT = 1280, 860


def log_in(page: Page, *, user: str, password: str) -> None:
    """Through the login page."""
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def take(page: Page, name: str, *, height: int = HEIGHT) -> None:
    """A picture of what the page shows in so many pixels, once its fonts and scripts have come."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def take_dashboard(browser: Browser, url: str, key: str, *, width: int, scheme: Literal["light", "dark"]) -> None:
    """A picture of all of Sibaya's dashboard, whose viewer is where the plant is."""
    size = "phone" if width < 600 else "wide"
    with browser.new_context(base_url=url, color_scheme=scheme, timezone_id="Africa/Johannesburg") as context:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 860})
        open_board(page, key)
        expect(page.get_by_role("region", name="Freshness").get_by_text("Current")).to_have_count(4)
        page.set_viewport_size({"width": width, "height": 1560})  # on a phone all of it is very long
        page.screenshot(path=IMAGES / f"dashboard-{size}-{scheme}.png")


def take_desk(page: Page, *, user: str, password: str) -> None:
    """Pictures of the back office, in the order in which an operator meets it."""
    page.goto("/admin/login/")
    take(page, "login")
    log_in(page, user=user, password=password)
    take(page, "home")
    page.goto("/admin/assets/asset/")
    take(page, "assets")
    live = page.get_by_role("row").filter(has=page.get_by_text("Live", exact=True))
    live.get_by_role("link", name="battery").first.click()
    for button in ("Suspend", "Resume"):  # so that the audit has something of this operator
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".desk-lifecycle")).to_be_attached()
    page.goto(page.url)
    expect(page.locator("[data-shown]")).to_be_attached()
    take(page, "asset", height=1500)
    take_limits(page)
    page.goto("/admin/audit/?what=asset")
    take(page, "audit")
    page.goto("/admin/sites/site/")
    page.get_by_role("link", name="Boxberg").first.click()
    expect(page.locator("[data-shown]")).to_be_attached()
    take(page, "site", height=1100)
    page.goto("/api/docs")
    page.locator(".opblock").first.wait_for()
    take(page, "docs")


def take_limits(page: Page) -> None:
    """A picture of the form of limits with its preview, from an asset's page; nothing is changed."""
    page.get_by_role("link", name="Change limits").click()
    page.get_by_label("Lock trading", exact=True).check()
    page.get_by_label("First day").fill("2026-10-24")
    page.get_by_label("Last day").fill("2026-10-26")
    page.get_by_label("From").select_option("17:00")
    page.locator("[name=end]").select_option("20:00")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()
    take(page, "limits", height=1080)


def main(url: str, user: str, password: str, key: str = "") -> None:
    """Take all of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for width in (1280, 390) if key else ():
            take_dashboard(browser, url, key, width=width, scheme="light")
            take_dashboard(browser, url, key, width=width, scheme="dark")
        page = browser.new_page(base_url=url, viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
        take_desk(page, user=user, password=password)


if __name__ == "__main__":
    main(*sys.argv[1:])
