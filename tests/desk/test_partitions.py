"""Tables that are partitioned by month answer, take and refuse what plain ones do, and a month goes at once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from assets.models import Asset, StateSnapshot, StatusEntry
from assets.period_store import put_periods
from assets.retention import Aging
from assets.revisions import raise_revisions, revisions_of
from assets.statuses import STATUSES
from config.database.partitions import (
    AHEAD_MONTHS,
    FORMS,
    PARTS,
    PartitionError,
    is_partitioned,
    make_months_ahead,
    month_after,
    months_of,
    partition,
)
from config.database.statements import fetch_rows
from config.desk.retention import AGING, forget_periods
from config.desk.tasks import make_months
from markets.models import Forecast, Limit
from markets.periods import FORECASTS
from tests.clients import Api, faults_of, read
from tests.factories.assets import make_asset
from tests.factories.limits import limit_item
from tests.factories.periods import at, forecast, price, reservation
from tests.factories.plants import make_inverter, make_site, put_reading, put_weather
from tests.factories.state_snapshots import make_snapshots, snapshot

pytestmark = pytest.mark.django_db
CAN_BE = {name: aging for name, aging in AGING.items() if name != "dispatches"}
each = pytest.mark.parametrize("kind", CAN_BE)
NOW = datetime(2026, 4, 9, 12, tzinfo=UTC)  # the factories' periods are of May
MAY = "from=2026-04-01T00:00:00Z&to=2026-09-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _forms_are_asked_anew() -> Iterator[None]:
    """A test's tables are plain again after it."""
    before = dict(FORMS)
    yield
    FORMS.clear()
    FORMS.update(before)


def partition_all(*, now: datetime = NOW) -> None:
    for aging in CAN_BE.values():
        if not is_partitioned(aging.table.name):
            partition(aging.table, now=now)


def names_of(aging: Aging) -> list[str]:
    return [month.name.removeprefix(f"{aging.table.name}_") for month in months_of(aging.table)]


def parts_of(aging: Aging) -> set[tuple[str, ...]]:
    return {(kind, name) for kind, name, _ in fetch_rows(PARTS, {"table": aging.table.name})}


def checks_of(aging: Aging) -> set[str]:
    found = "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%(table)s) AND contype = 'c'"
    return {name for (name,) in fetch_rows(found, {"table": aging.table.name})}


@each
def test_a_partitioned_table_keeps_all_its_parts_by_their_names(kind: str) -> None:
    """Keys, constraints, indexes and triggers: migrations and refusals know them so."""
    before = parts_of(CAN_BE[kind]), checks_of(CAN_BE[kind])
    partition(CAN_BE[kind].table, now=NOW)
    assert (parts_of(CAN_BE[kind]), checks_of(CAN_BE[kind])) == before
    assert names_of(CAN_BE[kind]) == ["past", "2026_05", "2026_06", "2026_07"]
    assert len(names_of(CAN_BE[kind])) == 1 + AHEAD_MONTHS


def test_what_has_a_key_without_time_is_refused() -> None:
    with pytest.raises(PartitionError, match="one_dispatch_of_an_asset_has_an_id"):
        partition(AGING["dispatches"].table, now=NOW)


def test_the_command_partitions_once() -> None:
    said = StringIO()
    call_command("partition_periods", "limits", stdout=said)
    assert "markets_limit is partitioned by month" in said.getvalue()
    with pytest.raises(CommandError, match="already"):
        call_command("partition_periods", "limits")


def fill(asset: Asset) -> dict[str, str]:
    """Periods of each kind in two months, and the addresses that list them."""
    api, inverter = Api.with_key(), make_inverter(make_site())
    later = {"start_time": "2026-06-30T23:45:00Z", "end_time": "2026-07-01T00:00:00Z"}
    for path, field, make in (
        ("/forecasts", "forecasts", forecast(asset.pk)),
        ("/reservations", "reservations", reservation(asset.pk)),
        ("/prices", "prices", price()),
    ):
        read(api.put(path, {field: [make, make | later]}), 204)
    read(
        api.patch("/limits", {"limits": [limit_item(asset.pk, valid_from="2026-04-30", valid_until="2026-07-02")]}), 204
    )
    make_snapshots(snapshot(asset.pk), snapshot(asset.pk, effective_at="2026-06-02T06:00:00Z"))
    put_reading(inverter, datetime(2026, 5, 2, tzinfo=UTC), 28)
    put_weather(inverter.site, datetime(2026, 6, 2, tzinfo=UTC), 400)
    limit = {"start_time": "2026-05-01T06:00:00Z", "end_time": "2026-05-01T07:00:00Z"}
    powers = {"power_import": "-1", "power_export": "2"}
    read(api.put(f"/sites/{inverter.site_id}/limits", {"limits": [limit | powers]}), 204)
    ids = f"asset_ids={asset.pk}"
    return {
        "forecasts": f"/forecasts?{ids}&{MAY}",
        "reservations": f"/reservations?{ids}&{MAY}",
        "limits": f"/limits?{ids}&{MAY}&limit=1000",
        "prices": f"/prices?delivery_areas=50HZ&{MAY}",
        "statuses": f"/status?{ids}&latest=true",
        "state_snapshots": f"/state-snapshots?{ids}&{MAY}",
        "latest_snapshots": f"/state-snapshots?{ids}&latest=true",
        "inverter_readings": f"/telemetry/inverters?inverter_ids={inverter.pk}&{MAY}",
        "site_readings": f"/telemetry/sites?site_ids={inverter.site_id}&{MAY}",
        "site_limits": f"/sites/{inverter.site_id}/limits?from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z",
    }


