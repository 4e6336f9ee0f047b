"""Kinds of snapshots that operators register, for documents that are computed elsewhere [P1]."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from partner.models.snapshots import KIND

LONGEST_PERIOD = 366 * 24 * 3600


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CustomKind(models.Model):
    """A kind whose documents are put over the Asset Service API; `schema` says what they look like.

    A document is expected anew every `period_seconds`, and stale once two of them have passed without one.
    """

    name = models.CharField(max_length=64, unique=True, db_collation="C")
    schema = models.JSONField("JSON Schema (draft 2020-12)")
    period_seconds = models.PositiveIntegerField(
        "period (s)", default=86_400, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_PERIOD)]
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__regex=KIND),
                name="customkind_name_is_plain",
                violation_error_message="A name has 1 to 64 letters, digits, spaces, hyphens or underscores.",
            ),
            models.CheckConstraint(
                condition=models.Q(period_seconds__gte=1, period_seconds__lte=LONGEST_PERIOD),
                name="customkind_period_is_at_most_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name
