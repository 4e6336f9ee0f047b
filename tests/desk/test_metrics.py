"""The desk's figures for Prometheus, and the page of the back office that shows the same."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as used_settings
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from prometheus_client.parser import text_string_to_metric_families

from config.desk.ingest.names import GROUP, PAYLOAD, dead_stream, progress_key
from config.desk.work import Work, look_at_work
from config.embedded import BASE_DIR
from partner.models import Snapshot
from partner.vocabulary import KPI_ROLLUP
from tests.back_office import text_of
from tests.factories.operators import desk_of, make_operator
from tests.factories.sites import add_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def streams() -> Iterator[Any]:
    """The Redis that events come through."""
    with redis.Redis.from_url(used_settings.REDIS_URL) as client:
        yield client


def scraped(**headers: Any) -> dict[str, dict[str, float]]:
    """Each metric's values by the word of its label; of a metric without one by an empty word."""
    answer = Client(headers=headers).get("/metrics")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})["".join(sample.labels.values())] = sample.value
    return found


def put_snapshot(**fields: Any) -> Snapshot:
    """A snapshot that was looked after just now and is due in a moment, unless other fields are given."""
    now = timezone.now()
    stamps = {"last_checked_at": now, "next_check_at": now + timedelta(seconds=30)}
    return Snapshot.objects.create(site=add_site(), kind=KPI_ROLLUP, **stamps | fields)


def concerns() -> list[str]:
    return look_at_work(now=timezone.now()).concerns


class TestMetrics:
    def test_what_the_desk_depends_on_is_up(self) -> None:
        assert scraped()["leitstand_dependency_up"] == {"database": 1, "migrations": 1, "redis": 1}

    def test_each_stream_tells_how_far_it_has_come(self, streams: Any) -> None:
        for number in range(5):
            streams.xadd("statuses", {PAYLOAD: str(number)})
        streams.xgroup_create("statuses", GROUP, id="0")
        streams.xreadgroup(GROUP, "worker-1", {"statuses": ">"}, count=2)
        streams.xadd(dead_stream("telemetry"), {PAYLOAD: "{}"})
        at = timezone.now()
        streams.hset(progress_key("dispatches"), mapping={"events": 17, "last_batch_at": at.isoformat()})

        found = scraped()

        nothing = dict.fromkeys(("dispatches", "statuses", "telemetry", "state-snapshots"), 0.0)
        assert found["leitstand_stream_lag_events"] == nothing | {"statuses": 3}
        assert found["leitstand_stream_pending_events"] == nothing | {"statuses": 2}
        assert found["leitstand_stream_dead_events"] == nothing | {"telemetry": 1}
        assert found["leitstand_stream_events_total"] == nothing | {"dispatches": 17}
        assert found["leitstand_stream_last_batch_timestamp_seconds"] == {"dispatches": pytest.approx(at.timestamp())}

    def test_each_kind_of_snapshot_tells_how_old_it_is(self) -> None:
        now = timezone.now()
        put_snapshot()
        put_snapshot(last_checked_at=now - timedelta(days=1), last_failed_at=now - timedelta(days=1))
        sent = now - timedelta(seconds=7)
        PeriodicTask.objects.update(last_run_at=sent)

        found = scraped()

        assert found["leitstand_snapshots"] == {KPI_ROLLUP: 2}
        assert found["leitstand_snapshots_unpublished"] == {KPI_ROLLUP: 2}
        assert found["leitstand_snapshots_failing"] == {KPI_ROLLUP: 1}
        assert found["leitstand_snapshots_stale"] == {KPI_ROLLUP: 0}
        assert found["leitstand_snapshot_last_checked_timestamp_seconds"][KPI_ROLLUP] == pytest.approx(
            now.timestamp(), abs=5
        )
        assert "leitstand_snapshot_last_published_timestamp_seconds" not in found
        assert found["leitstand_beat_last_sent_timestamp_seconds"][""] == pytest.approx(sent.timestamp())

    def test_tasks_that_nobody_takes_are_counted(self, streams: Any) -> None:
        streams.rpush(used_settings.CELERY_TASK_DEFAULT_QUEUE, "{}", "{}")
        assert scraped()["leitstand_tasks_waiting"] == {"": 2}

    def test_what_does_not_answer_leaves_a_gap_and_no_error(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
        found = scraped()
        assert found["leitstand_dependency_up"]["redis"] == 0
        assert "leitstand_stream_lag_events" not in found
        assert "leitstand_tasks_waiting" not in found
        assert found["leitstand_concerns"] == {"": 1}

    def test_the_guide_names_every_metric_and_no_other(self, streams: Any) -> None:
        put_snapshot(last_failed_at=timezone.now())
        Snapshot.objects.update(
            **dict.fromkeys(("body", "etag", "stale_body", "stale_etag", "content_digest"), "x"),
            **dict.fromkeys(("published_at", "last_success_at", "stale_from"), timezone.now()),
        )
        PeriodicTask.objects.update(last_run_at=timezone.now())
        streams.hset(progress_key("dispatches"), mapping={"events": 1, "last_batch_at": timezone.now().isoformat()})
        guide = (BASE_DIR / "docs" / "deployment.md").read_text()
        assert set(re.findall(r"^\| `(leitstand_\w+)", guide, re.MULTILINE)) == set(scraped())


class TestWhoMayScrape:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
    def test_whoever_is_on_this_machine(self, address: str) -> None:
        assert Client().get("/metrics", REMOTE_ADDR=address).status_code == 200

    @pytest.mark.parametrize(
        "line",
        [
            {"REMOTE_ADDR": "192.0.2.7"},
            {"REMOTE_ADDR": ""},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "192.0.2.7"},
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.7"},
        ],
    )
    def test_nobody_from_elsewhere_nor_past_a_proxy(self, line: dict[str, str]) -> None:
        answer = Client().get("/metrics", **line)  # type: ignore[arg-type]
        assert answer.status_code == 403
        assert "LEITSTAND_METRICS_TOKEN" in answer.json()["detail"]

    def test_another_method_is_405_for_everybody(self) -> None:
        """[C3]: before 403."""
        answer = Client().post("/metrics", REMOTE_ADDR="192.0.2.7")
        assert answer.status_code == 405
        assert "GET" in answer["Allow"]

    def test_with_a_token_only_those_who_show_it(self, settings: Any) -> None:
        settings.METRICS_TOKEN = "t0ken-ü"
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        for shown in ({}, {"HTTP_AUTHORIZATION": "Bearer other"}, {"HTTP_AUTHORIZATION": "t0ken-ü"}):
            assert Client().get("/metrics", **shown).status_code == 403  # type: ignore[arg-type]
        shown = {"HTTP_AUTHORIZATION": "Bearer t0ken-ü"}
        assert Client().get("/metrics", **elsewhere, **shown).status_code == 200  # type: ignore[arg-type]