def test_the_answers_are_the_same_before_and_after() -> None:
    """Bytes and tags; what a client has stays valid."""
    lists, api = fill(make_asset()), Api.with_key()
    before = {name: api.get(path) for name, path in lists.items()}
    partition_all()
    for name, path in lists.items():
        after = api.get(path)
        assert (after.content, after["ETag"]) == (before[name].content, before[name]["ETag"]), name
        assert api.get(path, If_None_Match=before[name]["ETag"]).status_code == 304
        assert len(next(value for value in read(after).values() if isinstance(value, list))) > 0, name


def test_batches_are_stored_across_months_and_counted() -> None:
    """Added, changed, unchanged; in JSON, plain form and rows."""
    partition_all()
    asset_id, api, prefer = make_asset().pk, Api.with_key(), {"Prefer": "return=representation"}
    days = ["2026-04-30", "2026-05-31", "2026-06-30", "2030-01-01", "2020-01-01"]
    items = [forecast(asset_id) | {"start_time": f"{day}T23:45:00Z", "end_time": _next_day(day)} for day in days]
    changed = [items[0] | {"generation": "9"}, *items[1:]]
    for sent, counts in ((items, (5, 0, 0)), (items, (0, 0, 5)), (changed, (0, 1, 4))):
        stored = read(api.put("/forecasts", {"forecasts": sent}, **prefer))
        assert tuple(stored.values()) == counts
    content = "".join(json.dumps(one | {"generation": "7"}) + "\n" for one in items).encode()
    loaded = api.send("PUT", "/forecasts", content=content, content_type="application/x-ndjson", headers=prefer)
    assert tuple(read(loaded).values()) == (0, 5, 0)
    where = "SELECT DISTINCT tableoid::regclass::text FROM markets_forecast ORDER BY 1"
    assert [name for (name,) in fetch_rows(where, {})] == [
        "markets_forecast_2026_05",
        "markets_forecast_2026_06",
        "markets_forecast_other",
        "markets_forecast_past",
    ]


def _next_day(day: str) -> str:
    year, month, number = map(int, day.split("-"))
    midnight = datetime(year, month, number, 23, 45, tzinfo=UTC).timestamp() + 900
    return at(datetime.fromtimestamp(midnight, UTC))


def test_limits_are_merged_cleared_and_refused_as_ever() -> None:
    """[L3] [L6] [L7]"""
    partition_all()
    asset_id, api, prefer = make_asset().pk, Api.with_key(), {"Prefer": "return=representation"}
    days = {"valid_from": "2026-04-30", "valid_until": "2026-05-02"}
    item = limit_item(asset_id, energy_low="1", **days)
    assert tuple(read(api.patch("/limits", {"limits": [item]}, **prefer)).values()) == (6, 0, 0)
    more = limit_item(asset_id, energy_high="2", trading_locked=True, **days)
    assert tuple(read(api.patch("/limits", {"limits": [more, item]}, **prefer)).values()) == (0, 6, 0)
    crossed = limit_item(asset_id, energy_low="3", valid_from="2026-05-01", valid_until="2026-05-01")
    assert faults_of(api.patch("/limits", {"limits": [crossed]}))[0][0][:3] == ("body", "limits", 0)
    window = "start_time=2026-04-30T00:00:00Z&end_time=2026-05-02T00:00:00Z&source=CUSTOMER"
    cleared = read(api.delete(f"/limits?asset_id={asset_id}&{window}", **prefer))
    assert cleared == {"updated": 4, "deleted": 0}
    assert Limit.objects.filter(energy_low="1").count() == 2


