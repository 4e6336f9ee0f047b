"""The master record of what is traded."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from assets.models.constraints import area_lies_in_region, is_one_of
from assets.vocabulary import AssetType, DeliveryArea, Lifecycle, Provider, Region


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Asset(models.Model):
    """A battery, virtual battery, PV plant, swap or colocation [A1]."""

    id = models.CharField(primary_key=True, max_length=64, db_collation="C", editable=False)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=20, choices=AssetType.choices)
    region = models.CharField(max_length=2, choices=Region.choices)
    delivery_area = models.CharField(max_length=4, choices=DeliveryArea.choices)
    provider = models.CharField(max_length=32, choices=Provider.choices)
    lifecycle = models.CharField(max_length=16, choices=Lifecycle.choices, default=Lifecycle.DRAFT, editable=False)
    go_live_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Za-z0-9-]{1,32}$"), name="asset_code_is_plain"),
            models.CheckConstraint(condition=~models.Q(name=""), name="asset_has_a_name"),
            area_lies_in_region("asset_area_lies_in_its_region"),
            is_one_of("type", AssetType, name="asset_type_is_known"),
            is_one_of("provider", Provider, name="asset_provider_is_known"),
            is_one_of("lifecycle", Lifecycle, name="asset_lifecycle_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"
