"""What energy costs on a market."""

from django.db import models
from django.db.models.functions import Now

from assets.models.constraints import is_a_window, is_one_of
from assets.periods import delivery_day_of
from assets.vocabulary import Currency, DeliveryArea


class Price(models.Model):
    """The price of one window on one market of a delivery area, per MWh of a currency; may be negative [PR1]."""

    pk = models.CompositePrimaryKey("delivery_area", "start_time", "market")
    delivery_area = models.CharField(max_length=4, choices=DeliveryArea.choices, db_collation="C")
    start_time = models.DateTimeField()
    market = models.CharField(max_length=64, db_collation="C")
    end_time = models.DateTimeField()
    delivery_day = delivery_day_of("start_time")
    amount = models.DecimalField(max_digits=18, decimal_places=6)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            is_one_of("delivery_area", DeliveryArea, name="price_delivery_area_is_known"),
            is_one_of("currency", Currency, name="price_currency_is_known"),
            *is_a_window("price"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_area} {self.start_time:%Y-%m-%dT%H:%MZ} {self.market}"
