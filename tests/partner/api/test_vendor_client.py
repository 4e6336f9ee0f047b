"""The vendor's own Python client against a live server [P9]."""

from typing import Any

import pytest
from asoba import OnaClient, OnaConfig
from asoba.exceptions import AuthenticationError, RateLimitError, ServiceUnavailableError
from django.utils import timezone
from pytest_django import live_server_helper

from partner.models import PartnerProfile
from tests.factories.keys import make_partner_key
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot

pytestmark = pytest.mark.django_db(transaction=True)

LiveServer = live_server_helper.LiveServer


@pytest.fixture
def profile() -> PartnerProfile:
    return make_profile(make_site(), public_name="Sibaya")


def vendor_client(live_server: LiveServer, key: str) -> Any:
    """The client's partner part; it takes no http:// address when it is configured, so it gets ours afterwards."""
    config = OnaConfig(api_key=key)
    config.partner_endpoint = f"{live_server.url}/partner"
    return OnaClient(config=config).partner


def test_it_reads_a_snapshot_and_then_gets_its_own_cached_object(
    live_server: LiveServer, profile: PartnerProfile
) -> None:
    make_snapshot(profile, now=timezone.now())
    partner = vendor_client(live_server, make_partner_key(profile.site).text)
    first = partner.get_kpi_rollup("Sibaya")
    assert first["performance"]["system_pr"] == 0.811532
    assert partner.get_kpi_rollup("Sibaya") is first


def test_it_gets_a_new_object_after_a_change(live_server: LiveServer, profile: PartnerProfile) -> None:
    make_snapshot(profile, now=timezone.now())
    partner = vendor_client(live_server, make_partner_key(profile.site).text)
    first = partner.get_kpi_rollup("Sibaya")
    make_snapshot(profile, now=timezone.now(), period={"start": "2026-05-01", "end": "2026-05-31"})
    assert partner.get_kpi_rollup("Sibaya")["period"] != first["period"]


def test_it_reads_the_generic_address(live_server: LiveServer, profile: PartnerProfile) -> None:
    make_snapshot(profile, now=timezone.now())
    partner = vendor_client(live_server, make_partner_key(profile.site).text)
    assert partner.get_snapshot("Sibaya", "kpi-rollup") == partner.get_kpi_rollup("Sibaya")


def test_refusals_become_its_own_errors(live_server: LiveServer, profile: PartnerProfile) -> None:
    make_snapshot(profile, now=timezone.now())
    with pytest.raises(AuthenticationError, match="Unauthorized"):
        vendor_client(live_server, "lsp_made_up").get_kpi_rollup("Sibaya")
    partner = vendor_client(live_server, make_partner_key(profile.site, rate_per_minute=3).text)
    with pytest.raises(AuthenticationError, match="Access denied"):
        partner.get_kpi_rollup("Nowhere")
    with pytest.raises(ServiceUnavailableError, match="400"):
        partner.get_snapshot("Sibaya", "kpi/rollup")
    with pytest.raises(ServiceUnavailableError, match="404"):
        partner.get_snapshot("Sibaya", "forecast")
    with pytest.raises(RateLimitError):
        partner.get_kpi_rollup("Sibaya")
