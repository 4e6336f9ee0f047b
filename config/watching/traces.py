"""Traces to an OpenTelemetry collector, where OTEL_EXPORTER_OTLP_ENDPOINT is set. Loaded only then.

The SDK reads the other OTEL_... variables by itself: headers, sampling, resource attributes, time-outs.
"""

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status

from config.watching import scrubbing
from config.watching.units import begin_with


class WithoutSecrets(SpanExporter):
    """Hands on what was traced, without what may be secret, and without statements that belong to nothing.

    Those are what each process asks every second on its own account: they would be most of all traces.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them."""
        kept = [_clean(span) for span in spans if span.parent or span.kind is not SpanKind.CLIENT]
        return self.exporter.export(kept) if kept else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Send no more."""
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self.exporter.force_flush(timeout_millis)


def begin() -> None:
    """From now on requests, tasks, batches of events, and what they ask of the servers, are traced."""
    os.environ.setdefault("OTEL_EXPORTER_OTLP_ENDPOINT", settings.OTLP_ENDPOINT)  # it may stand in a file
    known = {"service.version": settings.VERSION, "deployment.environment.name": settings.ENVIRONMENT or "production"}
    named = {} if settings.OTLP_SERVICE_NAME else {"service.name": "leitstand"}
    provider = TracerProvider(resource=Resource.create({**known, **named}))
    provider.add_span_processor(BatchSpanProcessor(WithoutSecrets(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(response_hook=_under_its_id)
    PsycopgInstrumentor().instrument()
    RedisInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    tracer = trace.get_tracer("leitstand")
    begin_with(lambda name: tracer.start_as_current_span(name, kind=SpanKind.CONSUMER))


def _under_its_id(span: trace.Span, _request: HttpRequest, response: HttpResponse) -> None:
    """The request's id is an attribute of its trace."""
    if span and span.is_recording():
        span.set_attribute("leitstand.request_id", response.get("X-Request-ID", ""))


def _clean(span: ReadableSpan) -> ReadableSpan:
    """The same span without what may be secret."""
    return ReadableSpan(
        name=scrubbing.scrubbed(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=scrubbing.attributes(_mutable(span.attributes)),
        events=[Event(one.name, scrubbing.attributes(_mutable(one.attributes)), one.timestamp) for one in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, scrubbing.scrubbed(span.status.description)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _mutable(known: Any) -> dict[str, Any]:
    return dict(known or {})
