"""An operator without a mouse: the lifecycle, a status with its reason, limits, and the menu under their name."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from assets.models import Asset
from assets.vocabulary import Lifecycle
from tests.back_office import page_of
from tests.e2e.keys import press, tab_to
from tests.e2e.watched import watch
from tests.factories.assets import make_asset
from tests.factories.operators import make_operator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def said(context: BrowserContext) -> Iterator[list[str]]:
    """What the pages said, which is nothing."""
    said = watch(context)
    yield said
    assert said == []


def button(desk: Page, name: str) -> Locator:
    return desk.get_by_role("button", name=name, exact=True)


def expect_closed_by_escape(desk: Page, opener: Locator) -> None:
    """The dialog goes, and who opened it has the focus again."""
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def expect_here(desk: Page, step: str) -> None:
    expect(desk.locator(".desk-steps [aria-current=step]")).to_have_text(step)


def test_an_asset_is_led_through_its_life(desk: Page) -> None:
    asset = make_asset()
    desk.goto(page_of(asset))
    for name, step in {"Commission": "Commissioning", "Go live": "Live", "Suspend": "Suspended"}.items():
        press(desk, button(desk, name))
        expect_closed_by_escape(desk, button(desk, name))
        desk.keyboard.press("Space")
        expect(desk.get_by_role("dialog").get_by_role("button", name=name)).to_be_focused()
        desk.keyboard.press("Enter")
        expect_here(desk, step)

    press(desk, button(desk, "Set status"))
    expect_closed_by_escape(desk, button(desk, "Set status"))
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog")
    tab_to(desk, dialog.get_by_label("Status"))
    desk.keyboard.type("Maint")
    tab_to(desk, dialog.get_by_label("Reason"))
    desk.keyboard.press("ArrowDown")
    tab_to(desk, dialog.get_by_label("In words"))
    desk.keyboard.type("Suspended for an inspection")
    press(desk, dialog.get_by_role("button", name="Set status"))
    expect(desk.get_by_text(f"{asset.pk} is now Maintenance.")).to_be_visible()

    press(desk, button(desk, "Resume"))
    tab_to(desk, desk.get_by_role("dialog").get_by_role("button", name="Cancel"))
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(button(desk, "Resume")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect_here(desk, "Live")
    assert Asset.objects.get().lifecycle == Lifecycle.LIVE


def test_limits_are_previewed_and_changed(desk: Page) -> None:
    asset = make_asset(Lifecycle.LIVE)
    desk.goto(page_of(asset))
    expect(desk.locator("[data-shown]")).to_be_attached()
    press(desk, desk.get_by_role("link", name="Change limits"))

    expect(desk.get_by_label("Lock trading", exact=True)).to_be_visible()
    tab_to(desk, desk.locator("[name=action]:checked, [name=action]").first)
    while not desk.get_by_label("Lock trading", exact=True).is_checked():
        desk.keyboard.press("ArrowDown")
    for label in ("First day", "Last day"):
        tab_to(desk, desk.get_by_label(label))
        desk.keyboard.type("10242026")
    tab_to(desk, desk.locator("[name=start]"))
    desk.keyboard.type("17:00")
    tab_to(desk, desk.locator("[name=end]"))
    desk.keyboard.type("20:00")
    press(desk, button(desk, "Preview"))

    expect(desk.get_by_role("heading", name="12 of 12 slots would change, of 1 asset")).to_be_visible()
    press(desk, button(desk, "Change 12 slots"), "Space")
    expect(desk.get_by_text("Lock trading: 12 slots of 1 asset were changed.")).to_be_visible()


def test_the_menu_under_ones_name_opens_closes_and_leads_on(desk: Page) -> None:
    """The theme gives it to the mouse alone."""
    opener = desk.get_by_role("button", name="anna")
    press(desk, opener)
    expect(opener).to_have_attribute("aria-expanded", "true")
    tab_to(desk, button(desk, "Log out"), back=True)
    desk.keyboard.press("Escape")
    expect(button(desk, "Log out")).to_be_hidden()
    expect(opener).to_be_focused()

    desk.keyboard.press("Enter")
    tab_to(desk, button(desk, "Dark"), back=True)
    desk.keyboard.press("Space")
    expect(desk.locator("html.dark")).to_be_attached()
    expect(button(desk, "Dark")).to_have_attribute("aria-pressed", "true")
    tab_to(desk, button(desk, "Log out"))
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Logged out").first).to_be_visible()


def test_a_list_is_filtered(desk: Page) -> None:
    make_operator(name="olga")
    desk.goto("/admin/auth/user/")
    opener = desk.get_by_role("button", name="Filters")
    press(desk, opener)
    expect(desk.locator("#changelist-filter :focus")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#changelist-filter")).to_be_hidden()
    expect(opener).to_be_focused()
