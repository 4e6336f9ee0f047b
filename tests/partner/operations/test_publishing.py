"""Publishing snapshots [P6] [P8]. A run needs a transaction of its own, so these tests commit."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from jsonschema import ValidationError

from assets.revisions import raise_revisions
from config.database.transactions import try_lock
from partner.builders import BUILDERS, Builder
from partner.documents import Computed
from partner.kinds import KINDS, Kind
from partner.models import PartnerProfile, Snapshot, SnapshotVersion
from partner.operations.profiles import save_profile, set_tariff_periods
from partner.operations.publishing import Outcome, Run, check_unchanged, prune_versions, refresh
from partner.queries import inputs_of
from partner.schedules import Stamps
from partner.vocabulary import KPI_ROLLUP
from sites.models import Inverter
from tests.factories.plants import make_inverter, make_profile, make_site, put_reading, put_weather
from tests.factories.rollups import NOON, NOW

pytestmark = pytest.mark.django_db(transaction=True)

PERIOD = timedelta(seconds=30)
ROLLUP = KINDS[KPI_ROLLUP]


def stamps(now: datetime) -> Stamps:
    return Stamps(next_check_at=now + PERIOD, stale_from=now + 2 * PERIOD)


def run(
    profile: PartnerProfile, now: datetime = NOW, kind: Kind = ROLLUP, compute: Builder = BUILDERS[KPI_ROLLUP]
) -> Outcome:
    return refresh(Run(site_id=profile.site_id, kind=kind, now=now, stamps=stamps(now)), compute=compute)


def broken(_site_id: str, _now: datetime) -> Computed:
    """A builder that raises."""
    raise ZeroDivisionError("no light at all\0")


@pytest.fixture
def published(profile: PartnerProfile, inverter: Inverter) -> Snapshot:
    put_weather(profile.site, NOON, 400)
    put_reading(inverter, NOON, 28)
    assert run(profile) is Outcome.PUBLISHED
    return Snapshot.objects.get()


def test_a_run_publishes_both_variants_in_one_row(published: Snapshot) -> None:
    fresh, stale = json.loads(str(published.body)), json.loads(str(published.stale_body))
    assert fresh["site_id"] == "Sibaya"
    assert fresh["generated_at"] == "2026-01-10T12:00:00Z"
    assert fresh["data_through"] == "2026-01-09T12:00:00Z"
    assert fresh["performance"]["system_pr"] == 0.7
    assert (fresh.pop("stale"), stale.pop("stale")) == (False, True)
    assert fresh == stale
    assert published.etag != published.stale_etag
    assert published.published_at == published.last_success_at == published.last_checked_at == NOW
    assert (published.next_check_at, published.stale_from) == (NOW + PERIOD, NOW + 2 * PERIOD)


def test_a_run_without_news_moves_only_the_stamps(published: Snapshot, profile: PartnerProfile) -> None:
    later = NOW + PERIOD
    assert run(profile, later) is Outcome.UNCHANGED
    again = Snapshot.objects.get()
    assert again.last_success_at == later
    assert (again.body, again.etag, again.published_at) == (published.body, published.etag, published.published_at)
    assert SnapshotVersion.objects.count() == 1


def test_inputs_that_make_the_same_content_publish_nothing(
    published: Snapshot, profile: PartnerProfile, inverter: Inverter
) -> None:
    """A reading of today is news, but not yet of a complete day: generated_at and data_through stay."""
    put_reading(inverter, NOW, 50)
    assert run(profile, NOW + PERIOD) is Outcome.UNCHANGED
    again = Snapshot.objects.get()
    assert again.body == published.body
    assert again.inputs != published.inputs


def test_new_content_gets_a_new_body_and_keeps_the_old_as_a_version(
    published: Snapshot, profile: PartnerProfile, inverter: Inverter
) -> None:
    put_reading(inverter, NOON, 30)
    assert run(profile, NOW + PERIOD) is Outcome.PUBLISHED
    again = Snapshot.objects.get()
    assert again.etag != published.etag
    assert json.loads(str(again.body))["generated_at"] == "2026-01-10T12:00:30Z"
    versions = SnapshotVersion.objects.order_by("published_at").values_list("body", "etag")
    assert list(versions) == [(published.body, published.etag), (again.body, again.etag)]


def test_a_builder_that_raises_leaves_the_last_good_one(
    published: Snapshot, profile: PartnerProfile, inverter: Inverter
) -> None:
    put_reading(inverter, NOON, 30)
    later = NOW + PERIOD
    assert run(profile, later, compute=broken) is Outcome.FAILED
    again = Snapshot.objects.get()
    assert again.body == published.body
    assert again.stale_from == published.stale_from
    assert (again.last_checked_at, again.last_success_at) == (later, NOW)
    assert again.last_failure == "ZeroDivisionError: no light at all"
    assert again.last_failed_at == later
    assert run(profile, later + PERIOD) is Outcome.PUBLISHED


def test_a_builder_that_breaks_its_transaction_is_recorded_too(profile: PartnerProfile) -> None:
    def ask_nonsense(_site_id: str, _now: datetime) -> Computed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        raise AssertionError

    assert run(profile, compute=ask_nonsense) is Outcome.FAILED
    assert "division by zero" in Snapshot.objects.get().last_failure


def test_a_first_run_that_fails_publishes_nothing(profile: PartnerProfile) -> None:
    assert run(profile, compute=broken) is Outcome.FAILED
    snapshot = Snapshot.objects.get()
    assert snapshot.body is None
    assert snapshot.published_at is None


def test_a_document_that_breaks_the_schema_is_not_published(published: Snapshot, profile: PartnerProfile) -> None:
    """[P8]."""
    newer = replace(ROLLUP, version=ROLLUP.version + 1)
    outcome = run(
        profile, NOW + PERIOD, kind=newer, compute=lambda _site_id, _now: Computed({"site_id": "Sibaya"}, None)
    )
    assert outcome is Outcome.FAILED
    assert Snapshot.objects.get().body == published.body
    with pytest.raises(ValidationError):
        ROLLUP.validator.validate({**json.loads(str(published.body)), "made_up": 1})


def test_a_late_run_never_overwrites_a_newer_one(
    published: Snapshot, profile: PartnerProfile, inverter: Inverter
) -> None:
    put_reading(inverter, NOON, 30)
    assert run(profile, NOW - timedelta(seconds=1)) is Outcome.SUPERSEDED
    assert Snapshot.objects.get().body == published.body


def test_a_run_whose_view_is_older_than_a_publication_gives_way(
    published: Snapshot, profile: PartnerProfile, inverter: Inverter
) -> None:
    """Another run publishes between this one's reading and its publishing."""
    put_reading(inverter, NOON, 30)

    def overtaken(site_id: str, now: datetime) -> Computed:
        computed = BUILDERS[KPI_ROLLUP](site_id, now)
        in_another_thread(lambda: Snapshot.objects.update(last_checked_at=now))
        return computed

    assert run(profile, NOW + PERIOD, compute=overtaken) is Outcome.SUPERSEDED
    assert Snapshot.objects.get().body == published.body


