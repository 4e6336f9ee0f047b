"""The pictures in docs/images, taken of the demo fleet beside a running desk, as the operator that it printed, and with
the partner key that it printed:

python -m tests.e2e.screenshots http://127.0.0.1:8000 operator PASSWORD lsp_...
"""

import sys
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from config.embedded import BASE_DIR
from tests.e2e.chromium import launched
from tests.e2e.dashboards import open_board

IMAGES = BASE_DIR / "docs" / "images"


def log_in(page: Page, *, user: str, password: str) -> None:
    """Through the login page."""
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def take(page: Page, name: str) -> None:
    """A picture of what the page shows, once its fonts and scripts have come."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


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


def main(url: str, user: str, password: str, key: str) -> None:
    """Take all of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for width in (1280, 390):
            take_dashboard(browser, url, key, width=width, scheme="light")
            take_dashboard(browser, url, key, width=width, scheme="dark")
        page = browser.new_page(base_url=url, viewport={"width": 1280, "height": 860})
        log_in(page, user=user, password=password)
        take(page, "home")
        page.goto("/admin/assets/asset/")
        take(page, "assets")
        live = page.get_by_role("row").filter(has=page.get_by_text("Live", exact=True))
        live.get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Recent changes")).to_be_attached()
        take(page, "asset")
        page.goto("/api/docs")
        page.locator(".opblock").first.wait_for()
        take(page, "docs")


if __name__ == "__main__":
    main(*sys.argv[1:])
