"""The back office's home page."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset, StatusEntry
from assets.vocabulary import Lifecycle, Status
from partner.models import Snapshot
from sites.models import Site
from tests.back_office import text_of
from tests.factories.assets import NOW, make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.plants import make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def note(asset: Asset, status: Status) -> None:
    """Give the asset a status that is newer than its first."""
    later = NOW.replace(hour=9)
    StatusEntry.objects.create(asset=asset, effective_at=later, event_id="e1", status=status, reasons=[])


def never_published(site: Site) -> Snapshot:
    now = timezone.now()
    return Snapshot.objects.create(site=site, kind="kpi-rollup", last_checked_at=now, next_check_at=now)


def test_it_counts_the_fleet_by_state_and_each_number_leads_to_its_list(desk: Client) -> None:
    make_asset(), make_asset(Lifecycle.LIVE), make_asset(Lifecycle.LIVE)

    figures = {figure.label: figure for figure in desk.get("/admin/").context["lifecycles"]}

    assert {label: figure.number for label, figure in figures.items() if figure.number} == {"Draft": 1, "Live": 2}
    assert len(desk.get(figures["Live"].link).context["cl"].result_list) == 2


def test_it_counts_the_assets_in_use_by_their_latest_status(desk: Client) -> None:
    note(make_asset(Lifecycle.LIVE), Status.FAULT)
    make_asset(Lifecycle.SUSPENDED)
    note(make_asset(Lifecycle.DECOMMISSIONED), Status.FAULT)

    figures = {figure.label: figure for figure in desk.get("/admin/").context["statuses"]}

    assert {label: figure.number for label, figure in figures.items() if figure.number} == {"Unknown": 1, "Fault": 1}
    assert len(desk.get(figures["Fault"].link).context["cl"].result_list) == 1


def test_it_names_what_needs_somebody(desk: Client) -> None:
    faulty = make_asset(Lifecycle.LIVE)
    note(faulty, Status.FAULT)
    note(make_asset(Lifecycle.LIVE), Status.ONLINE)
    never_published(make_site(name="Sun park"))

    page = desk.get("/admin/")

    assert [(asset.pk, status) for asset, status in page.context["troubled"]] == [(faulty.pk, "Fault")]
    assert "of Sun park" in " ".join(text_of(page).split())


def test_it_says_that_all_is_well(desk: Client) -> None:
    text = text_of(desk.get("/admin/"))

    assert "No asset in use is at fault, offline or degraded." in text
    assert "What partners read is up to date." in text


def test_it_shows_an_operator_what_they_may_view() -> None:
    page = desk_of(make_operator("sites.view_site")).get("/admin/")

    assert "lifecycles" not in page.context
    assert "late_snapshots" not in page.context


def test_its_queries_do_not_grow_with_the_fleet(desk: Client, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        note(make_asset(Lifecycle.LIVE), Status.FAULT)

    with django_assert_num_queries(6):  # session, operator, states, statuses, troubled, late snapshots
        desk.get("/admin/")
