"""What an asset may do in a slot, source by source."""

from django.db import models
from django.db.models.functions import Now

from assets.models import Asset
from assets.models.constraints import is_one_of
from assets.periods import delivery_day_of
from markets.vocabulary import LimitSource


class Limit(models.Model):
    """One source's limits of one asset in one slot [L3]. Powers in MW (charge <= 0), energies in MWh; null: none."""

    pk = models.CompositePrimaryKey("asset_id", "start_time", "source")
    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    start_time = models.DateTimeField()
    source = models.CharField(max_length=16, choices=LimitSource.choices, db_collation="C")
    end_time = models.DateTimeField()
    delivery_day = delivery_day_of("start_time")
    power_charge = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    power_discharge = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    energy_low = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    energy_high = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    trading_locked = models.BooleanField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            is_one_of("source", LimitSource, name="limit_source_is_known"),
            models.CheckConstraint(condition=models.Q(power_charge__lte=0), name="limit_power_charge_is_not_positive"),
            models.CheckConstraint(
                condition=models.Q(power_discharge__gte=0), name="limit_power_discharge_is_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(energy_low__gte=0), name="limit_energy_low_is_not_negative"),
            models.CheckConstraint(condition=models.Q(energy_high__gte=0), name="limit_energy_high_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(energy_low__lte=models.F("energy_high")), name="limit_energy_band_is_not_crossed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.start_time:%Y-%m-%dT%H:%MZ} {self.source}"
