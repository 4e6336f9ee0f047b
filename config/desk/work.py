"""How the workers are doing, judged by the work that was done: a process may be there and do nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Max, Min, Q
from django.utils.translation import gettext, ngettext
from django_celery_beat.models import PeriodicTask

from config.admin.moments import said
from config.desk.dependencies import Dependencies, look
from config.desk.ingest.connection import answering, connect
from config.desk.ingest.progress import StreamProgress, progress
from config.desk.ingest.transport import TransportError
from partner.kinds import KINDS
from partner.models import Snapshot

# What is due is done within seconds; a minute more is no hiccup any longer.
GRACE = timedelta(seconds=60)


@dataclass(frozen=True)
class KindProgress:
    """One kind of snapshots: how many there are, how many of them are stale, were never published or failed when they
    were last computed; when any was last published and looked after, and when the one that waits longest was due."""

    kind: str
    snapshots: int
    stale: int
    unpublished: int
    failing: int
    last_published_at: datetime | None
    last_checked_at: datetime | None
    next_check_at: datetime | None


@dataclass(frozen=True)
class Work:
    """What was found; a list is empty, and a time None, where what would tell does not answer."""

    at: datetime
    dependencies: Dependencies
    streams: list[StreamProgress]
    kinds: list[KindProgress]
    beat_sent_at: datetime | None
    tasks_waiting: int | None

    @property
    def concerns(self) -> list[str]:
        """What somebody should look at, in sentences; none where all goes well."""
        missing = [f"{said[0].upper()}{said[1:]}." for said in self.dependencies.missing]
        return [*missing, *self._of_streams(), *self._of_snapshots()]

    def _of_streams(self) -> list[str]:
        found = []
        for one in self.streams:
            since = one.last_batch_at or datetime.min.replace(tzinfo=self.at.tzinfo)
            if (one.lag or one.pending) and self.at - since > GRACE:
                told = gettext("Nobody takes the events of %(stream)s: %(number)s wait.")
                found.append(told % {"stream": one.stream, "number": one.lag + one.pending})
            if one.dead:
                told = ngettext(
                    "%(number)s event of %(stream)s is dead and waits for somebody to decide.",
                    "%(number)s events of %(stream)s are dead and wait for somebody to decide.",
                    one.dead,
                )
                found.append(told % {"stream": one.stream, "number": one.dead})
        return found

    def _of_snapshots(self) -> list[str]:
        found = []
        for one in self.kinds:
            if one.next_check_at is not None and self.at - one.next_check_at > GRACE:
                due = gettext("Nobody looks after the %(kind)s snapshots: one was due at %(when)s.")
                found.append(due % {"kind": one.kind, "when": said(one.next_check_at, "minutes")})
            if one.failing:
                failing = gettext("%(number)s of %(all)s %(kind)s snapshots failed when last computed.")
                found.append(failing % {"number": one.failing, "all": one.snapshots, "kind": one.kind})
        return found


def look_at_work(*, now: datetime) -> Work:
    """Ask whatever answers; what does not is said, and not waited for."""
    dependencies = look()
    has_tables = not (dependencies.database or dependencies.migrations)
    streams, waiting = ([], None) if dependencies.redis else _in_redis()
    return Work(
        at=now,
        dependencies=dependencies,
        streams=streams,
        kinds=_kinds(now) if has_tables else [],
        beat_sent_at=_beat_sent_at() if has_tables else None,
        tasks_waiting=waiting,
    )


def _in_redis() -> tuple[list[StreamProgress], int | None]:
    """How far the streams have come, and how many tasks wait for a worker."""
    try:
        with answering(), connect(patience=2.0) as client:
            return progress(client), int(client.llen(settings.CELERY_TASK_DEFAULT_QUEUE))
    except TransportError:
        return [], None


def _kinds(now: datetime) -> list[KindProgress]:
    is_stale, is_failing = Q(stale_from__lte=now), Q(last_failed_at=F("last_checked_at"))
    rows = Snapshot.objects.filter(kind__in=list(KINDS)).order_by("kind").values("kind")
    found = rows.annotate(
        snapshots=Count("pk"),
        stale=Count("pk", filter=is_stale),
        unpublished=Count("pk", filter=Q(published_at=None)),
        failing=Count("pk", filter=is_failing),
        last_published=Max("published_at"),
        last_checked=Max("last_checked_at"),
        next_check=Min("next_check_at"),
    )
    return [
        KindProgress(
            kind=row["kind"],
            snapshots=row["snapshots"],
            stale=row["stale"],
            unpublished=row["unpublished"],
            failing=row["failing"],
            last_published_at=row["last_published"],
            last_checked_at=row["last_checked"],
            next_check_at=row["next_check"],
        )
        for row in found
    ]


def _beat_sent_at() -> datetime | None:
    """When the schedule last sent anything."""
    sent: datetime | None = PeriodicTask.objects.aggregate(at=Max("last_run_at"))["at"]
    return sent
