"""How an asset is doing, over time."""

from django.db import models
from django.db.models.functions import Now

from assets.models.asset import Asset
from assets.models.constraints import is_one_of
from assets.vocabulary import Status


class StatusEntry(models.Model):
    """One entry of an asset's status history [S2]; written by events and operators, never changed.

    `reasons` is a list of `{category, detail, source, attributes}`.
    """

    pk = models.CompositePrimaryKey("asset_id", "effective_at", "event_id")
    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    effective_at = models.DateTimeField()
    event_id = models.CharField(max_length=64, db_collation="C")
    status = models.CharField(max_length=16, choices=Status.choices)
    reasons = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [is_one_of("status", Status, name="status_is_known")]
        indexes = [
            # the audit trail lists what operators set, among millions of entries that came as events
            models.Index(
                models.F("created_at").desc(),
                name="status_set_by_operators",
                condition=models.Q(event_id__startswith="operator-"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.status} since {self.effective_at:%Y-%m-%dT%H:%M:%SZ}"