def test_one_run_of_a_kind_and_site_at_a_time(profile: PartnerProfile) -> None:
    outcomes = []
    with transaction.atomic():
        assert try_lock(f"snapshot {KPI_ROLLUP} {profile.site_id}")
        in_another_thread(lambda: outcomes.append(run(profile)))
    assert outcomes == [Outcome.SKIPPED]
    assert run(profile) is Outcome.PUBLISHED


def test_a_site_without_a_profile_has_no_snapshot() -> None:
    site = make_site()
    sites_run = Run(site_id=site.pk, kind=ROLLUP, now=NOW, stamps=stamps(NOW))
    assert refresh(sites_run, compute=broken) is Outcome.NO_PROFILE
    assert not Snapshot.objects.exists()


def changes(profile: PartnerProfile, inverter: Inverter) -> Iterator[Any]:
    """One change after another of what a rollup is computed from."""
    yield lambda: put_reading(inverter, NOON, 30)
    yield lambda: put_weather(profile.site, NOON, 500)
    yield lambda: save_profile(site=profile.site, fields={"pr_target": "0.7"}, by="user:anna", now=NOW)
    yield lambda: PartnerProfile.objects.update(currency="ZAR")
    yield lambda: set_tariff_periods(
        profile=profile,
        periods=[{"name": "Day", "days": "ALL", "start_time": "06:00", "end_time": "18:00", "rate": 1}],
        by="user:anna",
    )
    yield lambda: Inverter.objects.filter(pk=inverter.pk).update(rated_dc_power="0.2")
    yield lambda: inverter.assets.update(type="BESS")
    yield lambda: make_inverter(profile.site)


