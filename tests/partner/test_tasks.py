"""What the worker does [P6]."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from config.celery import app
from partner import tasks
from partner.builders import BUILDERS
from partner.documents import Computed
from partner.kinds import KINDS
from partner.models import PartnerProfile, Snapshot, SnapshotVersion
from partner.vocabulary import KPI_ROLLUP
from sites.models import Inverter
from tests.factories.plants import make_profile, make_site, put_reading

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tasks_run_at_once() -> Iterator[None]:
    """As a worker would run them, but here and now."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_all_kinds_of_all_sites_are_refreshed_where_none_is_named(profile: PartnerProfile) -> None:
    other = make_profile(make_site())
    tasks.refresh_due_snapshots()
    assert set(Snapshot.objects.values_list("site_id", "kind")) == {
        (site_id, kind) for site_id in (profile.site_id, other.site_id) for kind in KINDS
    }


def test_changed_telemetry_brings_a_new_tag_with_the_next_run(profile: PartnerProfile, inverter: Inverter) -> None:
    tasks.refresh_due_snapshots(kind=KPI_ROLLUP)
    first = Snapshot.objects.get()
    tasks.refresh_due_snapshots(kind=KPI_ROLLUP)
    assert Snapshot.objects.get().etag == first.etag
    put_reading(inverter, timezone.now() - timedelta(days=1), 40)
    tasks.refresh_due_snapshots(kind=KPI_ROLLUP)
    assert Snapshot.objects.get().etag != first.etag


def test_a_site_that_fails_holds_up_no_other(profile: PartnerProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_for_one(site_id: str, now: datetime) -> Computed:
        if site_id == profile.site_id:
            raise ZeroDivisionError
        return BUILDERS[KPI_ROLLUP](site_id, now)

    monkeypatch.setattr(tasks, "BUILDERS", dict.fromkeys(BUILDERS, fail_for_one))
    others = [make_profile(make_site()) for _ in range(2)]
    tasks.refresh_due_snapshots(kind=KPI_ROLLUP)
    published = Snapshot.objects.filter(published_at__isnull=False)
    assert set(published.values_list("site_id", flat=True)) == {other.site_id for other in others}
    assert "ZeroDivisionError" in Snapshot.objects.get(site=profile.site).last_failure


def test_sites_without_news_get_no_task(profile: PartnerProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.refresh_due_snapshots()
    sent: list[object] = []
    monkeypatch.setattr(tasks.refresh_snapshot, "apply_async", lambda **task: sent.append(task))
    tasks.refresh_due_snapshots()
    assert sent == []


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        tasks.refresh_due_snapshots(kind="nothing")


def test_old_versions_are_pruned(profile: PartnerProfile) -> None:
    now = timezone.now()
    for days in (120, 100, 1):
        SnapshotVersion.objects.create(
            site_id=profile.site_id, kind=KPI_ROLLUP, published_at=now - timedelta(days=days), body="{}", etag='"x"'
        )
    assert tasks.prune_versions() == 1


def test_the_names_of_tasks_are_what_schedules_and_the_run_command_call_them() -> None:
    app.loader.import_default_modules()
    names = {name for name in app.tasks if name.startswith("partner.")}
    assert names == {
        "partner.tasks.refresh_due_snapshots",
        "partner.tasks.refresh_requested_snapshots",
        "partner.tasks.refresh_snapshot",
        "partner.tasks.prune_versions",
    }
