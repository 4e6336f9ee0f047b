"""What the worker does: computing snapshots when they are due, and pruning their past [P6] [P8]."""

from celery import shared_task
from django.utils import timezone

from partner.builders import BUILDERS
from partner.kinds import KINDS
from partner.operations import publishing
from partner.schedules import EXPIRE_SECONDS, PRUNE_TASK, REFRESH_TASK, REQUESTED_TASK, stamps_after

AT_ONCE = 50  # sites whose tasks start in the same second: many that changed together are spread out
LONGEST_WAIT = 10


@shared_task(name=REFRESH_TASK)
def refresh_due_snapshots(kind: str | None = None) -> None:
    """Have the snapshots of a kind, or of all, computed for the sites whose inputs changed: a task for each.

    A site that fails, or that is in hand already, holds up no other; many are staggered.
    """
    now = timezone.now()
    for one in KINDS.values() if kind is None else [KINDS[kind]]:
        changed = publishing.check_unchanged(kind=one, stamps=stamps_after(kind=one.name, now=now), now=now)
        for place, site_id in enumerate(changed):
            refresh_snapshot.apply_async(
                kwargs={"site_id": site_id, "kind": one.name},
                countdown=min(place // AT_ONCE, LONGEST_WAIT),
                expires=EXPIRE_SECONDS,
            )


@shared_task(name=REQUESTED_TASK)
def refresh_requested_snapshots() -> None:
    """Have the snapshots computed that operators ask for, whatever their inputs."""
    for site_id, kind in publishing.requested():
        refresh_snapshot.apply_async(kwargs={"site_id": site_id, "kind": kind}, expires=EXPIRE_SECONDS)


@shared_task(name="partner.tasks.refresh_snapshot")
def refresh_snapshot(site_id: str, kind: str) -> str:
    """Compute and publish one site's snapshot; what it came to, for the worker's log."""
    now = timezone.now()
    stamps = stamps_after(kind=kind, now=now)
    run = publishing.Run(site_id=site_id, kind=KINDS[kind], now=now, stamps=stamps)
    return publishing.refresh(run, compute=BUILDERS[kind]).value


@shared_task(name=PRUNE_TASK)
def prune_versions() -> int:
    """Delete the versions of snapshots that were replaced more than 90 days ago."""
    return publishing.prune_versions(now=timezone.now())
