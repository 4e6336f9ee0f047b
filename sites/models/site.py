"""The master record of a point of connection."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from assets.models.constraints import area_lies_in_region, is_one_of
from assets.vocabulary import Currency, DeliveryArea, Region
from sites.vocabulary import DispatchModeName


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Site(models.Model):
    """Where assets are connected to the grid [ST1]. Prices are per MWh of `price_currency`."""

    id = models.CharField(primary_key=True, max_length=64, db_collation="C", editable=False)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    region = models.CharField(max_length=2, choices=Region.choices)
    delivery_area = models.CharField(max_length=4, choices=DeliveryArea.choices)
    dispatch_mode_name = models.CharField("dispatch mode", max_length=16, choices=DispatchModeName.choices)
    floor_price = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    strike_price = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    price_currency = models.CharField(max_length=3, choices=Currency.choices, null=True, blank=True)  # noqa: DJ001
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Za-z0-9-]{1,32}$"), name="site_code_is_plain"),
            models.CheckConstraint(condition=~models.Q(name=""), name="site_has_a_name"),
            area_lies_in_region("site_area_lies_in_its_region"),
            is_one_of("dispatch_mode_name", DispatchModeName, name="site_dispatch_mode_is_known"),
            models.CheckConstraint(
                condition=models.Q(floor_price__lte=models.F("strike_price"))
                | models.Q(floor_price=None)
                | models.Q(strike_price=None),
                name="site_floor_price_is_not_above_strike_price",
            ),
            models.CheckConstraint(
                condition=models.Q(price_currency__in=Currency.values)
                | models.Q(price_currency=None, floor_price=None, strike_price=None),
                name="site_prices_have_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"
