"""The back office's home page."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset, Spec, StateSnapshot, StatusEntry
from assets.periods import SLOT
from assets.vocabulary import Lifecycle, Status
from config.desk.ingest.names import PAYLOAD, dead_stream
from markets.models import Forecast, Limit
from partner.models import Snapshot
from sites.models import Site
from tests.back_office import text_of
from tests.desk.ingest.streams import client
from tests.factories.assets import NOW, make_asset
from tests.factories.operators import desk_of, make_operator, make_superuser
from tests.factories.plants import make_profile, make_site
from tests.factories.snapshots import make_snapshot
from tests.factories.specs import put_spec

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return desk_of(make_superuser())


def note(asset: Asset, status: Status) -> None:
    """Give the asset a status that is newer than its first."""
    later = NOW.replace(hour=9)
    StatusEntry.objects.create(asset=asset, effective_at=later, event_id="e1", status=status, reasons=[])


def slot_of(at: datetime) -> datetime:
    """When the slot of an instant begins."""
    return at.replace(minute=at.minute // 15 * 15, second=0)


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

    assert [(asset.id, asset.status) for asset in page.context["troubled"]] == [(faulty.pk, Status.FAULT)]
    assert "of Sun park" in " ".join(text_of(page).split())


def test_it_counts_late_snapshots_and_the_number_leads_to_them(desk: Client) -> None:
    """More than the ten that are named; one that is current is in neither."""
    late = [never_published(make_site()) for _ in range(11)]
    make_snapshot(make_profile(make_site()), now=timezone.now())

    page = desk.get("/admin/")

    assert page.context["late"].number == len(late)
    assert len(page.context["late_snapshots"]) == 10
    listed = desk.get(page.context["late"].link).context["cl"].result_list
    assert {snapshot.pk for snapshot in listed} == {snapshot.pk for snapshot in late}


def test_it_counts_dead_events_by_stream_and_each_number_leads_to_them(desk: Client) -> None:
    with client() as producer:
        producer.xadd(dead_stream("statuses"), {PAYLOAD: "{}"})
        figures = {figure.word: figure for figure in desk.get("/admin/").context["works"]}
        listed = desk.get(figures["statuses"].link).context["listed"]
        producer.delete(dead_stream("statuses"))

    assert figures["statuses"].number == len(listed) == 1


def test_an_asset_without_any_status_counts_as_unknown(desk: Client) -> None:
    StatusEntry.objects.filter(asset=make_asset(Lifecycle.LIVE)).delete()

    assert {one.word: one.number for one in desk.get("/admin/").context["statuses"] if one.number} == {"UNKNOWN": 1}


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

    with django_assert_num_queries(14):  # session, operator, one for each panel, two of them within a transaction
        desk.get("/admin/")


class TestFleetNow:
    """Power, energy and what is missing, by area; figures checked by hand."""

    def now(self) -> Any:
        return timezone.now().replace(microsecond=0)

    def area(self, desk: Client) -> Any:
        ((found, _),) = desk.get("/admin/").context["areas"]
        return found

    def storage(self) -> Asset:
        asset = make_asset(Lifecycle.LIVE)
        put_spec(asset, 1, rated_power=Decimal(10), max_capacity=Decimal(20))
        return asset

    def test_an_area_sums_what_its_assets_are_and_may_do(self, desk: Client) -> None:
        asset = self.storage()
        slot = slot_of(self.now())
        Limit.objects.create(
            asset=asset, start_time=slot, source="CUSTOMER", end_time=slot + SLOT, power_discharge=4, power_charge=-30
        )
        StateSnapshot.objects.create(asset=asset, effective_at=self.now() - SLOT, energy=Decimal("7.5"))

        area = self.area(desk)

        assert (area.name, area.assets) == ("50Hertz", 1)
        assert (area.rated_power, area.discharge, area.charge) == (10, 4, -10)
        assert (area.capacity, area.energy) == (20, Decimal("7.5"))
        assert set(area.needing.values()) == {0}

    def test_what_is_missing_is_counted_and_its_number_leads_to_the_list(self, desk: Client) -> None:
        bare = make_asset(Lifecycle.LIVE)
        plant = make_asset(Lifecycle.LIVE, type="PV")
        make_asset()  # a draft needs nobody

        needs = {figure.word: figure for figure in desk.get("/admin/").context["needs"]}
        listed = {flag: [row[0] for row in desk.get(figure.link).context["rows"]] for flag, figure in needs.items()}

        assert {flag: figure.number for flag, figure in needs.items()} == {
            "is_locked": 0,
            "has_no_spec": 2,
            "spec_ends": 0,
            "state_is_missing": 1,
            "state_is_late": 0,
            "forecast_is_missing": 1,
            "forecast_is_late": 0,
        }
        assert listed["state_is_missing"] == [bare.pk]
        assert listed["forecast_is_missing"] == [plant.pk]

    def test_what_is_late_is_told_from_what_is_missing(self, desk: Client) -> None:
        storage, plant = self.storage(), make_asset(Lifecycle.LIVE, type="PV")
        put_spec(plant, 1, rated_power=1)
        StateSnapshot.objects.create(asset=storage, effective_at=self.now() - 5 * SLOT, energy=3)
        start = slot_of(self.now())
        Forecast.objects.create(asset=plant, start_time=start, end_time=start + SLOT, generation=1, consumption=0)

        area = self.area(desk)

        assert {flag for flag, number in area.needing.items() if number} == {"state_is_late", "forecast_is_late"}
        assert area.energy == 3

    def test_a_spec_that_ends_with_nothing_after_it_is_told_before_it_does(self, desk: Client) -> None:
        now = self.now()  # once: it goes on from second to second
        ending, followed, later = (make_asset(Lifecycle.SUSPENDED) for _ in range(3))
        for asset, days in ((ending, 3), (followed, 3), (later, 30)):
            end = now + timedelta(days=days)
            Spec.objects.create(asset=asset, valid_from=NOW - timedelta(days=700), valid_to=end, rated_power=1)
        Spec.objects.create(asset=followed, valid_from=now + timedelta(days=3), rated_power=1)
        Spec.objects.create(asset=ending, valid_from=now + timedelta(days=4), rated_power=1)  # a hole of a day

        listed = desk.get("/admin/needing/spec_ends/").context["rows"]

        assert [row[0] for row in listed] == [ending.pk]
        assert self.area(desk).needing["spec_ends"] == 1

    def test_an_area_leads_to_its_assets_in_use(self, desk: Client) -> None:
        here = self.storage()
        make_asset()
        make_asset(Lifecycle.LIVE, delivery_area="AMPN")

        (area, link), _ = desk.get("/admin/").context["areas"]

        assert area.assets == 1
        assert [row.pk for row in desk.get(link).context["cl"].result_list] == [here.pk]

    def test_a_lock_is_seen(self, desk: Client) -> None:
        asset = self.storage()
        slot = slot_of(self.now())
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