def test_no_period_is_without_its_owner() -> None:
    """Neither by the API nor by SQL; what an asset has goes with it, from each month."""
    partition_all()
    asset, api = make_asset(), Api.with_key()
    fill(asset)
    assert api.put("/forecasts", {"forecasts": [forecast("DE_50HZ_NONE_1")]}).status_code == 404
    nobodys = {"asset_id": "DE_50HZ_NONE_1", "start_time": NOW, "end_time": NOW + timedelta(minutes=15)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Forecast.objects.create(**nobodys, generation=1, consumption=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        StateSnapshot.objects.create(asset_id="DE_50HZ_NONE_1", effective_at=NOW, energy=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Limit.objects.create(**nobodys, source="PV")
    assert api.delete(f"/assets/{asset.pk}").status_code == 204
    assert (Forecast.objects.count(), Limit.objects.count(), StatusEntry.objects.count()) == (0, 0, 0)


def test_months_are_made_ahead_and_what_waits_for_them_moves_in() -> None:
    table = FORECASTS.table
    partition(table, now=NOW)
    far = forecast(make_asset().pk) | {"start_time": "2026-09-15T00:00:00Z", "end_time": "2026-09-15T00:15:00Z"}
    put_periods(FORECASTS, items=FORECASTS.items.validate_python([far]), now=NOW)
    (place,) = fetch_rows("SELECT tableoid::regclass::text FROM markets_forecast", {})
    assert place == ("markets_forecast_other",)
    assert make_months_ahead(table, now=NOW) == []
    later = datetime(2026, 7, 1, tzinfo=UTC)
    assert make_months_ahead(table, now=later) == [f"markets_forecast_2026_{month:02}" for month in (8, 9, 10)]
    (place,) = fetch_rows("SELECT tableoid::regclass::text FROM markets_forecast", {})
    assert place == ("markets_forecast_2026_09",)
    assert Forecast.objects.get().delivery_day.isoformat() == "2026-09-15"


def test_the_worker_makes_them_and_has_nothing_to_do_for_plain_tables() -> None:
    assert make_months() == []
    partition(FORECASTS.table, now=datetime(2020, 1, 1, tzinfo=UTC))
    made = make_months()
    assert made[-1] == f"markets_forecast_{month_after(timezone.now(), AHEAD_MONTHS):%Y_%m}"
    assert make_months() == []


def test_a_month_is_dropped_at_once() -> None:
    """Its table is gone, its owners' lists have other tags, and all later months are as they were."""
    lists, api = fill(make_asset()), Api.with_key()
    partition_all()
    tags = {name: api.get(path)["ETag"] for name, path in lists.items()}
    for aging in CAN_BE.values():
        make_months_ahead(aging.table, now=datetime(2026, 8, 1, tzinfo=UTC))

    forget_periods(dict.fromkeys(AGING, 2), now=datetime(2026, 8, 20, tzinfo=UTC))

    for aging in CAN_BE.values():
        assert names_of(aging)[0] == "2026_06"
    for name in ("forecasts", "reservations", "limits", "prices"):
        answer = api.get(lists[name], If_None_Match=tags[name])
        assert answer.status_code == 200
        (rows,) = (value for value in read(answer).values() if isinstance(value, list))
        assert {row["start_time"][:7] for row in rows} <= {"2026-06", "2026-07"}
        assert rows


def test_the_latest_status_outlives_its_month() -> None:
    asset, silent = make_asset(), make_asset()
    StatusEntry.objects.all().delete()
    for one, day, event_id in ((asset, 1, "a"), (asset, 2, "b"), (silent, 3, "c")):
        moment = datetime(2026, 5, day, tzinfo=UTC)
        given: dict[str, Any] = {"status": "ONLINE", "reasons": [], "created_at": moment}
        StatusEntry.objects.create(asset=one, effective_at=moment, event_id=event_id, **given)
        raise_revisions(owner_ids=[one.pk], kind=STATUSES.kind, now=moment)
    partition(STATUSES.table, now=datetime(2026, 5, 9, tzinfo=UTC))
    numbers = revisions_of(owner_ids=[asset.pk, silent.pk], kind=STATUSES.kind)

    forget_periods({"statuses": 2}, now=datetime(2026, 9, 9, tzinfo=UTC))

    assert sorted(StatusEntry.objects.values_list("event_id", flat=True)) == ["b", "c"]
    raised = revisions_of(owner_ids=[asset.pk, silent.pk], kind=STATUSES.kind)
    assert all(now > before for (_, now), (_, before) in zip(raised, numbers, strict=True))
    assert "past" not in names_of(AGING["statuses"])
