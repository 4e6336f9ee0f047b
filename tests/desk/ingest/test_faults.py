"""Ingestion while things are gone: nothing is lost, and nothing dies of it [E1] [E2]."""

import os
import signal
import subprocess
import time
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from assets.events import StatusEvent
from assets.models import StatusEntry
from assets.recording import record_statuses
from config.desk.ingest.intake import INTAKES, Intake
from config.desk.ingest.names import GROUP
from config.desk.ingest.redis_streams import RedisStreams
from config.desk.ingest.worker import MOST_DELIVERIES
from tests.desk.desks import MANAGE, eventually
from tests.desk.ingest.streams import NOON, all_settled, client, dead, ingest, send, status, waiting
from tests.factories.assets import make_asset

LEFT = 0.05  # seconds after which these tests take a worker for gone


def told() -> list[str]:
    return list(StatusEntry.objects.exclude(event_id="created").order_by("event_id").values_list("event_id", flat=True))


def leave(*, times: int = 1) -> None:
    """Have workers take what there is, and end before they have stored it."""
    for _ in range(times):
        gone = RedisStreams(["statuses"], left_after=0)
        gone.open()
        gone.receive(most=100, patience=0.01)
        list(gone.take_over(most=100))
        gone.client.close()
        time.sleep(2 * LEFT)


def statuses_with(record: Any) -> dict[str, Intake]:
    return {**INTAKES, "statuses": Intake(model=lambda _: StatusEvent, record=record)}


@pytest.mark.django_db
class TestWorkersThatEnd:
    def test_another_one_takes_over(self) -> None:
        asset_id = make_asset().pk
        send("statuses", status("s1", asset_id), status("s2", asset_id))
        leave()
        assert waiting() == 2
        ingest(left_after=LEFT)
        assert told() == ["s1", "s2"]

    def test_what_was_stored_and_not_acknowledged_is_not_stored_again(self) -> None:
        asset_id = make_asset().pk
        event = status("s1", asset_id)
        send("statuses", event)
        leave()
        record_statuses(events=[StatusEvent.model_validate(event)], now=NOON)
        ingest(left_after=LEFT)
        assert told() == ["s1"]

    def test_an_event_that_ends_its_worker_each_time_is_dead_and_takes_no_other_with_it(self) -> None:
        asset_id = make_asset().pk
        send("statuses", *(status(f"s{n}", asset_id) for n in range(3)), status("deadly", asset_id))
        leave(times=2)
        batches: list[list[str]] = []

        def record(*, events: Any, now: Any) -> dict[int, str]:
            batches.append([event.event_id for event in events])
            if batches[-1] == ["deadly"]:
                raise KeyboardInterrupt
            return record_statuses(events=events, now=now)

        for _ in range(MOST_DELIVERIES):
            try:
                ingest(left_after=LEFT, intakes=statuses_with(record))
            except KeyboardInterrupt:
                time.sleep(2 * LEFT)
        assert told() == ["s0", "s1", "s2"]
        assert [one["reason"].partition(",")[0] for one in dead("statuses")] == ["It was delivered 6 times"]

    def test_an_event_that_somebody_cut_out_unread_is_not_lost_without_a_word(self) -> None:
        send("statuses", "anything")
        leave()
        with client() as cutting:
            cutting.xtrim("statuses", maxlen=0)
        ingest(left_after=LEFT)
        assert ["cut off its stream" in one["reason"] for one in dead("statuses")] == [True]


@pytest.mark.django_db
class TestOutages:
    def test_an_outage_counts_against_no_event(self) -> None:
        asset_id = make_asset().pk
        send("statuses", status("s1", asset_id))
        leave(times=3)
        counts: list[int] = []

        def record(*, events: Any, now: Any) -> dict[int, str]:
            if len(counts) < 3:
                with client() as looking:
                    found: Any = looking.xpending_range("statuses", GROUP, "-", "+", 10)
                counts.append(found[0]["times_delivered"])
                raise OperationalError("the database system is starting up")
            return record_statuses(events=events, now=now)

        # the outage ends the connection, which in this test holds the transaction
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connection, "close", lambda: None)
            ingest(left_after=LEFT, intakes=statuses_with(record))
        assert counts == [5, 1, 1]
        assert told() == ["s1"]
        assert dead("statuses") == []

    def test_redis_that_has_lost_its_groups_gets_them_again_from_the_first_event(self) -> None:
        asset_id = make_asset().pk
        send("statuses", status("s1", asset_id))
        ingest()
        with client() as losing:
            losing.flushdb()
        send("statuses", status("s1", asset_id), status("s2", asset_id))
        ingest()
        assert told() == ["s1", "s2"]


@pytest.mark.django_db(transaction=True)
class TestProcesses:
    """Workers as operators start them."""

    def start(self) -> "subprocess.Popen[bytes]":
        database = connection.settings_dict
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as asking:
            where = asking.info
            host = where.host.replace("/", "%2F")
            address = f"postgresql://{where.user}:{where.password}@{host}:{where.port}/{database['NAME']}"
        names = {**os.environ, "DATABASE_URL": address, "REDIS_URL": settings.REDIS_URL}
        return subprocess.Popen([*MANAGE, "ingest_events"], env=names, stderr=subprocess.DEVNULL)

    def test_sigterm_finishes_the_batch_in_hand(self) -> None:
        asset_id = make_asset().pk
        worker = self.start()
        try:
            send("statuses", status("s0", asset_id))
            assert all_settled()
            with psycopg.connect(**connection.get_connection_params()) as blocking:
                blocking.execute("LOCK TABLE assets_statusentry IN EXCLUSIVE MODE")
                send("statuses", *(status(f"t{n}", asset_id) for n in range(50)))
                assert eventually(self.is_blocked)
                worker.send_signal(signal.SIGTERM)
                with pytest.raises(subprocess.TimeoutExpired):
                    worker.wait(0.5)
            assert worker.wait(20) == 0
        finally:
            worker.kill()
            worker.wait()
        assert len(told()) == 51
        assert waiting() == 0

    def test_a_connection_that_the_server_ends_is_made_again_and_nothing_dies(self) -> None:
        asset_id = make_asset().pk
        worker = self.start()
        try:
            send("statuses", status("s0", asset_id))
            assert all_settled()
            for turn in range(5):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                send("statuses", status(f"t{turn}", asset_id))
            assert all_settled()
        finally:
            worker.terminate()
            assert worker.wait(20) == 0
        assert len(told()) == 6
        assert dead("statuses") == []

    def is_blocked(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return bool(cursor.fetchone()[0])