def test_every_input_changes_the_fingerprint(profile: PartnerProfile, inverter: Inverter) -> None:
    seen = set(inputs_of(kind=ROLLUP, now=NOW).values())
    for number, change in enumerate(changes(profile, inverter), start=2):
        change()
        seen |= set(inputs_of(kind=ROLLUP, now=NOW).values())
        assert len(seen) == number


def test_the_fingerprint_changes_with_the_local_day_and_the_builder(profile: PartnerProfile) -> None:
    save_profile(site=profile.site, fields={"time_zone": "Africa/Johannesburg"}, by="user:anna", now=NOW)
    evening = datetime(2026, 1, 10, 21, 59, 59, tzinfo=UTC)
    same = inputs_of(kind=ROLLUP, now=NOW)
    assert inputs_of(kind=ROLLUP, now=evening) == same
    assert inputs_of(kind=ROLLUP, now=evening + timedelta(seconds=1)) != same
    assert inputs_of(kind=replace(ROLLUP, version=ROLLUP.version + 1), now=NOW) != same


def test_an_hourly_kind_has_other_inputs_each_hour(profile: PartnerProfile) -> None:
    hourly = replace(ROLLUP, hourly=True)
    same = inputs_of(kind=hourly, now=NOW)
    assert inputs_of(kind=hourly, now=NOW + timedelta(minutes=59, seconds=59)) == same
    assert inputs_of(kind=hourly, now=NOW + timedelta(hours=1)) != same


def test_what_is_no_input_changes_no_fingerprint(profile: PartnerProfile, inverter: Inverter) -> None:
    same = inputs_of(kind=ROLLUP, now=NOW, site_ids=[profile.site_id])
    raise_revisions(owner_ids=[inverter.pk], kind="limits", now=NOW)
    put_reading(make_inverter(make_site()), NOON, 1)
    assert inputs_of(kind=ROLLUP, now=NOW, site_ids=[profile.site_id]) == same


def test_sites_without_news_are_checked_by_three_statements(
    published: Snapshot, profile: PartnerProfile, django_assert_num_queries: Any
) -> None:
    """However many there are; those with news are answered."""
    others = [make_profile(make_site()) for _ in range(3)]
    for other in others[:2]:
        run(other)
    later = NOW + PERIOD
    with django_assert_num_queries(3):
        due = check_unchanged(kind=ROLLUP, stamps=stamps(later), now=later)
    assert due == [others[2].site_id]
    assert set(Snapshot.objects.values_list("last_success_at", flat=True)) == {later}


def test_a_failed_site_is_due_again(profile: PartnerProfile) -> None:
    run(profile, compute=broken)
    assert check_unchanged(kind=ROLLUP, stamps=stamps(NOW), now=NOW) == [profile.site_id]


def test_versions_are_kept_for_ninety_days_after_they_were_replaced(profile: PartnerProfile) -> None:
    published = [NOW - timedelta(days=days) for days in (200, 100, 91, 1)]
    for instant in published:
        SnapshotVersion.objects.create(
            site_id=profile.site_id, kind=KPI_ROLLUP, published_at=instant, body="{}", etag='"x"'
        )
    assert prune_versions(now=NOW) == 2
    assert prune_versions(now=NOW) == 0
    assert (
        list(SnapshotVersion.objects.order_by("published_at").values_list("published_at", flat=True)) == published[2:]
    )


def in_another_thread(work: Any) -> None:
    """Do it on a database connection of its own."""

    def do_and_close() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=do_and_close)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive()
