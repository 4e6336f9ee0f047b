"""The vendor's own Python client against a live server [P9]."""

from collections.abc import Callable
from typing import Any

import pytest
from asoba import OnaClient, OnaConfig
from asoba.exceptions import AuthenticationError, RateLimitError, ServiceUnavailableError
from django.utils import timezone
from pytest_django import live_server_helper

from partner.kinds import KINDS
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


def test_all_five_endpoints_answer_it_with_filters_and_its_cached_objects(
    live_server: LiveServer, profile: PartnerProfile
) -> None:
    """[P9]: each body validates against its published schema; another filter is another object and another tag."""
    for kind in KINDS:
        make_snapshot(profile, now=timezone.now(), kind=kind)
    partner = vendor_client(live_server, make_partner_key(profile.site).text)
    calls: dict[str, Callable[[], Any]] = {
        "kpi-rollup": lambda: partner.get_kpi_rollup("Sibaya"),
        "maintenance-signals": lambda: partner.get_maintenance_signals("Sibaya"),
        "forecast": lambda: partner.get_forecast_snapshot("Sibaya"),
        "maintenance-schedule": lambda: partner.get_maintenance_schedule("Sibaya"),
    }
    for kind, call in calls.items():
        found = call()
        assert call() is found
        KINDS[kind].validator.validate(found)
        assert partner.get_snapshot("Sibaya", kind) == found
    everything = calls["maintenance-signals"]()
    low = partner.get_maintenance_signals("Sibaya", severity="low")
    assert (len(everything["signals"]), low["signals"], low["summary"]["by_severity"]) == (1, [], {})
    assert partner.get_maintenance_signals("Sibaya", since=everything["cursor"])["signals"] == []
    assert partner.get_snapshot("Sibaya", "maintenance-signals", severity="low") == low
    assert partner.get_forecast_snapshot("Sibaya", horizon="1h")["horizon_hours"] == 1
    assert partner.get_maintenance_schedule("Sibaya", since="2999-01-01T00:00:00Z")["summary"]["total_tasks"] == 0
    with pytest.raises(ServiceUnavailableError, match="400"):
        partner.get_forecast_snapshot("Sibaya", horizon="96h")
