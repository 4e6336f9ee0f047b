"""The device at a site behind which assets sit."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from assets.models import Asset
from sites.models.site import Site
from sites.vocabulary import LONGEST_SERVICE_INTERVAL


def _share(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{field}__gt": 0, f"{field}__lte": 1}), name=name)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Inverter(models.Model):
    """An inverter and its plant data [ST4] [ST5]. Powers are in MW, efficiencies in (0, 1]."""

    id = models.CharField(primary_key=True, max_length=96, db_collation="C", editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="inverters")
    rated_power = models.DecimalField("rated power (MW)", max_digits=18, decimal_places=6)
    charge_efficiency = models.DecimalField(max_digits=7, decimal_places=6)
    discharge_efficiency = models.DecimalField(max_digits=7, decimal_places=6)
    assets = models.ManyToManyField(Asset, through="InverterAsset", related_name="inverters")
    serial_number = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    manufacturer = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    model = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    commissioned_on = models.DateField(null=True, blank=True)
    service_interval_days = models.PositiveIntegerField(null=True, blank=True)
    last_service_on = models.DateField(null=True, blank=True)
    rated_dc_power = models.DecimalField("rated DC power (MW)", max_digits=18, decimal_places=6, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rated_power__gt=0), name="inverter_rated_power_is_positive"),
            models.CheckConstraint(
                condition=models.Q(rated_dc_power__gt=0) | models.Q(rated_dc_power=None),
                name="inverter_rated_dc_power_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(service_interval_days__range=(1, LONGEST_SERVICE_INTERVAL))
                | models.Q(service_interval_days=None),
                name="inverter_service_interval_is_1_to_36500_days",
            ),
            _share("charge_efficiency", "inverter_charge_efficiency_is_a_share"),
            _share("discharge_efficiency", "inverter_discharge_efficiency_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.serial_number or self.id}"


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class InverterAsset(models.Model):
    """An asset behind an inverter, in the order in which they were listed."""

    inverter = models.ForeignKey(Inverter, models.CASCADE, related_name="listed_assets")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="listing_inverters")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inverter", "asset"], name="inverter_lists_an_asset_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} behind {self.inverter_id}"
