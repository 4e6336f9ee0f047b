"""The desk in German: whole, open to all, and remembered; and an API that stays English beside it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from assets.vocabulary import Lifecycle, Status
from tests.back_office import page_of
from tests.e2e.watched import faults_of, watch
from tests.factories.assets import make_asset
from tests.factories.operators import desk_of, make_superuser
from tests.factories.sites import add_inverter, add_site
from tests.factories.specs import put_spec
from tests.factories.statuses import note

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What the English pages say everywhere. As words: "Status" and "Name" are German too.
ENGLISH = re.compile(
    r"\b(the|and|of|with|asset|assets|limits?|fleet|delivery|day|today|charge|discharge|changes?|changed|search|save|"
    r"cancel|when|who|what|live|draft|suspended|slots?|locked|forecast|reserved|monday|weekdays|log out|theme|needs|"
    r"loading|since|nothing|unknown|fault|select|from|until|last|first|add|delete|local|users?|groups?|keys?)\b",
    re.IGNORECASE,
)
# Names of things, which have no language: what the test made, what a role is called, addresses.
NAMES = re.compile(
    r"Wunsiedel battery|Asset Simulator|Day-Ahead-Swap|GET /api/v1/\S+|kpi-rollup|state-snapshots|user:\w+|"
    r"Europe/Berlin|\bsystem\b|\b[A-Z]+(?:_\w+)*\b"  # and the codes of the API, in the audit trail
)


def english_on(page: Page) -> set[str]:
    """The English words that somebody reads on a page, or hears of it."""
    texts = page.evaluate(
        """() => [
            document.body.innerText,
            ...[...document.querySelectorAll("[aria-label]")].map((one) => one.getAttribute("aria-label")),
        ].join("\\n")"""
    )
    symbols = page.evaluate("[...document.querySelectorAll('.material-symbols-outlined')].map((one) => one.innerText)")
    for symbol in symbols:
        texts = texts.replace(symbol, " ", 1)
    return {found.lower() for found in ENGLISH.findall(NAMES.sub(" ", texts))}


def day_is_drawn(page: Page) -> None:
    """Wait for the delivery day, and open its table."""
    expect(page.locator("[data-shown]")).to_be_attached()
    for table in page.get_by_text("Der Tag als Tabelle").all():
        table.click()


def previewed(page: Page) -> None:
    """Ask for a preview."""
    page.get_by_label("Handel sperren", exact=True).check()
    page.get_by_role("button", name="Vorschau").click()
    expect(page.locator("#preview")).to_be_visible()


def as_it_is(_page: Page) -> None:
    """Nothing to do."""


@pytest.mark.parametrize("width", [1400, 390])
def test_its_pages_are_german_and_open_to_all(browser: Browser, live_server: LiveServer, width: int) -> None:
    """No English left, nothing wider than the window, axe finds nothing, nothing had to be stopped."""
    asset = make_asset(Lifecycle.LIVE, name="Wunsiedel battery")
    put_spec(asset, 1, rated_power=5)
    note(asset, Status.FAULT, hour=1, reasons=[])
    site = add_site()
    add_inverter(site, asset.pk)
    pages: dict[str, Callable[[Page], None]] = {
        "/admin/": as_it_is,
        "/admin/assets/asset/": as_it_is,
        page_of(asset): day_is_drawn,
        page_of(site): day_is_drawn,
        f"/admin/markets/limitchange/add/?asset_ids={asset.pk}": previewed,
        "/admin/audit/": as_it_is,
        "/admin/health/": as_it_is,
    }
    session = desk_of(make_superuser()).cookies["sessionid"].value
    size = {"width": width, "height": 900}
    with browser.new_context(base_url=live_server.url, locale="de-DE", viewport=size) as context:  # type: ignore[arg-type]
        said = watch(context)
        page = context.new_page()
        page.goto("/admin/login/")
        faults, english = {"/admin/login/": faults_of(page)}, {"/admin/login/": english_on(page)}
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        for address, prepare in pages.items():
            page.goto(address)
            prepare(page)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.lang") == "de", address
            assert page.evaluate("document.documentElement.scrollWidth") == width, address
            faults[address], english[address] = faults_of(page), english_on(page)
    assert {address: words for address, words in english.items() if words} == {}
    assert {address: found for address, found in faults.items() if found} == {}
    assert said == []


def test_a_language_is_chosen_and_remembered(desk: Page) -> None:
    """Under the operator's name; after the next login too."""
    desk.get_by_text("anna", exact=True).click()
    desk.get_by_role("button", name="Deutsch").click()
    expect(desk.locator("#fleet-title").filter(has_text="Flotte")).to_be_visible()

    desk.goto("/admin/audit/")
    expect(desk.get_by_role("heading", name="Wer was geändert hat")).to_be_visible()

    desk.get_by_text("anna", exact=True).click()
    desk.get_by_role("button", name="Abmelden").click()
    desk.goto("/admin/login/")
    expect(desk.get_by_role("button", name="Anmelden")).to_be_visible()

    desk.get_by_role("button", name="Polski").click()
    expect(desk.get_by_role("button", name="Zaloguj się")).to_be_visible()
    assert desk.evaluate("document.documentElement.lang") == "pl"
    assert desk.evaluate("document.cookie.includes('leitstand_language')") is False  # scripts do not see it


def test_the_api_speaks_english_to_a_german_browser(browser: Browser, live_server: LiveServer) -> None:
    """[C3]: also to an operator's session, and after German was chosen."""
    asset = make_asset(Lifecycle.LIVE)
    session = desk_of(make_superuser()).cookies["sessionid"].value
    with browser.new_context(base_url=live_server.url, locale="de-DE") as context:
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto("/admin/")
        page.get_by_text("anna", exact=True).click()
        page.get_by_role("button", name="Deutsch").click()
        page.wait_for_url("**/admin/")
        found = page.evaluate(
            """async ([unknown, refused]) => {
                const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
                const answers = [await fetch(unknown), await fetch(refused, {
                    method: "POST", headers: { "X-CSRFToken": token },
                })];
                return Promise.all(answers.map(async (answer) => [answer.status, (await answer.json()).detail]));
            }""",
            ["/api/v1/assets/DE_50HZ_NO_1", f"/api/v1/assets/{asset.pk}/actions/commission"],
        )
    assert found == [
        [404, "Unknown asset: DE_50HZ_NO_1."],
        [409, f"Asset {asset.pk} is LIVE; commission needs DRAFT."],
    ]
