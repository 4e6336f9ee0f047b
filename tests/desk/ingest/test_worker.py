"""What comes in by Redis Streams is stored exactly once, or dead with its reason [E1] [T1]."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assets.events import StatusEvent
from assets.models import Dispatch, StateSnapshot, StatusEntry, StoredEvent
from assets.recording import record_statuses
from config.desk.ingest.intake import Intake
from config.desk.ingest.progress import progress
from sites.models import InverterReading, SiteReading
from tests.desk.desks import eventually
from tests.desk.ingest.streams import client, dead, dispatch, ingest, send, snapshot, status, working
from tests.factories.assets import make_asset
from tests.factories.sites import add_inverter, add_site

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return list(StatusEntry.objects.exclude(event_id="created").order_by("event_id").values_list("event_id", flat=True))


def test_each_stream_is_stored_where_its_events_belong() -> None:
    asset_id = make_asset().pk
    site = add_site()
    inverter = add_inverter(site, asset_id)
    send("statuses", status("s1", asset_id, status="FAULT"))
    send("dispatches", dispatch("d1", asset_id))
    send("state-snapshots", snapshot("n1", asset_id))
    reading = {"event_id": "t1", "inverter_id": inverter.pk, "time": "2026-05-01T12:00:03Z", "ac_power_kw": 118.4}
    weather = {"event_id": "t2", "site_id": site.pk, "time": "2026-05-01T12:00:03Z", "poa_irradiance_wm2": "812.5"}
    send("telemetry", reading, weather)
    ingest()
    assert StatusEntry.objects.get(event_id="s1").status == "FAULT"
    assert str(Dispatch.objects.get(id="d1").power) == "-2.500000"
    assert str(StateSnapshot.objects.get(asset_id=asset_id).energy) == "1.500000"
    assert str(InverterReading.objects.get(inverter=inverter).ac_power_kw) == "118.400000"
    assert str(SiteReading.objects.get(site=site).poa_irradiance_wm2) == "812.500000"


def test_what_comes_twice_is_stored_once() -> None:
    asset_id = make_asset().pk
    send("statuses", status("s1", asset_id), status("s1", asset_id))
    ingest()
    send("statuses", status("s1", asset_id, effective_at="2026-05-02T00:00:00Z"))
    ingest()
    assert told() == ["s1"]
    assert dead("statuses") == []


HOPELESS = [
    ("{", "not valid JSON"),
    ("", "Field required"),
    ('{"event_id": "x", "event_id": "y"}', "given more than once"),
    ("[]", "should be a JSON object"),
    (json.dumps(status("x" * 65, "A")), "event_id: String should have at most 64 characters"),
    (json.dumps(status("", "A")), "event_id: String should have at least 1 character"),
    (json.dumps(status("x", "A", status="BROKEN")), "status: Input should be 'UNKNOWN'"),
    (json.dumps(status("x", "A", colour="red")), "colour: Extra inputs are not permitted"),
    (json.dumps(status("x", "A", effective_at="2026-05-01T12:00:00")), "effective_at: Input should have an offset"),
    (json.dumps(status("x\0", "A")), "Text cannot hold NUL"),
    (json.dumps(status("x", "DE_50HZ_XX_9")), "Unknown asset: DE_50HZ_XX_9"),
    ("[" * 100_000, "An event has at most 65536 bytes"),
    ("[" * 60_000, "nested too deeply"),
]


def test_what_can_never_be_stored_is_dead_with_its_reason_and_its_original() -> None:
    asset_id = make_asset().pk
    send("statuses", status("good-1", asset_id), *(payload for payload, _ in HOPELESS), status("good-2", asset_id))
    ingest()
    assert told() == ["good-1", "good-2"]
    found = {one["payload"]: one["reason"] for one in dead("statuses")}
    assert found.keys() == dict(HOPELESS).keys()
    for payload, reason in HOPELESS:
        assert reason in found[payload]


def test_an_entry_without_payload_is_dead_with_all_that_it_has() -> None:
    with client() as producer:
        producer.xadd("statuses", {"data": "{}"})
    ingest()
    (one,) = dead("statuses")
    assert one["data"] == "{}"
    assert "no field `payload`" in one["reason"]


@pytest.mark.parametrize("owners", [{}, {"inverter_id": "I", "site_id": "S"}])
def test_a_reading_is_of_an_inverter_or_of_a_site(owners: dict[str, str]) -> None:
    send("telemetry", {"event_id": "t", "time": "2026-05-01T12:00:00Z", "ac_power_kw": 1, **owners})
    ingest()
    assert ["either an inverter_id or a site_id" in one["reason"] for one in dead("telemetry")] == [True]


def test_what_the_database_refuses_is_found_among_the_others() -> None:
    asset_id = make_asset().pk

    def record(*, events: Sequence[StatusEvent], now: datetime) -> dict[int, str]:
        if any(event.event_id == "bad" for event in events):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return record_statuses(events=events, now=now)

    send("statuses", *(status("bad" if n == 7 else f"s{n:02}", asset_id) for n in range(20)))
    ingest(intakes={"statuses": Intake(model=lambda _: StatusEvent, record=record)})
    assert len(told()) == 19
    assert [one["reason"] for one in dead("statuses")] == ["DataError: division by zero"]


def test_acknowledged_events_are_cut_off_their_stream_and_others_are_not() -> None:
    asset_id = make_asset().pk
    send("statuses", *(status(f"s{n}", asset_id) for n in range(5)))
    with client() as producer:
        producer.xgroup_create("statuses", "somebody-else", id="0")
    ingest()
    assert told() == [f"s{n}" for n in range(5)]
    with client() as producer:
        assert producer.xlen("statuses") == 5
        producer.xgroup_destroy("statuses", "somebody-else")
    send("statuses", status("s5", asset_id))
    ingest()
    with client() as producer, working():
        assert eventually(lambda: producer.xlen("statuses") == 1)


def test_progress_says_what_was_stored_and_when() -> None:
    asset_id = make_asset().pk
    send("statuses", status("s1", asset_id), status("s2", asset_id), "nonsense")
    assert [one.lag for one in progress() if one.stream == "statuses"] == [3]
    ingest()
    found = {one.stream: one for one in progress()}
    assert found["statuses"].last_batch_at is not None
    assert (found["statuses"].events, found["statuses"].dead) == (2, 1)
    assert (found["statuses"].lag, found["statuses"].pending) == (0, 0)
    assert found["telemetry"].last_batch_at is None


def test_ids_are_forgotten_after_a_week_but_not_while_an_event_of_that_age_waits() -> None:
    now, asset_id = timezone.now(), make_asset().pk
    for days in (1, 8, 10):
        StoredEvent.objects.create(stream="statuses", event_id=f"{days} days", stored_at=now - timedelta(days=days))
    nine_days_ago = int((now - timedelta(days=9)).timestamp() * 1000)
    again = json.dumps(status("8 days", asset_id))
    with client() as producer:
        producer.xadd("statuses", {"payload": again}, id=f"{nine_days_ago}-0")
    ingest()
    assert set(StoredEvent.objects.values_list("event_id", flat=True)) == {"1 days", "8 days"}
    assert told() == []
    ingest()
    assert set(StoredEvent.objects.values_list("event_id", flat=True)) == {"1 days"}
