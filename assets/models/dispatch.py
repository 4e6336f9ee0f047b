"""What assets were told to do."""

from django.db import models
from django.db.models.functions import Now

from assets.models.asset import Asset
from assets.models.constraints import is_one_of
from assets.periods import delivery_day_of
from assets.vocabulary import DispatchStatus


class Dispatch(models.Model):
    """An instruction to one asset for one window, on the grid or not: MW, signed [D1]; written by events.

    `id` is the event's. A later event of the same id changes the entry, where its status comes later. The key is the
    order in which dispatches are listed; within an asset the id alone tells them apart.
    """

    pk = models.CompositePrimaryKey("asset_id", "start_time", "issued_at", "id")
    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    start_time = models.DateTimeField()
    issued_at = models.DateTimeField()
    id = models.CharField(max_length=64, db_collation="C")
    end_time = models.DateTimeField()
    delivery_day = delivery_day_of("start_time")
    power = models.DecimalField(max_digits=18, decimal_places=6)
    source = models.CharField(max_length=64, db_collation="C")
    market = models.CharField(max_length=64, db_collation="C")
    acknowledged_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=16, choices=DispatchStatus.choices)
    attributes = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "id"], name="one_dispatch_of_an_asset_has_an_id"),
            models.CheckConstraint(
                condition=models.Q(end_time__gt=models.F("start_time")), name="dispatch_has_a_window"
            ),
            is_one_of("status", DispatchStatus, name="dispatch_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.start_time:%Y-%m-%dT%H:%M:%SZ} {self.power} MW {self.status}"
