"""The back office's home page."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset, StateSnapshot, StatusEntry
from assets.periods import SLOT
from assets.vocabulary import Lifecycle, Status
from markets.models import Forecast, Limit
from partner.models import Snapshot
from sites.models import Site
from tests.back_office import text_of
from tests.factories.assets import NOW, make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.plants import make_site
from tests.factories.specs import put_spec

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

    with django_assert_num_queries(12):  # session, operator, counts and lists, areas within a transaction
        desk.get("/admin/")


class TestFleetNow:
    """Power, energy and what is missing, by area; figures checked by hand."""

    def now(self) -> Any:
        return timezone.now().replace(microsecond=0)

    def area(self, desk: Client) -> Any:
        (found,) = desk.get("/admin/").context["areas"]
        return found

    def storage(self) -> Asset:
        asset = make_asset(Lifecycle.LIVE)
        put_spec(asset, 1, rated_power=Decimal(10), max_capacity=Decimal(20))
        return asset

    def test_an_area_sums_what_its_assets_are_and_may_do(self, desk: Client) -> None:
        asset = self.storage()
        slot = self.now().replace(minute=self.now().minute // 15 * 15, second=0)
        Limit.objects.create(
            asset=asset, start_time=slot, source="CUSTOMER", end_time=slot + SLOT, power_discharge=4, power_charge=-30
        )
        StateSnapshot.objects.create(asset=asset, effective_at=self.now() - SLOT, energy=Decimal("7.5"))

        area = self.area(desk)

        assert (area.name, area.assets) == ("50Hertz", 1)
        assert (area.rated_power, area.discharge, area.charge) == (10, 4, -10)
        assert (area.capacity, area.energy) == (20, Decimal("7.5"))
        assert area.needing == {"is_locked": 0, "has_no_spec": 0, "state_is_late": 0, "forecast_is_late": 0}

    def test_what_is_missing_is_counted_and_its_number_leads_to_the_list(self, desk: Client) -> None:
        bare = make_asset(Lifecycle.LIVE)
        plant = make_asset(Lifecycle.LIVE, type="PV")
        make_asset()  # a draft needs nobody

        needs = {figure.word: figure for figure in desk.get("/admin/").context["needs"]}
        listed = {flag: [row[0] for row in desk.get(figure.link).context["rows"]] for flag, figure in needs.items()}

        assert {flag: figure.number for flag, figure in needs.items()} == {
            "is_locked": 0,
            "has_no_spec": 2,
            "state_is_late": 1,
            "forecast_is_late": 1,
        }
        assert listed["state_is_late"] == [bare.pk]
        assert listed["forecast_is_late"] == [plant.pk]

    def test_a_lock_is_seen(self, desk: Client) -> None:
        asset = self.storage()
        slot = self.now().replace(minute=self.now().minute // 15 * 15, second=0)
        Limit.objects.create(
            asset=asset, start_time=slot, source="OPERATIONS", end_time=slot + SLOT, trading_locked=True
        )

        assert self.area(desk).needing["is_locked"] == 1

    def test_a_forecast_of_the_next_hour_is_enough(self, desk: Client) -> None:
        plant = make_asset(Lifecycle.LIVE, type="PV")
        start = self.now().replace(minute=0, second=0)
        Forecast.objects.create(asset=plant, start_time=start, end_time=start + 12 * SLOT, generation=1, consumption=0)

        assert self.area(desk).needing["forecast_is_late"] == 0

    def test_an_unknown_need_is_404(self, desk: Client) -> None:
        assert desk.get("/admin/needing/nothing/").status_code == 404

    def test_it_is_shown_to_who_may_see_limits(self) -> None:
        viewer = desk_of(make_operator("assets.view_asset"))

        assert "areas" not in viewer.get("/admin/").context
        assert viewer.get("/admin/needing/is_locked/").status_code == 403
