"""What an asset can do, over time."""

from collections.abc import Collection
from datetime import datetime

import pghistory
from django.db import models
from django.db.models.functions import Now

from assets.models.asset import Asset

# Values that may be anything but negative; efficiencies are shares.
AMOUNTS = (
    "rated_power",
    "grid_connection_max_power",
    "max_capacity",
    "ramp_rate",
    "daily_cycle_energy_limit",
    "prequalified_fcr",
    "prequalified_afrr_charge",
    "prequalified_afrr_discharge",
)
SHARES = ("charge_efficiency", "discharge_efficiency")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Spec(models.Model):
    """An asset's technical data as they hold in `[valid_from, valid_to)`; open: from then on [SP1] [SP3].

    Powers are in MW, energies in MWh, the ramp rate in MW/min, efficiencies in (0, 1]. The specs of an asset do not
    overlap, whoever writes: the migration has the exclusion constraint `specs_of_an_asset_do_not_overlap`.
    """

    asset = models.ForeignKey(Asset, models.DO_NOTHING, db_constraint=False, db_index=False)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    rated_power = models.DecimalField("rated power (MW)", max_digits=18, decimal_places=6, null=True, blank=True)
    grid_connection_max_power = models.DecimalField(
        "grid connection (MW)", max_digits=18, decimal_places=6, null=True, blank=True
    )
    max_capacity = models.DecimalField("capacity (MWh)", max_digits=18, decimal_places=6, null=True, blank=True)
    ramp_rate = models.DecimalField("ramp rate (MW/min)", max_digits=18, decimal_places=6, null=True, blank=True)
    ramp_type = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    charge_efficiency = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    discharge_efficiency = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    daily_cycle_energy_limit = models.DecimalField(
        "energy limit per day (MWh)", max_digits=18, decimal_places=6, null=True, blank=True
    )
    prequalified_fcr = models.DecimalField(
        "prequalified FCR (MW)", max_digits=18, decimal_places=6, null=True, blank=True
    )
    prequalified_afrr_charge = models.DecimalField(
        "prequalified aFRR, charge (MW)", max_digits=18, decimal_places=6, null=True, blank=True
    )
    prequalified_afrr_discharge = models.DecimalField(
        "prequalified aFRR, discharge (MW)", max_digits=18, decimal_places=6, null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "valid_from"], name="one_spec_of_an_asset_begins_at_a_time"),
            models.UniqueConstraint(
                fields=["asset"], condition=models.Q(valid_to=None), name="one_spec_of_an_asset_is_open"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__gt=models.F("valid_from")) | models.Q(valid_to=None),
                name="spec_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~models.Q(ramp_type=""), name="spec_ramp_type_is_not_empty"),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{field}__gte": 0}) | models.Q(**{field: None}),
                    name=f"spec_{field}_is_not_negative",
                )
                for field in AMOUNTS
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{field}__gt": 0, f"{field}__lte": 1}) | models.Q(**{field: None}),
                    name=f"spec_{field}_is_a_share",
                )
                for field in SHARES
            ),
        ]

    def __str__(self) -> str:
        until = f"to {self.valid_to:%Y-%m-%dT%H:%M:%SZ}" if self.valid_to else "on"
        return f"{self.asset_id} from {self.valid_from:%Y-%m-%dT%H:%M:%SZ} {until}"

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Nothing, for forms: the operation closes the open spec before a new one and words each refusal [SP3]."""

    def holds_at(self, instant: datetime) -> bool:
        """Whether this is what the asset can do at an instant."""
        return self.valid_from <= instant and (self.valid_to is None or instant < self.valid_to)
