"""A partner looks at the dashboard: what it shows, to whom, in what shape."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from partner.models import PartnerProfile
from partner.operations.profiles import save_profile
from tests.e2e.dashboards import ADDRESS, enter, kept_by, open_board
from tests.e2e.watched import faults_of
from tests.factories.boards import make_board
from tests.factories.keys import make_partner_key
from tests.factories.plants import STARTED, make_profile, make_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def profile() -> PartnerProfile:
    return make_profile(make_site(), public_name="Sibaya", currency="ZAR")


@pytest.fixture
def key(profile: PartnerProfile) -> str:
    """A key for Sibaya, of which everything is published."""
    make_board(profile, now=timezone.now())
    return make_partner_key(profile.site).text


def drawn(page: Page, place: int) -> dict[str, list[float]]:
    """The series of one of the page's charts, by their names."""
    found: dict[str, list[float]] = page.evaluate(
        """(place) => Object.fromEntries(Chart.getChart(document.querySelectorAll("canvas")[place]).data.datasets.map(
            (one) => [one.label ?? "revenue", one.data]))""",
        place,
    )
    return found


def test_everything_is_shown_to_who_has_a_key(page: Page, key: str) -> None:
    open_board(page, key)
    tiles = page.get_by_role("region", name="Key figures")
    expect(tiles.get_by_role("article").filter(has_text="Performance ratio")).to_contain_text("0.812On target")
    expect(tiles.get_by_role("article").filter(has_text="Availability")).to_contain_text("98.9 %On targetTarget 98.0 %")
    expect(tiles.get_by_role("article").filter(has_text="Value lost")).to_contain_text("ZAR 2,118")

    band, revenue = drawn(page, 0), drawn(page, 1)
    assert len(band["p50"]) == 24
    assert all(low <= middle <= high for low, middle, high in zip(band["p10"], band["p50"], band["p90"], strict=True))
    assert revenue["revenue"] == [round(power / 2, 6) for power in band["p50"]]
    expect(page.get_by_role("img", name="Forecast of the next 24 hours")).to_be_visible()

    signals = page.get_by_role("region", name="Maintenance signals")
    expect(signals.get_by_role("button", name="Critical")).to_contain_text("1")
    expect(signals.get_by_role("listitem")).to_have_count(5)
    signals.get_by_role("button", name="Show all 7").click()
    expect(signals.get_by_role("listitem")).to_have_count(7)

    schedule = page.get_by_role("region", name="Maintenance schedule")
    expect(schedule.locator(".date")).to_have_count(3)
    expect(schedule.locator(".date").first.get_by_role("listitem")).to_have_count(2)
    expect(schedule).to_contain_text("Corrective maintenance INV-2021-0042")
    expect(page.get_by_role("status")).to_have_text("Current")
    expect(page.get_by_role("region", name="Freshness").get_by_role("row")).to_have_count(5)


def test_the_key_stays_in_the_tabs_memory(page: Page, key: str) -> None:
    open_board(page, key)
    expect(page.get_by_role("status")).to_have_text("Current")
    assert key not in kept_by(page)
    page.reload()
    expect(page.get_by_label("Partner key")).to_be_visible()
    enter(page, key)
    expect(page.get_by_role("status")).to_have_text("Current")
    page.get_by_role("button", name="Forget key").click()
    expect(page.get_by_text("The key is forgotten.")).to_be_visible()
    expect(page.get_by_text("Performance ratio")).to_have_count(0)


def test_a_longer_horizon_and_the_table_that_says_the_same(page: Page, key: str) -> None:
    open_board(page, key)
    forecast = page.get_by_role("region", name="Forecast", exact=True)
    forecast.get_by_text("Show as a table").click()
    expect(forecast.get_by_role("row")).to_have_count(25)
    forecast.get_by_role("button", name="72 h").click()
    expect(forecast.get_by_role("row")).to_have_count(73)
    expect(forecast.get_by_role("button", name="72 h")).to_be_focused()
    assert len(drawn(page, 0)["p50"]) == 72


def test_signals_of_one_severity_are_picked_with_the_keyboard(page: Page, key: str) -> None:
    open_board(page, key)
    signals = page.get_by_role("region", name="Maintenance signals")
    signals.get_by_role("button", name="High").press("Enter")
    expect(signals.get_by_role("listitem")).to_have_count(2)
    expect(signals.get_by_role("button", name="High")).to_be_focused()
    expect(signals.get_by_role("button", name="Medium")).to_be_disabled()
    page.keyboard.press("Enter")
    expect(signals.get_by_role("listitem")).to_have_count(5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360], ids=["wide", "phone"])
def test_it_fits_and_is_accessible(
    browser: Browser, live_server: LiveServer, key: str, width: int, scheme: Any
) -> None:
    """WCAG 2.2 AA by axe, the form and the board; nothing from outside; nothing that the policy had to stop."""
    said: list[str] = []
    with browser.new_context(base_url=live_server.url, color_scheme=scheme) as context:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.extend([request.url] * (not request.url.startswith(str(live_server)))))
        page.goto(ADDRESS)
        assert faults_of(page) == []
        enter(page, key)
        page.get_by_text("Show as a table").click()
        expect(page.get_by_role("status")).to_have_text("Current")
        expect(page.get_by_role("region", name="Freshness").get_by_text("Current")).to_have_count(4)
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert said == []


@pytest.fixture
def partners_origin(live_server: LiveServer) -> Iterator[str]:
    """A web server of the partner's own, with a page that frames the dashboard."""
    frame = f'<iframe width="900" height="900" src="{live_server}{ADDRESS}"></iframe>'.encode()

    class Embedding(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(frame)

    with ThreadingHTTPServer(("127.0.0.1", 0), Embedding) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "not named"])
def test_it_is_framed_by_the_origins_of_the_profile_alone(
    page: Page, profile: PartnerProfile, key: str, partners_origin: str, *, is_named: bool
) -> None:
    """[P3]."""
    origins = [partners_origin if is_named else "https://other.example"]
    save_profile(site=profile.site, fields={"frame_origins": origins}, by="user:anna", now=STARTED)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(partners_origin)
    frame = page.frame_locator("iframe")
    if not is_named:
        expect(frame.get_by_label("Partner key")).to_have_count(0)
        assert any("frame-ancestors" in sentence for sentence in said)
        return
    frame.get_by_label("Partner key").fill(key)
    frame.get_by_role("button", name="Open").click()
    expect(frame.get_by_role("status")).to_have_text("Current")
