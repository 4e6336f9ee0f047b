"""What a point of connection and an inverter may do in a window."""

from django.db import models
from django.db.models.functions import Now

from sites.models.inverter import Inverter
from sites.models.site import Site


class SiteLimit(models.Model):
    """What a site may take from the grid (<= 0) and give to it (>= 0) in one window, in MW [ST6]."""

    pk = models.CompositePrimaryKey("site_id", "start_time")
    site = models.ForeignKey(Site, models.DO_NOTHING, db_constraint=False, db_index=False)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField()
    power_import = models.DecimalField(max_digits=18, decimal_places=6)
    power_export = models.DecimalField(max_digits=18, decimal_places=6)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_time__gt=models.F("start_time")), name="site_limit_has_a_window"
            ),
            models.CheckConstraint(
                condition=models.Q(power_import__lte=0), name="site_limit_power_import_is_not_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(power_export__gte=0), name="site_limit_power_export_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.start_time:%Y-%m-%dT%H:%MZ}"


class InverterLimit(models.Model):
    """What an inverter may charge (<= 0) and discharge (>= 0) with in one window, in MW [ST6]."""

    pk = models.CompositePrimaryKey("inverter_id", "start_time")
    inverter = models.ForeignKey(Inverter, models.DO_NOTHING, db_constraint=False, db_index=False)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField()
    power_charge = models.DecimalField(max_digits=18, decimal_places=6)
    power_discharge = models.DecimalField(max_digits=18, decimal_places=6)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_time__gt=models.F("start_time")), name="inverter_limit_has_a_window"
            ),
            models.CheckConstraint(
                condition=models.Q(power_charge__lte=0), name="inverter_limit_power_charge_is_not_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(power_discharge__gte=0), name="inverter_limit_power_discharge_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inverter_id} {self.start_time:%Y-%m-%dT%H:%MZ}"
