"""A headless Chromium in front of the desk."""

import os
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.chromium import executable, launched
from tests.factories.operators import make_superuser

# Playwright keeps an event loop in this thread, in which Django would not read the database otherwise.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
PATIENCE = 30_000  # milliseconds; pages take one, a busy machine takes its time
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser, or a skip that says what is missing."""
    if executable() is None:
        pytest.skip("no Chromium on PATH; on Debian: apt-get install chromium")
    with launched() as browser:
        yield browser


@pytest.fixture
def asked_for() -> list[str]:
    """Every address that the page asked for, in their order."""
    return []


@pytest.fixture
def context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """A browser without history or cookies."""
    with browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE)
        yield context


@pytest.fixture
def page(context: BrowserContext, asked_for: list[str]) -> Page:
    """A page of it, in which nobody is logged in."""
    page = context.new_page()
    page.on("request", lambda request: asked_for.append(request.url))
    return page


@pytest.fixture
def desk(page: Page, settings: LazySettings) -> Page:
    """The desk, after anna has logged in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a login takes no second
    anna = make_superuser()
    anna.set_password("a password for tests")
    anna.save()
    page.goto("/admin/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("a password for tests")
    page.get_by_role("button", name="Log in").click()
    return page
