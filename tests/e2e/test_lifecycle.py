"""An operator leads assets through their life [A5]."""

import pytest
from playwright.sync_api import Page, expect

from assets.lifecycle import TRANSITIONS, move, open_transitions
from assets.models import Asset
from assets.vocabulary import Lifecycle
from tests.back_office import page_of
from tests.factories.assets import NOW, make_asset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def expect_buttons(desk: Page, *labels: str) -> None:
    """These lifecycle buttons are shown, in this order, and no others."""
    expect(desk.locator('.desk-lifecycle [popovertarget^="confirm-"]').filter(visible=True)).to_have_text(labels)


def press(desk: Page, label: str) -> None:
    """Press a lifecycle button, and confirm."""
    desk.get_by_role("button", name=label, exact=True).click()
    desk.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()


def test_commission_changes_the_state_and_the_buttons(desk: Page) -> None:
    make_asset()
    desk.locator("#nav-sidebar-apps").get_by_text("Assets", exact=True).click()
    desk.get_by_role("link", name="DE_50HZ_WU_1").click()
    expect_buttons(desk, "Commission")

    desk.get_by_role("button", name="Commission", exact=True).click()
    expect(desk.get_by_role("dialog")).to_contain_text(str(TRANSITIONS["commission"].meaning))
    desk.get_by_role("dialog").get_by_role("button", name="Commission").click()

    expect(desk.get_by_text("Commission: DE_50HZ_WU_1 is now Commissioning.")).to_be_visible()
    expect(desk.locator(".desk-steps [aria-current=step]")).to_have_text("Commissioning")
    expect_buttons(desk, "Go live")


def test_a_suspended_asset_offers_resume_and_nothing_that_would_be_refused(desk: Page) -> None:
    asset = make_asset(Lifecycle.SUSPENDED)

    desk.goto(page_of(asset))
    expect_buttons(desk, "Resume")

    press(desk, "Resume")
    expect(desk.locator(".desk-steps [aria-current=step]")).to_have_text("Live")
    expect_buttons(desk, *(str(transition.label) for transition in open_transitions(Lifecycle.LIVE)))


def test_a_refusal_is_shown_when_the_state_changed_meanwhile(desk: Page) -> None:
    asset = make_asset()
    desk.goto(page_of(asset))
    move(asset_id=asset.pk, action="commission", by="user:olga", now=NOW)

    press(desk, "Commission")

    expect(desk.get_by_text("Asset DE_50HZ_WU_1 is COMMISSIONING; commission needs DRAFT.")).to_be_visible()
    expect_buttons(desk, "Go live")


def test_the_keyboard_is_enough(desk: Page) -> None:
    desk.goto(page_of(make_asset()))
    desk.get_by_role("button", name="Commission", exact=True).focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_visible()

    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    assert Asset.objects.get().lifecycle == Lifecycle.DRAFT

    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("is now Commissioning.")).to_be_visible()


def test_many_are_moved_at_once_and_each_refusal_is_told(desk: Page) -> None:
    make_asset(), make_asset(Lifecycle.LIVE)
    desk.goto("/admin/assets/asset/")
    for checkbox in desk.get_by_label("Select record").all():
        checkbox.check()
    desk.get_by_label("Select action to run").select_option("Commission")
    desk.get_by_role("button", name="Run").click()

    expect(desk.get_by_text("is Live; Commission needs Draft")).to_be_visible()
    desk.get_by_role("button", name="Commission (1)").click()

    expect(desk.get_by_text("Commission: done for 1 of 2.")).to_be_visible()
    expect(desk.get_by_text("Asset DE_50HZ_WU_2 is LIVE; commission needs DRAFT.")).to_be_visible()


def test_nothing_is_asked_for_outside(desk: Page, asked_for: list[str], live_server: object) -> None:
    desk.goto(page_of(make_asset()))
    desk.goto("/admin/assets/asset/")

    assert [address for address in asked_for if not address.startswith((str(live_server), "data:"))] == []
