"""What is measured at a site."""

from django.db import models
from django.db.models.functions import Now

from sites.models.inverter import Inverter
from sites.models.site import Site
from sites.vocabulary import InverterState


class InverterReading(models.Model):
    """One reading of an inverter [T1]: AC power in kW, energy in kWh, temperature in degrees Celsius."""

    pk = models.CompositePrimaryKey("inverter_id", "time")
    inverter = models.ForeignKey(Inverter, models.DO_NOTHING, db_constraint=False, db_index=False)
    time = models.DateTimeField()
    ac_power_kw = models.DecimalField(max_digits=18, decimal_places=6)
    energy_kwh = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    state = models.CharField(max_length=16, choices=InverterState.choices, null=True)  # noqa: DJ001
    temperature_c = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    error_code = models.CharField(max_length=64, null=True)  # noqa: DJ001
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=InverterState.values) | models.Q(state=None),
                name="inverter_reading_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(energy_kwh__gte=0), name="inverter_reading_energy_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inverter_id} at {self.time:%Y-%m-%dT%H:%M:%SZ}"


class SiteReading(models.Model):
    """One reading of a site's sensors [T1]: irradiance in W/m2, temperature in degrees Celsius, consumption in kW."""

    pk = models.CompositePrimaryKey("site_id", "time")
    site = models.ForeignKey(Site, models.DO_NOTHING, db_constraint=False, db_index=False)
    time = models.DateTimeField()
    poa_irradiance_wm2 = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    ambient_temperature_c = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    consumption_kw = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(consumption_kw__gte=0), name="site_reading_consumption_is_not_negative"
            ),
            models.CheckConstraint(
                condition=~models.Q(poa_irradiance_wm2=None, ambient_temperature_c=None, consumption_kw=None),
                name="site_reading_has_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} at {self.time:%Y-%m-%dT%H:%M:%SZ}"
