"""Every page of the back office: nobody is shut out of it, nothing on it complains, fails or had to be stopped."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from assets.vocabulary import Lifecycle
from sites.models import Site, SiteLimitChange
from tests.back_office import page_of
from tests.desk.addresses import own_pages, pages_of_models
from tests.e2e.every_page import NO_PAGES, every_page
from tests.e2e.watched import faults_of, watch
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser
from tests.factories.sites import add_site
from tests.factories.specs import put_spec

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOGIN = "/admin/login/"
NOT_DELETED = {  # nobody deletes one by its page, not even a superuser
    *("axes_accessattempt_delete", "markets_limitchange_delete", "sites_sitelimitchange_delete"),
    *("assets_spec_delete", "otp_totp_totpdevice_delete"),
    *("partner_apikey_delete", "partner_partnerkey_delete", "partner_partnerprofile_delete", "partner_snapshot_delete"),
}
NOT_ADDED = {"axes_accessattempt_add", "otp_totp_totpdevice_add", "partner_snapshot_add"}


@pytest.fixture
def client() -> Client:
    """Somebody who may do everything."""
    return desk_of(make_superuser())


@pytest.fixture
def looking(browser: Browser, live_server: LiveServer, client: Client) -> Iterator[BrowserContext]:
    """Their browser, logged in; what its pages say is nothing."""
    with browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}) as context:
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        said = watch(context)
        yield context
        assert said == []


def drawn(page: Page) -> None:
    """Wait for what a page fetches by itself."""
    if page.locator("#day").count():
        expect(page.locator("[data-shown]")).to_be_attached()


def test_each_is_open_to_all(looking: BrowserContext, client: Client) -> None:
    """WCAG 2.2 AA by axe, wherever the resolver leads."""
    addresses = every_page(client)
    names = {resolve(address).url_name for address in addresses}
    assert names == {*own_pages(), *pages_of_models()} - NO_PAGES - NOT_DELETED - NOT_ADDED - {"login"}

    page = looking.new_page()
    faults: dict[str, list[str]] = {}
    for address in addresses:
        page.goto(address)
        drawn(page)
        if found := faults_of(page):
            faults[address] = found
    assert faults == {}


def login_refused(page: Page) -> None:
    page.context.clear_cookies()
    page.goto(LOGIN)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("no password of hers")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please enter the correct username")).to_be_visible()


def searched(page: Page) -> None:
    page.goto("/admin/")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type("asse")
    expect(page.locator("#command-results a").first).to_be_visible()


def lifecycle_asked(page: Page) -> None:
    page.goto(page_of(make_asset()))
    page.get_by_role("button", name="Commission", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def status_asked(page: Page) -> None:
    page.goto(page_of(make_asset()))
    page.get_by_role("button", name="Set status").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def run_for_all(page: Page, action: str) -> None:
    """Of two assets or more."""
    make_asset(), make_asset(Lifecycle.LIVE)
    page.goto("/admin/assets/asset/")
    for checkbox in page.get_by_label("Select record").all():
        checkbox.check()
    page.get_by_label("Select action to run").select_option(action)
    page.get_by_role("button", name="Run").click()


def many_asked(page: Page) -> None:
    run_for_all(page, "Commission")
    expect(page.get_by_text("is Live; Commission needs Draft")).to_be_visible()


def many_statuses_asked(page: Page) -> None:
    run_for_all(page, "Set status")
    expect(page.get_by_role("heading", name="Set status: open for")).to_be_visible()


def many_statuses_refused(page: Page) -> None:
    many_statuses_asked(page)
    page.get_by_role("button", name="Set status (").click()
    expect(page.get_by_text("This field is required.").first).to_be_visible()


def many_statuses_set(page: Page) -> None:
    many_statuses_asked(page)
    page.locator("[name=status]").select_option("Maintenance")
    page.locator("[name=category]").select_option(index=1)
    page.get_by_label("In words").fill("Inspection of the transformer")
    page.get_by_role("button", name="Set status (").click()
    expect(page.get_by_text("Set status: done for")).to_be_visible()


def form_refused(page: Page) -> None:
    page.goto("/admin/assets/asset/add/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist, .errornote").first).to_be_visible()


def limits_previewed(page: Page) -> None:
    page.goto(f"/admin/markets/limitchange/add/?asset_ids={make_asset(Lifecycle.LIVE).pk}")
    page.get_by_label("Lock trading", exact=True).check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()


def limits_refused(page: Page) -> None:
    page.goto("/admin/markets/limitchange/add/")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_be_visible()


def limits_kept(page: Page) -> None:
    limits_previewed(page)
    page.get_by_role("button", name="Change ").click()
    expect(page.get_by_text("of 1 asset were changed.")).to_be_visible()


def site_limits_asked(page: Page, power: str) -> None:
    site = Site.objects.first() or add_site()
    page.goto(f"/admin/sites/sitelimitchange/add/?site={site.pk}&day=2026-10-25")
    page.get_by_label("Take from the grid at most (MW)").fill("-2")
    page.get_by_label("Give to the grid at most (MW)").fill(power)
    page.get_by_role("button", name="Preview").click()


def site_limits_refused(page: Page) -> None:
    site_limits_asked(page, "-1")
    expect(page.get_by_role("alert")).to_be_visible()


def site_limits_previewed(page: Page) -> None:
    site_limits_asked(page, f"{SiteLimitChange.objects.count() + 1}")
    expect(page.locator("#preview")).to_contain_text("100 of 100 slots would change")


def site_limits_kept(page: Page) -> None:
    site_limits_previewed(page)
    page.get_by_role("button", name="Change 100 slots").click()
    expect(page.get_by_text("Set limits: 100 slots of")).to_be_visible()


def spec_refused(page: Page) -> None:
    asset = make_asset()
    put_spec(asset, 10, rated_power=5)
    page.goto(f"/admin/assets/spec/add/?asset={asset.pk}")
    page.locator("[name=valid_from_0]").fill("2026-05-10")
    page.locator("[name=valid_from_1]").fill("02:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("A version of this asset begins then already")).to_be_visible()


def key_issued(page: Page) -> None:
    page.goto("/admin/partner/apikey/add/")
    page.get_by_label("Name").fill("Forecaster")
    page.get_by_label("assets:read").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()


def account_opened(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_text("anna", exact=True).click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


ACTS: list[Callable[[Page], None]] = [
    *(searched, lifecycle_asked, status_asked, many_asked, many_statuses_asked, many_statuses_refused),
    *(many_statuses_set, form_refused, limits_previewed, limits_refused, limits_kept),
    *(site_limits_refused, site_limits_previewed, site_limits_kept, spec_refused),
    *(key_issued, account_opened, login_refused),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_comes_after_an_act_is_open_to_all(looking: BrowserContext, scheme: str) -> None:
    """Dialogs, confirmations, refusals and what is found, in light and in dark."""
    page = looking.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # of the two that there are
    faults = {}
    for act in ACTS:
        act(page)
        if found := faults_of(page):
            faults[act.__name__] = found
    assert faults == {}
