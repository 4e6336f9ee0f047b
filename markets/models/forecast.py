"""What an asset is expected to generate and consume."""

from django.db import models
from django.db.models.functions import Now

from assets.models import Asset
from assets.models.constraints import is_a_window
from assets.periods import delivery_day_of


class Forecast(models.Model):
    """Mean powers expected in one window of one asset, in MW, all >= 0 [F1]."""

    pk = models.CompositePrimaryKey("asset_id", "start_time")
    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField()
    delivery_day = delivery_day_of("start_time")
    generation = models.DecimalField(max_digits=18, decimal_places=6)
    consumption = models.DecimalField(max_digits=18, decimal_places=6)
    generation_p10 = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    generation_p90 = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            *is_a_window("forecast"),
            models.CheckConstraint(condition=models.Q(generation__gte=0), name="forecast_generation_is_not_negative"),
            models.CheckConstraint(condition=models.Q(consumption__gte=0), name="forecast_consumption_is_not_negative"),
            models.CheckConstraint(condition=models.Q(generation_p10__gte=0), name="forecast_p10_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(generation_p10__lte=models.F("generation")),
                name="forecast_p10_is_not_above_the_mean",
            ),
            models.CheckConstraint(
                condition=models.Q(generation_p90__gte=models.F("generation")),
                name="forecast_p90_is_not_below_the_mean",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.start_time:%Y-%m-%dT%H:%MZ}"
