"""How much energy an asset holds, over time."""

from django.db import models
from django.db.models.functions import Now

from assets.models.asset import Asset


class StateSnapshot(models.Model):
    """The energy stored in an asset at an instant, and what it was charged and discharged with since the snapshot
    before [SS1]. In MWh, all >= 0; null: not known."""

    pk = models.CompositePrimaryKey("asset_id", "effective_at")
    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    effective_at = models.DateTimeField()
    energy = models.DecimalField(max_digits=18, decimal_places=6)
    charged_energy = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    discharged_energy = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(energy__gte=0), name="state_snapshot_energy_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(charged_energy__gte=0), name="state_snapshot_charged_energy_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(discharged_energy__gte=0), name="state_snapshot_discharged_energy_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} at {self.effective_at:%Y-%m-%dT%H:%M:%SZ}"
