"""An operator limits a point of connection: from the page of the site, through the preview, to what the API lists."""

import pytest
from playwright.sync_api import Page, expect

from sites.models import SiteLimit
from tests.back_office import page_of
from tests.e2e.watched import faults_of
from tests.factories.sites import add_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_limits_of_a_site_are_previewed_set_and_cleared(desk: Page) -> None:
    """[ST6], on the day that has 25 hours; the form with its preview keeps WCAG 2.2 AA by axe."""
    site = add_site()
    desk.goto(page_of(site))
    desk.get_by_role("link", name="Change limits").click()
    desk.get_by_label("Give to the grid at most (MW)").fill("7.5")
    desk.get_by_label("Take from the grid at most (MW)").fill("-2")
    for label in ("First day", "Last day"):
        desk.get_by_label(label).fill("2026-10-25")

    desk.get_by_role("button", name="Preview").click()

    expect(desk.locator("#preview")).to_contain_text("100 of 100 slots would change")
    expect(desk.locator("#preview")).to_contain_text("into the grid: none → 7.5 MW")
    assert faults_of(desk) == []
    assert not SiteLimit.objects.exists()

    desk.get_by_role("button", name="Change 100 slots").click()
    expect(desk.get_by_text(f"Set limits: 100 slots of {site.pk} were changed.")).to_be_visible()
    assert SiteLimit.objects.filter(site=site, power_export="7.5").count() == 100

    desk.goto(f"/admin/sites/sitelimitchange/add/?site={site.pk}&day=2026-10-25")
    desk.get_by_label("Clear limits", exact=True).check()
    desk.get_by_role("button", name="Preview").click()
    desk.get_by_role("button", name="Change 100 slots").click()
    expect(desk.get_by_text(f"Clear limits: 100 slots of {site.pk} were changed.")).to_be_visible()
    assert not SiteLimit.objects.exists()
