"""Net market positions."""

from django.db import models
from django.db.models.functions import Now

from assets.models import Asset
from assets.models.constraints import is_a_window
from assets.periods import delivery_day_of


class Reservation(models.Model):
    """One asset's position on one market in one window, by whom it says so: MW and MWh, signed; buffers >= 0 [R1]."""

    pk = models.CompositePrimaryKey("asset_id", "start_time", "market", "source")
    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    start_time = models.DateTimeField()
    market = models.CharField(max_length=64, db_collation="C")
    source = models.CharField(max_length=64, db_collation="C")
    end_time = models.DateTimeField()
    delivery_day = delivery_day_of("start_time")
    power = models.DecimalField(max_digits=18, decimal_places=6)
    energy_change = models.DecimalField(max_digits=18, decimal_places=6)
    energy_buffer_low = models.DecimalField(max_digits=18, decimal_places=6)
    energy_buffer_high = models.DecimalField(max_digits=18, decimal_places=6)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            *is_a_window("reservation"),
            models.CheckConstraint(
                condition=models.Q(energy_buffer_low__gte=0), name="reservation_low_buffer_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(energy_buffer_high__gte=0), name="reservation_high_buffer_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.start_time:%Y-%m-%dT%H:%MZ} {self.market} {self.source}"
