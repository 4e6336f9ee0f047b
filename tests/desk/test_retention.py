"""Old periods are deleted where operators say so, and nothing else ever is."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from assets import retention as steps
from assets.models import Asset, Revision, StateSnapshot, StatusEntry
from assets.period_store import put_periods
from assets.retention import forget_old, months_before
from assets.revisions import raise_revisions, revisions_of
from assets.statuses import STATUSES
from config.database.transactions import try_lock
from config.desk.retention import AGING, SCHEDULE, forget_periods
from config.desk.tasks import forget_old_periods
from markets.models import Forecast, Limit, Price
from markets.periods import FORECASTS, PRICES
from sites.models import InverterReading
from tests.clients import Api, read
from tests.factories.assets import make_asset
from tests.factories.limits import limit_item, make_limits
from tests.factories.periods import SIX, forecast, price
from tests.factories.plants import make_inverter, make_site, put_reading
from tests.factories.state_snapshots import make_snapshots, snapshot
from tests.races import at_once

pytestmark = pytest.mark.django_db
NOW = datetime(2028, 7, 9, 12, tzinfo=UTC)  # the factories' periods are of May 2026
ALL = dict.fromkeys(AGING, 24)


def store(*items: dict[str, Any], of: Any = FORECASTS) -> None:
    put_periods(of, items=of.items.validate_python(items), now=SIX)


def put_status(asset: Asset, at: datetime, event_id: str) -> None:
    given: dict[str, Any] = {"status": "ONLINE", "reasons": [], "created_at": at}
    StatusEntry.objects.create(asset=asset, effective_at=at, event_id=event_id, **given)
    raise_revisions(owner_ids=[asset.pk], kind=STATUSES.kind, now=at)


def test_nothing_is_deleted_unless_an_operator_switches_it_on() -> None:
    """The schedule is there, with all kinds of periods and what they usually are kept for; and it is off."""
    schedule = PeriodicTask.objects.get(name=SCHEDULE)
    assert (schedule.enabled, json.loads(schedule.kwargs)) == (False, ALL)


def test_whole_months_are_kept() -> None:
    assert months_before(datetime(2026, 3, 31, 23, 59, tzinfo=UTC), 2) == datetime(2026, 1, 1, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 1, tzinfo=UTC), 2) == datetime(2025, 11, 1, tzinfo=UTC)
    asset_id = make_asset().pk
    edge = datetime(2026, 7, 1, tzinfo=UTC)
    store(*(forecast(asset_id, slot) | _window(edge, slot) for slot in (-2, -1, 0, 1)))
    assert forget_periods({"forecasts": 24}, now=NOW) == {"forecasts": 2}
    assert sorted(Forecast.objects.values_list("start_time", flat=True)) == [edge, edge + timedelta(minutes=15)]


def _window(edge: datetime, slot: int) -> dict[str, str]:
    start = edge + timedelta(minutes=15 * slot)
    return {"start_time": start.isoformat(), "end_time": (start + timedelta(minutes=15)).isoformat()}


def test_what_is_old_goes_and_what_is_to_come_stays() -> None:
    asset = make_asset()
    inverter = make_inverter(make_site())
    store(forecast(asset.pk), forecast(asset.pk) | _window(NOW + timedelta(days=40), 0))
    store(price(), of=PRICES)
    make_limits(limit_item(asset.pk), limit_item(asset.pk, valid_from="2028-07-09", valid_until="2028-12-09"))
    put_reading(inverter, SIX, 28)
    put_reading(inverter, NOW, 29)
    limits = Limit.objects.count()

    deleted = forget_periods(ALL, now=NOW)

    assert {name: count for name, count in deleted.items() if count} == {
        "forecasts": 1,
        "limits": 2,
        "prices": 1,
        "inverter_readings": 1,
    }
    assert (Forecast.objects.count(), Limit.objects.count(), Price.objects.count()) == (1, limits - 2, 0)
    assert InverterReading.objects.get().time == NOW


def test_the_latest_status_and_snapshot_stay_however_old_they_are() -> None:
    """Of those up to now: one that is to come is no reason to forget what holds today."""
    asset, told = make_asset(), make_asset()
    StatusEntry.objects.all().delete()
    for day in range(3):
        put_status(asset, SIX + timedelta(days=day), f"s{day}")
    put_status(told, SIX, "old")
    put_status(told, NOW - timedelta(days=1), "new")
    make_snapshots(snapshot(asset.pk), snapshot(asset.pk, effective_at="2026-05-02T06:00:00Z"))
    make_snapshots(snapshot(asset.pk, effective_at="2029-01-01T00:00:00Z"))
    api = Api.with_key()
    before = read(api.get(f"/status?asset_ids={asset.pk},{told.pk}&latest=true"))

    deleted = forget_periods(ALL, now=NOW)
    assert (deleted["statuses"], deleted["state_snapshots"]) == (3, 1)

    assert read(api.get(f"/status?asset_ids={asset.pk},{told.pk}&latest=true")) == before
    assert sorted(StatusEntry.objects.values_list("event_id", flat=True)) == ["new", "s2"]
    assert [str(at)[:10] for at in sorted(StateSnapshot.objects.values_list("effective_at", flat=True))] == [
        "2026-05-02",
        "2029-01-01",
    ]


def test_a_list_has_another_tag_where_rows_are_gone_and_the_same_where_none_are() -> None:
    """[C13]"""
    touched, untouched = make_asset().pk, make_asset().pk
    store(forecast(touched), forecast(untouched) | _window(datetime(2028, 1, 1, tzinfo=UTC), 0))
    before = revisions_of(owner_ids=[touched, untouched], kind="forecasts")
    api = Api.with_key()
    window = "from=2026-05-01T00:00:00Z&to=2029-01-01T00:00:00Z"
    tags = {one: api.get(f"/forecasts?asset_ids={one}&{window}")["ETag"] for one in (touched, untouched)}

    forget_periods(ALL, now=NOW)

    assert revisions_of(owner_ids=[touched, untouched], kind="forecasts") == [(touched, 2), before[1]]
    answers = {one: api.get(f"/forecasts?asset_ids={one}&{window}", If_None_Match=tags[one]) for one in tags}
    assert {one: answer.status_code for one, answer in answers.items()} == {touched: 200, untouched: 304}
    assert read(answers[touched])["forecasts"] == []


def test_it_goes_on_step_by_step_until_all_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(steps, "OWNERS_AT_ONCE", 2)
    for asset_id in [make_asset().pk for _ in range(5)]:
        store(*(forecast(asset_id, slot) for slot in range(20)))
    assert forget_periods({"forecasts": 24}, now=NOW) == {"forecasts": 100}
    assert forget_periods({"forecasts": 24}, now=NOW) == {"forecasts": 0}


def test_it_stops_when_its_time_is_over_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "ROWS_AT_ONCE", 7)
    store(*(forecast(make_asset().pk, slot) for slot in range(20)))
    assert forget_periods({"forecasts": 24}, now=NOW, longest=-1) == {"forecasts": 0}
    assert Forecast.objects.count() == 20
    assert forget_periods({"forecasts": 24}, now=NOW) == {"forecasts": 20}


def test_the_worker_does_it_as_the_schedule_says() -> None:
    """By the clock: what began 24 months before this one's month."""
    asset_id, now = make_asset().pk, timezone.now()
    store(*(forecast(asset_id) | _window(months_before(now, 24), slot) for slot in (-1, 0)))
    assert forget_old_periods(**json.loads(PeriodicTask.objects.get(name=SCHEDULE).kwargs))["forecasts"] == 1


