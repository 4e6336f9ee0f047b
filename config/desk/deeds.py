"""What operators did and no record tells: logins let in again, dead events sent once more or dropped [P23]."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from config.api.request_id import current_request_id


class Deed(models.Model):
    """One act, as the audit trail shows it: kept for good, changed by nobody."""

    at = models.DateTimeField()
    what = models.CharField(max_length=32)
    record = models.CharField(max_length=200)
    action = models.CharField(max_length=32)
    actor = models.CharField(max_length=200)
    request_id = models.CharField(max_length=64, null=True)  # noqa: DJ001  null: no request asked for it
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["what", "-id"], name="deeds_by_kind")]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.what} {self.record}"


def note(
    what: str,
    *,
    record: str,
    action: str,
    by: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write an act down, in the transaction that it is done in."""
    Deed.objects.create(
        at=now,
        what=what,
        record=record[:200],
        action=action,
        actor=by[:200],
        request_id=current_request_id(),
        before=before,
        after=after,
    )