class TestConcerns:
    def test_there_are_none_while_all_goes_well(self, streams: Any) -> None:
        put_snapshot()
        streams.xadd("statuses", {PAYLOAD: "1"})
        streams.hset(progress_key("statuses"), "last_batch_at", timezone.now().isoformat())
        assert concerns() == []

    def test_events_that_nobody_takes(self, streams: Any) -> None:
        for _ in range(3):
            streams.xadd("dispatches", {PAYLOAD: "1"})
        said = ["Nobody takes the events of dispatches: 3 wait."]
        assert concerns() == said
        streams.hset(progress_key("dispatches"), "last_batch_at", (timezone.now() - timedelta(minutes=2)).isoformat())
        assert concerns() == said

    def test_dead_events(self, streams: Any) -> None:
        streams.xadd(dead_stream("telemetry"), {PAYLOAD: "{}"})
        assert concerns() == ["1 event of telemetry is dead and waits for somebody to decide."]

    def test_snapshots_that_nobody_looks_after_and_those_that_fail(self) -> None:
        late = timezone.now() - timedelta(minutes=3)
        put_snapshot(next_check_at=late)
        failed = timezone.now()
        put_snapshot(last_checked_at=failed, last_failed_at=failed)
        assert concerns() == [
            f"Nobody looks after the kpi-rollup snapshots: one was due at {late:%Y-%m-%d %H:%M} UTC.",
            "1 of 2 kpi-rollup snapshots failed when last computed.",
        ]

    def test_what_is_missing_is_a_sentence(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        found: Work = look_at_work(now=timezone.now())
        assert (found.concerns, found.streams, found.tasks_waiting) == (["Redis does not answer."], [], None)


class TestPage:
    def test_it_shows_the_same_to_every_operator(self, streams: Any) -> None:
        put_snapshot()
        streams.xadd(dead_stream("telemetry"), {PAYLOAD: "{}"})
        text = text_of(desk_of(make_operator()).get("/admin/health/"))
        for word in ("state-snapshots", "kpi-rollup", "1 event of telemetry is dead"):
            assert word in text
        assert 'href="/admin/health/"' in text  # in the sidebar

    def test_it_says_so_when_all_goes_well(self) -> None:
        assert "Nothing. PostgreSQL and Redis answer" in text_of(desk_of(make_operator()).get("/admin/health/"))

    def test_it_is_there_without_redis(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        text = text_of(desk_of(make_operator()).get("/admin/health/"))
        assert "Redis does not answer, so nothing is known of them." in text

    def test_who_is_not_logged_in_is_sent_to_the_login(self) -> None:
        assert Client().get("/admin/health/")["Location"].startswith("/admin/login/")