@pytest.mark.parametrize("wrong", [{"limits": 1}, {"limits": "24"}, {"limits": None}, {"windmills": 24}])
def test_what_makes_no_sense_deletes_nothing(wrong: dict[str, Any]) -> None:
    store(forecast(make_asset().pk))
    with pytest.raises(ValueError, match=r"limits|windmills"):
        forget_periods({"forecasts": 24, **wrong}, now=NOW)
    assert Forecast.objects.count() == 1


def test_the_future_is_never_forgotten() -> None:
    with pytest.raises(ValueError, match="yet to come"):
        forget_old(AGING["limits"], before=NOW + timedelta(days=1), now=NOW, until=time.monotonic() + 9)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_writers_of_old_and_new_periods_do_not_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two that delete, and writers of the same assets; each writes what is new, and what is being deleted."""
        monkeypatch.setattr(steps, "ROWS_AT_ONCE", 50)
        assets = [make_asset().pk for _ in range(6)]
        store(*(forecast(asset_id, slot) for asset_id in assets for slot in range(300)))

        def write() -> dict[str, int]:
            for number in range(15):
                values = {"generation": str(2 + number)}
                new = [forecast(one) | _window(datetime(2028, 6, 1, tzinfo=UTC), number) for one in assets]
                store(*new, *(forecast(one, 299 - number, **values) for one in assets))
            return {}

        def forget() -> dict[str, int]:
            return forget_periods({"forecasts": 24}, now=NOW)

        at_once(write, forget, write, forget)
        forget()
        assert Forecast.objects.count() == 15 * len(assets)
        assert set(Forecast.objects.values_list("start_time__year", flat=True)) == {2028}

    def test_who_finds_another_at_it_leaves_it_alone(self) -> None:
        store(forecast(make_asset().pk))
        with transaction.atomic():
            assert try_lock("forget markets_forecast")
            (outcome,) = at_once(lambda: forget_periods({"forecasts": 24}, now=NOW))
        assert outcome == {"forecasts": 0}
        assert Revision.objects.get(kind="forecasts").number == 1
