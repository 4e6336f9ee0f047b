"""The dashboard in a browser: opening it, and finding its parts."""

from playwright.sync_api import Page

ADDRESS = "/partner/dashboard?site_id=Sibaya"


def enter(page: Page, key: str) -> None:
    """Give the key to a page that asks for it."""
    page.get_by_label("Partner key").fill(key)
    page.get_by_role("button", name="Open").click()


def open_board(page: Page, key: str) -> None:
    """The page, and the key."""
    page.goto(ADDRESS)
    enter(page, key)


def kept_by(page: Page) -> str:
    """All that a tab could keep: its address, what it stores, and what its page says."""
    return str(
        page.evaluate(
            """() => JSON.stringify([location.href, {...localStorage}, {...sessionStorage}, document.cookie,
                history.state, document.documentElement.outerHTML, [...document.querySelectorAll("input")].map(
                (input) => input.value)])"""
        )
    )
