"""A working day at the desk: limits over local hours, their undo, status, roles, and who did it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from assets.models import Asset
from assets.vocabulary import Lifecycle
from config.desk.roles import permissions_of
from tests.back_office import page_of
from tests.e2e.watched import watch
from tests.factories.assets import make_asset
from tests.factories.sites import add_inverter, add_site
from tests.factories.specs import put_spec

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BACK_AND_FORTH = {"Commission": "Commissioning", "Go live": "Live", "Suspend": "Suspended", "Resume": "Live"}
CLOCK_CHANGE = ("2026-10-24", "2026-10-25", "2026-10-26")
FIRST_HOURS = ("2026-10-24T15:00", "2026-10-25T16:00", "2026-10-26T16:00")  # 17:00 on the wall, in UTC
A_LOCK = 12  # slots


@pytest.fixture(autouse=True)
def said(context: BrowserContext) -> Iterator[list[str]]:
    """What the pages said, which is nothing."""
    said = watch(context)
    yield said
    assert said == []


@pytest.fixture
def pair() -> list[Asset]:
    """Two batteries that are traded."""
    return [make_asset(Lifecycle.LIVE), make_asset(Lifecycle.LIVE)]


def press(desk: Page, label: str) -> None:
    """Press a button that asks first, and confirm."""
    desk.get_by_role("button", name=label, exact=True).click()
    desk.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()


def slots_of(assets: list[Asset]) -> list[dict[str, Any]]:
    """What the API lists of these days, as anna's session reads it."""
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    query = f"asset_ids={','.join(asset.pk for asset in assets)}&from=2026-10-23T00:00:00Z&to=2026-10-28T00:00:00Z"
    slots: list[dict[str, Any]] = client.get(f"/api/v1/limits?{query}&limit=1000").json()["limits"]
    return slots


def ask_for_a_lock(desk: Page) -> None:
    """From the list, both assets ticked, to the preview."""
    desk.goto("/admin/assets/asset/")
    for checkbox in desk.get_by_label("Select record").all():
        checkbox.check()
    desk.get_by_label("Select action to run").select_option("Change limits")
    desk.get_by_role("button", name="Run").click()
    desk.get_by_label("Lock trading", exact=True).check()
    desk.get_by_label("First day").fill(CLOCK_CHANGE[0])
    desk.get_by_label("Last day").fill(CLOCK_CHANGE[-1])
    desk.get_by_label("From").select_option("17:00")
    desk.get_by_label("To", exact=False).and_(desk.locator("[name=end]")).select_option("20:00")
    desk.get_by_role("button", name="Preview").click()


def expect_locked(desk: Page, asset: Asset, day: str, *, slots: int) -> None:
    """The asset's page has so many locked slots on this day, from 17:00 to 20:00 of its clock."""
    desk.goto(f"{page_of(asset)}?day={day}")
    room = desk.get_by_role("region", name="Delivery day")
    expect(room).to_have_attribute("data-shown", day)
    if not slots:
        expect(room.get_by_role("status")).not_to_contain_text("locked")
        return
    expect(room.get_by_role("status")).to_contain_text(f"{slots} locked")
    room.get_by_text("The day as a table").click()
    locked = room.get_by_role("row").filter(has_text="locked (Operations)")
    expect(locked).to_have_count(slots)
    expect(locked.first.get_by_role("rowheader")).to_have_text("17:00")
    expect(locked.last.get_by_role("rowheader")).to_have_text("19:45")
    shaded = desk.evaluate(
        "Chart.getChart(document.querySelector('[data-power]')).options.plugins.shades.locked.map("
        "(range) => range.map((at) => new Date(at).toISOString().slice(0, 16)))"
    )
    assert [start for start, _ in shaded] == [FIRST_HOURS[CLOCK_CHANGE.index(day)]]


def test_an_asset_comes_to_life_pauses_and_goes_on(desk: Page) -> None:
    desk.goto(page_of(make_asset()))
    for button, state in BACK_AND_FORTH.items():
        press(desk, button)
        expect(desk.locator(".desk-steps [aria-current=step]")).to_have_text(state)


