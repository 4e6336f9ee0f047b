"""An operator issues a key, copies it, and revokes it [C14]."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from partner.keys import API_PREFIX, is_well_formed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(desk: Page) -> None:
    desk.goto("/admin/partner/apikey/add/")
    desk.get_by_label("Name").fill("Forecaster")
    desk.get_by_label("assets:read").check()
    desk.get_by_role("button", name="Save").click()

    text = desk.get_by_label("Key", exact=True).input_value()
    assert is_well_formed(text, prefix=API_PREFIX)
    assert status_with(text) == 200

    desk.get_by_role("link", name="To the key's page").click()
    assert text not in desk.content()
    desk.get_by_role("button", name="Revoke").click()
    desk.get_by_role("dialog").get_by_role("button", name="Revoke").click()

    expect(desk.get_by_text("is revoked and opens nothing any more.")).to_be_visible()
    assert status_with(text) == 401


def status_with(key: str) -> int:
    """What a client with this key is answered."""
    return Client().get("/api/v1/assets", headers={"X-API-Key": key}).status_code
