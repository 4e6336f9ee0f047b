"""The desk's figures for Prometheus, computed when it asks: so they are those of all processes, whichever answers."""

import hmac
import ipaddress
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import RootModel
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from config.api.endpoint import OpenEndpoints, endpoint
from config.desk.work import Work, look_at_work

TEXT = "text/plain"
CONTENT_TYPE = f"{TEXT}; version=0.0.4; charset=utf-8"
PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")
STREAM = ("stream",)
KIND = ("kind",)


class MetricsText(RootModel[str]):
    """Prometheus's text format."""


class TextRenderer(BaseRenderer):
    """Names the media type to those who negotiate."""

    media_type = TEXT


class MayScrape(BasePermission):
    """Whoever shows LEITSTAND_METRICS_TOKEN; where none is set, whoever is on this machine and came past no proxy."""

    message = "Metrics are for scrapes from this machine, or with LEITSTAND_METRICS_TOKEN as a bearer token."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether it is one of these; of another method than GET nobody is refused here, since 405 comes first [C3]."""
        if (request.method or "").lower() not in view.action_map:
            return True
        if token := settings.METRICS_TOKEN:
            shown = request.headers.get("Authorization", "")
            return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
        return is_from_this_machine(request.META)


def is_from_this_machine(meta: dict[str, Any]) -> bool:
    """Whether the other end of the line is this machine, and speaks for nobody else."""
    if any(name in meta for name in PROXIED):
        return False
    try:
        return ipaddress.ip_address(meta.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class Metrics(OpenEndpoints):
    """What Prometheus scrapes."""

    tag = "Health"
    renderer_classes = (TextRenderer,)
    permission_classes = (MayScrape,)
    always = (400, 403, 422)

    @endpoint(
        answer=MetricsText, media=(TEXT,), examples={"answer": 'leitstand_stream_lag_events{stream="statuses"} 0.0\n'}
    )
    def retrieve(self, _request: Request) -> HttpResponse:
        """How the desk is doing, in Prometheus's text format: what it depends on, how far events and snapshots have
        come. For scrapes from the machine itself, or with LEITSTAND_METRICS_TOKEN as a bearer token."""
        registry = CollectorRegistry()
        registry.register(WorkCollector(look_at_work(now=timezone.now())))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002
        """There is one form, whatever is asked for."""
        return super().perform_content_negotiation(request, force=True)


class WorkCollector(Collector):
    """What was found, as metrics. What did not answer has none: a gap tells more than a number that is old."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def collect(self) -> Iterator[Metric]:
        """All of them; docs/deployment.md has their list."""
        yield from self._dependencies()
        yield from self._streams()
        yield from self._snapshots()
        yield from self._tasks()

    def _dependencies(self) -> Iterator[Metric]:
        found = self.work.dependencies
        up = GaugeMetricFamily(
            "leitstand_dependency_up", "1 where it answers and is as it should be.", labels=("dependency",)
        )
        for name in ("database", "migrations", "redis"):
            up.add_metric([name], float(getattr(found, name) is None))
        yield up

    def _streams(self) -> Iterator[Metric]:
        lag = _gauge("leitstand_stream_lag_events", "Events that no worker has read yet; counted to 10,000.", STREAM)
        pending = _gauge("leitstand_stream_pending_events", "Events that were read and are not stored yet.", STREAM)
        dead = _gauge("leitstand_stream_dead_events", "Events that could not be stored and wait for somebody.", STREAM)
        stored = CounterMetricFamily("leitstand_stream_events", "Events that were stored.", labels=STREAM)
        last = _gauge("leitstand_stream_last_batch_timestamp_seconds", "When events were last stored.", STREAM)
        for one in self.work.streams:
            lag.add_metric([one.stream], one.lag)
            pending.add_metric([one.stream], one.pending)
            dead.add_metric([one.stream], one.dead)
            stored.add_metric([one.stream], one.events)
            _add_time(last, one.stream, one.last_batch_at)
        yield from (lag, pending, dead, stored, last)

    def _snapshots(self) -> Iterator[Metric]:
        number = _gauge("leitstand_snapshots", "Snapshots that partners may read.", KIND)
        stale = _gauge("leitstand_snapshots_stale", "Snapshots whose last successful run is too long ago.", KIND)
        missing = _gauge("leitstand_snapshots_unpublished", "Snapshots that were never published.", KIND)
        failing = _gauge("leitstand_snapshots_failing", "Snapshots whose last run failed.", KIND)
        published = _gauge("leitstand_snapshot_last_published_timestamp_seconds", "When one last changed.", KIND)
        checked = _gauge("leitstand_snapshot_last_checked_timestamp_seconds", "When one was last looked after.", KIND)
        for one in self.work.kinds:
            number.add_metric([one.kind], one.snapshots)
            stale.add_metric([one.kind], one.stale)
            missing.add_metric([one.kind], one.unpublished)
            failing.add_metric([one.kind], one.failing)
            _add_time(published, one.kind, one.last_published_at)
            _add_time(checked, one.kind, one.last_checked_at)
        yield from (number, stale, missing, failing, published, checked)

    def _tasks(self) -> Iterator[Metric]:
        if self.work.tasks_waiting is not None:
            yield GaugeMetricFamily("leitstand_tasks_waiting", "Tasks that wait for a worker.", self.work.tasks_waiting)
        if sent := self.work.beat_sent_at:
            said = "When the schedule last sent a task."
            yield GaugeMetricFamily("leitstand_beat_last_sent_timestamp_seconds", said, sent.timestamp())
        concerns = len(self.work.concerns)
        yield GaugeMetricFamily("leitstand_concerns", "What the back office's Health page asks to look at.", concerns)


def _gauge(name: str, said: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, labels=labels)


def _add_time(gauge: GaugeMetricFamily, label: str, at: datetime | None) -> None:
    if at is not None:
        gauge.add_metric([label], at.timestamp())
