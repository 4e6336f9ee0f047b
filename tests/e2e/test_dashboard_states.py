"""What the dashboard says when something is amiss, and how it goes on asking [P2] [P4] [P6]."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from partner.models import PartnerKey, PartnerProfile, Snapshot
from partner.vocabulary import KPI_ROLLUP
from tests.e2e.dashboards import enter, open_board
from tests.factories.boards import make_board
from tests.factories.keys import make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A_MINUTE = 61_000
POLLED = {"kpi-rollup": 200, "forecast-snapshot": 304, "maintenance-signals": 304, "maintenance-schedule": 304}


@pytest.fixture
def profile() -> PartnerProfile:
    return make_profile(make_site(), public_name="Sibaya", currency="ZAR")


@pytest.fixture
def key(profile: PartnerProfile) -> str:
    """A key for Sibaya, of which everything is published."""
    make_board(profile, now=timezone.now())
    return make_partner_key(profile.site).text


@pytest.fixture
def board(page: Page, key: str) -> Page:
    """The open board, in a tab whose clock is turned by hand."""
    page.clock.install()
    open_board(page, key)
    expect(page.get_by_role("status")).to_have_text("Current")
    expect(page.get_by_role("region", name="Freshness").get_by_text("Current")).to_have_count(4)
    return page


def test_it_polls_with_its_tags_and_draws_what_is_new(board: Page, profile: PartnerProfile) -> None:
    """304 where nothing changed; a new document is there after the next poll."""
    system = {"rated_capacity_kw": 77, "device_count": 1}
    make_snapshot(profile, now=timezone.now() + timedelta(seconds=1), system=system)
    with ExitStack() as polled:
        waiting = {name: polled.enter_context(board.expect_response(f"**/partner/{name}?*")) for name in POLLED}
        board.clock.fast_forward(A_MINUTE)
    answers = {name: one.value for name, one in waiting.items()}
    assert {name: one.status for name, one in answers.items()} == POLLED
    assert all("if-none-match" in one.request.headers for one in answers.values())
    expect(board.get_by_text("77 kW installed, 1 inverter")).to_be_visible()


@pytest.mark.parametrize("text", ["lsp_made_up", "ein Schlüssel"])
def test_a_key_that_opens_nothing_is_told_so(page: Page, key: str, text: str) -> None:
    open_board(page, text)
    expect(page.get_by_text("This key opens nothing")).to_be_visible()
    expect(page.get_by_label("Partner key")).to_be_focused()
    enter(page, key)
    expect(page.get_by_role("status")).to_have_text("Current")


def test_a_key_of_another_site_is_told_so(page: Page, key: str) -> None:
    open_board(page, make_partner_key(make_site()).text)
    expect(page.get_by_text("This key does not open Sibaya.")).to_be_visible()


def test_a_key_that_is_revoked_meanwhile_opens_nothing_any_more(board: Page) -> None:
    PartnerKey.objects.update(revoked_at=timezone.now())
    board.clock.fast_forward(A_MINUTE)
    expect(board.get_by_text("This key opens nothing")).to_be_visible()
    expect(board.get_by_text("Performance ratio")).to_have_count(0)


def test_what_is_not_computed_yet_is_told_so_and_comes_when_it_is(page: Page, profile: PartnerProfile) -> None:
    page.clock.install()
    open_board(page, make_partner_key(profile.site).text)
    for sentence in ("The key figures are", "The forecast is", "Signals are", "The schedule is"):
        expect(page.get_by_text(f"{sentence} not computed yet.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Not computed yet")
    make_board(profile, now=timezone.now())
    page.clock.fast_forward(A_MINUTE)
    expect(page.get_by_text("Performance ratio")).to_be_visible()


def test_a_stale_document_is_named(board: Page) -> None:
    Snapshot.objects.filter(kind=KPI_ROLLUP).update(stale_from=timezone.now() - timedelta(minutes=1))
    board.clock.fast_forward(A_MINUTE)
    expect(board.get_by_role("status")).to_have_text("Stale")
    expect(board.get_by_role("alert")).to_contain_text("Not computed anew for a while: key figures.")


def test_without_a_network_the_last_figures_stay(board: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    board.clock.fast_forward(A_MINUTE)
    expect(board.get_by_role("status")).to_have_text("Offline")
    expect(board.get_by_role("alert")).to_contain_text("The desk cannot be reached. What is shown was loaded at")
    expect(board.get_by_text("Performance ratio")).to_be_visible()
    context.set_offline(False)
    expect(board.get_by_role("status")).to_have_text("Current")


@pytest.mark.parametrize(("status", "word"), [(503, "Unavailable"), (429, "Waiting")])
def test_a_desk_that_asks_for_patience_is_given_it(board: Page, status: int, word: str) -> None:
    """It asks again when Retry-After has passed, and not before."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=status, headers={"Retry-After": "90"}, json={"error": "x", "detail": "x"})

    board.route("**/partner/kpi-rollup?*", refuse)
    board.clock.fast_forward(A_MINUTE)
    expect(board.get_by_role("status")).to_have_text(word)
    expect(board.get_by_role("alert")).to_contain_text("Trying again in")
    board.clock.fast_forward(A_MINUTE)
    board.wait_for_timeout(200)
    assert len(asked) == 1
    board.unroute("**/partner/kpi-rollup?*")
    board.clock.fast_forward(A_MINUTE)
    expect(board.get_by_role("status")).to_have_text("Current")