def test_a_lock_across_the_clock_change_is_previewed_made_seen_and_undone(desk: Page, pair: list[Asset]) -> None:
    ask_for_a_lock(desk)
    expect(desk.get_by_role("heading", name="72 of 72 slots would change, of 2 assets")).to_be_visible()
    assert slots_of(pair) == []

    desk.get_by_role("button", name="Change 72 slots").click()
    expect(desk.get_by_text("Lock trading: 72 slots of 2 assets were changed.")).to_be_visible()
    change = desk.url

    slots = slots_of(pair)
    assert len(slots) == 2 * len(CLOCK_CHANGE) * A_LOCK
    assert all(slot["computed"]["trading_locked"] for slot in slots)
    starts = [slot["start_time"][:16] for slot in slots if slot["asset_id"] == pair[0].pk]
    assert tuple(starts[::A_LOCK]) == FIRST_HOURS
    for day in CLOCK_CHANGE:
        expect_locked(desk, pair[1], day, slots=A_LOCK)

    desk.goto(change)
    press(desk, "Undo")
    expect(desk.get_by_text("Undone: 72 slots are as they were before.")).to_be_visible()
    assert slots_of(pair) == []
    expect_locked(desk, pair[1], CLOCK_CHANGE[1], slots=0)


def test_a_status_is_set_with_its_reason_and_a_change_is_in_the_audit(desk: Page) -> None:
    asset = make_asset()
    desk.goto(page_of(asset))
    desk.get_by_role("button", name="Set status").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Status").select_option("Maintenance")
    dialog.get_by_label("Reason").select_option(index=1)
    dialog.get_by_label("In words").fill("Inspection of the transformer")
    dialog.get_by_role("button", name="Set status").click()
    expect(desk.get_by_text(f"{asset.pk} is now Maintenance.")).to_be_visible()
    expect(desk.locator(".desk-lifecycle").get_by_text("Inspection of the transformer")).to_be_visible()

    press(desk, "Commission")
    desk.goto("/admin/audit/")
    made = desk.get_by_role("row").filter(has_text=asset.pk).filter(has_text="lifecycle:")
    expect(made.first).to_contain_text("DRAFT")
    expect(made.first).to_contain_text("COMMISSIONING")
    expect(made.first).to_contain_text("user:anna")


def test_a_trader_changes_limits_and_sees_no_button_of_the_lifecycle(desk: Page, pair: list[Asset]) -> None:
    anna = User.objects.get(username="anna")
    anna.is_superuser = False
    anna.save()
    trader = Group.objects.create(name="A trader")  # what the migration makes does not outlive a test that commits
    trader.permissions.set(
        Permission.objects.get(content_type__app_label=app, codename=name) for app, name in permissions_of("Trader")
    )
    anna.groups.set([trader])

    desk.goto(page_of(pair[0]))

    expect(desk.get_by_role("link", name="Change limits")).to_be_visible()
    for label in (*BACK_AND_FORTH, "Decommission", "Set status", "Save"):
        expect(desk.get_by_role("button", name=label, exact=True)).to_have_count(0)


def test_a_sites_day_is_drawn_and_leads_to_its_assets(desk: Page, pair: list[Asset]) -> None:
    site = add_site()
    put_spec(pair[0], 1, rated_power=5)
    inverter = add_inverter(site, *(asset.pk for asset in pair))
    ask_for_a_lock(desk)
    desk.get_by_role("button", name="Change 72 slots").click()

    desk.goto(f"{page_of(site)}?day={CLOCK_CHANGE[1]}")
    room = desk.get_by_role("region", name="Delivery day")
    expect(room).to_have_attribute("data-shown", CLOCK_CHANGE[1])
    expect(room.get_by_role("status")).to_contain_text("100 slots in Europe/Berlin")
    expect(room.get_by_role("status")).to_contain_text("2 assets")

    desk.get_by_role("link", name=pair[0].pk).click()
    expect(desk.get_by_role("region", name="Spec and its versions").first).to_contain_text("Rated power 5 MW")
    desk.get_by_role("region", name="Inverters and site").first.get_by_role("link", name=site.name).click()
    expect(desk.get_by_role("link", name=inverter.pk).first).to_be_visible()
